import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tests.factories import StaffFactory

PAGES = ["404.html", "405.html", "403.html", "403_csrf.html", "500.html", "503.html"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_error_page_needs_no_database_and_offers_a_way_out(name, language):
    with translation.override(language):  # no database in this test: a query would raise
        page = render_to_string(name, {"address": "/today/"})
    assert "btn-primary" in page
    assert f'<html lang="{"zh-Hans" if language == "zh-hans" else "en"}">' in page


def test_a_wrong_address(client, settings):
    page = client.get("/nothing-here")
    assert page.status_code == 404
    assert 'class="v-alone"' in page.text


@pytest.mark.django_db
def test_an_address_of_a_button_says_that_nothing_was_saved(client):
    """As after a session that ran out: the sign-in page leads back to what the button had sent."""
    client.force_login(StaffFactory())
    page = client.get(reverse("vipcrm:logout"))
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "没有保存" in page.text
    assert "btn-primary" in page.text
