import pytest
from django.template.loader import render_to_string
from django.utils import translation

PAGES = ["404.html", "403.html", "403_csrf.html", "500.html", "503.html"]


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
