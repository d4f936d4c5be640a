import pytest
from django.urls import reverse

from tests.factories import StaffFactory, admin
from vipcrm.signin import client_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PASSWORD = "silk-and-wool-9"


@pytest.fixture
def clerk():
    staff = StaffFactory(username="linyue", name="林悦")
    staff.set_password(PASSWORD)
    staff.save()
    return staff


def sign_in(client, password, **extra):
    return client.post(reverse("vipcrm:login"), {"username": "linyue", "password": password, **extra})


def test_the_sign_in_page_is_open_and_chinese(client):
    page = client.get(reverse("vipcrm:login"))
    assert page.status_code == 200
    assert '<html lang="zh-Hans">' in page.text
    assert 'autocomplete="current-password"' in page.text


def test_a_stranger_is_sent_to_sign_in_and_back(client, clerk):
    refused = client.get(reverse("vipcrm:password"))
    assert refused.url == f"{reverse('vipcrm:login')}?next={reverse('vipcrm:password')}"
    signed_in = sign_in(client, PASSWORD, next=reverse("vipcrm:password"))
    assert signed_in.url == reverse("vipcrm:password")


def test_a_part_of_a_page_after_the_session_ended_opens_the_whole_sign_in_page(client):
    part = {"HX-Request": "true", "HX-Current-URL": "http://testserver/today/?a=1"}
    answer = client.get(reverse("vipcrm:login"), headers=part)
    assert answer.headers["HX-Redirect"] == f"{reverse('vipcrm:login')}?next=/today/%3Fa%3D1"


def test_the_way_back_never_leads_elsewhere(client, clerk):
    assert sign_in(client, PASSWORD, next="https://example.com/").url == "/"


@pytest.mark.parametrize(("remember", "seconds"), [({}, None), ({"remember": "on"}, 7 * 24 * 3600)])
def test_a_device_of_ones_own_stays_signed_in(client, clerk, remember, seconds):
    sign_in(client, PASSWORD, **remember)
    assert client.session.get_expire_at_browser_close() is (seconds is None)
    assert seconds is None or client.session.get_expiry_age() == seconds


def test_a_wrong_password_says_how_many_tries_are_left(client, clerk):
    page = sign_in(client, "wrong")
    assert page.status_code == 422
    assert page.context["tries_left"] == 4
    assert 'role="alert"' in page.text
    assert 'value="linyue"' in page.text
    assert 'value="wrong"' not in page.text


def test_the_fifth_wrong_password_locks_and_names_the_remedy(client, clerk):
    for _ in range(4):
        sign_in(client, "wrong")
    locked = sign_in(client, "wrong")
    assert locked.status_code == 429
    assert locked.context["minutes"] == 15
    assert sign_in(client, PASSWORD).status_code == 429
    client.cookies.clear()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["a\0b", "a" * 151, "a" * 5000, ""])
def test_what_can_be_no_name_is_a_wrong_entry_and_no_fault(client, clerk, name):
    page = client.post(reverse("vipcrm:login"), {"username": name, "password": PASSWORD})
    assert page.status_code == 422
    assert page.context["tries_left"] == 5


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "172.18.0.9"),
        (0, "203.0.113.7", "172.18.0.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1,10.0.0.5", "10.0.0.5"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.5", "203.0.113.7"),
        (2, "203.0.113.7", "172.18.0.9"),
        (1, "unknown", "172.18.0.9"),
        (1, None, "172.18.0.9"),
    ],
)
def test_whose_wrong_passwords_are_counted_together(rf, settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    sent = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(rf.post("/", REMOTE_ADDR="172.18.0.9", **sent)) == address


def test_behind_a_proxy_no_made_up_address_gets_round_the_lock_and_nobody_else_is_locked(client, clerk, settings):
    settings.PROXIES = 1
    url, data = reverse("vipcrm:login"), {"username": "linyue"}
    for number in range(5):
        made_up = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.7"}
        locked = client.post(url, {**data, "password": "wrong"}, headers=made_up)
    assert locked.status_code == 429
    elsewhere = {"X-Forwarded-For": "203.0.113.8"}
    assert client.post(url, {**data, "password": PASSWORD}, headers=elsewhere).status_code == 302


def test_admin_has_no_door_of_its_own(client, clerk):
    wanted = f"{reverse('vipcrm:login')}?next=/admin/members/member/"
    assert client.get("/admin/members/member/", follow=True).redirect_chain[-1][0] == wanted
    client.force_login(clerk)
    assert client.get("/admin/login/").status_code == 403
    client.force_login(admin(username="boss"))
    assert client.get("/admin/login/").url == "/admin/"


def test_signing_out_takes_a_post(client, clerk):
    client.force_login(clerk)
    assert client.get(reverse("vipcrm:logout")).status_code == 405
    assert "_auth_user_id" in client.session
    client.post(reverse("vipcrm:logout"))
    assert "_auth_user_id" not in client.session


def test_the_password_is_changed(client, clerk):
    client.force_login(clerk)
    new = "linen-and-cotton-7"
    answer = client.post(
        reverse("vipcrm:password"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert answer.url == reverse("vipcrm:more")
    clerk.refresh_from_db()
    assert clerk.check_password(new)
    assert client.get(answer.url).status_code == 200


def test_a_weak_password_is_refused_at_its_field(client, clerk):
    client.force_login(clerk)
    form = {"old_password": PASSWORD, "new_password1": "12345678", "new_password2": "12345678"}
    page = client.post(reverse("vipcrm:password"), form)
    assert page.status_code == 422
    assert 'aria-describedby="id_new_password2_error"' in page.text
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)


def test_the_language_is_switched_by_post_and_leads_back(client, clerk):
    client.force_login(clerk)
    here = reverse("vipcrm:more") + "?a=1"
    assert client.get(reverse("vipcrm:language")).status_code == 405
    answer = client.post(reverse("vipcrm:language"), {"language": "en", "next": here})
    assert answer.url == here
    page = client.get(here)
    assert '<html lang="en">' in page.text
    assert "Sign out" in page.text


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "javascript:alert(1)", ""])
def test_the_language_switch_leads_nowhere_else(client, target):
    assert client.post(reverse("vipcrm:language"), {"language": "en", "next": target}).url == "/"


def test_an_unknown_language_changes_nothing(client):
    answer = client.post(reverse("vipcrm:language"), {"language": "xx", "next": "/"})
    assert "django_language" not in answer.cookies


@pytest.mark.parametrize(
    ("theme", "attribute", "dark"),
    [
        ("dark", 'data-bs-theme="dark"', 'dark.css">'),
        ("light", 'data-bs-theme="light"', None),
        ("system", None, 'dark.css" media="(prefers-color-scheme: dark)">'),
        ("pink", None, 'dark.css" media="(prefers-color-scheme: dark)">'),
    ],
)
def test_the_theme_is_kept_on_the_device(client, clerk, theme, attribute, dark):
    client.force_login(clerk)
    client.post(reverse("vipcrm:theme"), {"theme": theme, "next": "/"})
    page = client.get(reverse("vipcrm:more")).text
    assert (attribute in page) if attribute else ("data-bs-theme" not in page)
    assert (dark in page) if dark else ("dark.css" not in page)


def test_more_shows_administration_to_administrators_only(client, clerk):
    client.force_login(clerk)
    assert reverse("admin:index") not in client.get(reverse("vipcrm:more")).text
    client.force_login(admin(username="boss"))
    assert reverse("admin:index") in client.get(reverse("vipcrm:more")).text


def test_more_asks_the_database_little(client, clerk, django_assert_max_num_queries):
    client.force_login(clerk)
    with django_assert_max_num_queries(4):  # session, login, store, what the badge counts
        client.get(reverse("vipcrm:more"))
