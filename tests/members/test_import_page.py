"""Imports on a page: an administrator uploads, watches, reads the result, fetches the bad rows. Nobody else."""

import csv
import inspect
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from members.enums import ImportState
from members.imports import jobs
from members.models import ImportRun, Member, Receipt
from tests.factories import MemberFactory, RegionFactory, StaffFactory, StoreFactory, region_manager_of
from tests.members.cast import HTMX, cast, client_of  # noqa: F401
from tests.vipcrm import hostile
from vipcrm.enums import Role
from vipcrm.models import AuditEvent

LIST = reverse("members:import_list")
HEAD = "receipt_no,store,sold_at,card_no,product_code,unit_price,quantity,till\n"
GOOD = "R1,S1,2026-03-01 18:05,C1,P1,1500,1,A\n"
BAD = "R2,S1,2026-03-01 18:05,C9,P1,=ten,1,A\n"
LANGUAGES = ["zh-hans", "en"]

# Quick to make; the costly ones are tests/vipcrm/test_tabular_hostile.py's, which measures time and memory too.
MAKERS = [*hostile.REFUSED, *hostile.EITHER, *hostile.HANDLED]
CHEAP = [maker for maker in MAKERS if "MEBI" not in inspect.getsource(maker)]
NO_UPLOADS = {hostile.link, hostile.pipe, hostile.folder_itself, hostile.million_members, hostile.empty}


@pytest.fixture
def page(cast, settings, tmp_path):  # noqa: F811
    settings.MEDIA_ROOT = tmp_path / "uploads"
    MemberFactory(card_no="C1", home_store=StoreFactory(code="S1"))
    return cast


def upload(client, content=HEAD + GOOD + BAD, name="sales.csv", kind="purchases", **options):
    content = content.encode() if isinstance(content, str) else content
    return client.post(LIST, {"kind": kind, "file": SimpleUploadedFile(name, content), **options})


def asked(client, *args, **options):
    """The run that an upload asks for; its page."""
    answer = upload(client, *args, **options)
    assert answer.status_code == 302
    return ImportRun.objects.latest("pk"), answer.url


def work():
    return jobs.run_next(now=timezone.now())


def speak(client, language):
    client.cookies["django_language"] = language


@pytest.mark.parametrize("language", LANGUAGES)
def test_upload_wait_result(page, language):
    client = page.as_admin
    speak(client, language)
    assert client.get(LIST).status_code == 200

    run, address = asked(client)
    waiting = client.get(address).text
    assert "hx-get" in waiting and reverse("members:import_stop", args=[run.pk]) in waiting

    work()

    run.refresh_from_db()
    assert (run.state, run.read, run.created, run.errors) == (ImportState.DONE, 2, 1, 1)
    text = client.get(address).text
    assert "hx-get" not in text and "till" in text, "done; the column not used is named"
    assert "=ten" in text and (("is not an amount" in text) == (language == "en"))
    assert "sales.csv" in client.get(LIST).text
    assert Receipt.objects.get().recorded_by == page.admin
    assert AuditEvent.objects.filter(action="imported", by=page.admin).exists()


def test_the_part_that_is_looked_at_again_is_the_part_of_the_page(page):
    _run, address = asked(page.as_admin)
    fragment, whole = (
        re.sub("csrfmiddlewaretoken[^>]*", "", page.as_admin.get(address, **headers).text) for headers in (HTMX, {})
    )
    assert "<html" not in fragment and fragment.strip() in whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_bad_rows_come_as_a_file(page, language):
    speak(page.as_admin, language)
    run, address = asked(page.as_admin)
    work()
    link = reverse("members:import_errors", args=[run.pk])
    assert link in page.as_admin.get(address).text

    answer = page.as_admin.get(link)

    assert "attachment" in answer["Content-Disposition"] and "sales.csv" in answer["Content-Disposition"]
    (row,) = csv.DictReader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines())
    assert (row["receipt_no"], row["card_no"], row["error_line"]) == ("R2", "C9", "3")
    assert row["error_column"] == "unit_price"
    assert row["unit_price"] == "'=ten", "no live formula"
    assert ("is not an amount" in row["error"]) == (language == "en")
    answer.close()


def test_no_bad_rows_no_file(page):
    run, address = asked(page.as_admin, HEAD + GOOD)
    work()
    link = reverse("members:import_errors", args=[run.pk])
    assert link not in page.as_admin.get(address).text
    assert page.as_admin.get(link).status_code == 404


@pytest.mark.parametrize("option", ["dry_run", "all_or_nothing"])
def test_what_keeps_nothing_says_so(page, option):
    run, address = asked(page.as_admin, **{option: "on"})
    work()

    run.refresh_from_db()
    assert run.state == ImportState.DONE and run.errors == 1
    assert not Receipt.objects.exists()
    plain, plain_address = asked(page.as_admin)
    work()
    assert page.as_admin.get(address).text.count("v-msg") > page.as_admin.get(plain_address).text.count("v-msg")


def test_unknown_phones_on_request(page):
    head = "receipt_no,store,sold_at,phone,product_code,unit_price,quantity\n"
    asked(page.as_admin, head + "R1,S1,2026-03-01 18:05,13800005678,P1,10,1\n", enrol_unknown="on")
    work()
    assert Member.objects.filter(phone="+8613800005678").exists()


def test_stopped_before_it_began(page):
    run, address = asked(page.as_admin)

    assert page.as_admin.get(reverse("members:import_stop", args=[run.pk])).url == address, "a question stops nothing"
    assert page.as_admin.post(reverse("members:import_stop", args=[run.pk])).status_code == 302
    work()

    run.refresh_from_db()
    assert run.state == ImportState.STOPPED and not Receipt.objects.exists()
    assert page.as_admin.get(address).status_code == 200
    assert page.as_admin.post(reverse("members:import_stop", args=[run.pk])).status_code == 404, "it is over"


def test_without_a_file_or_with_a_wrong_kind_the_form_says_so(page):
    assert page.as_admin.post(LIST, {"kind": "purchases"}).status_code == 422
    assert upload(page.as_admin, kind="pets").status_code == 422
    assert upload(page.as_admin, "").status_code == 422
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_the_wrong_kind_is_refused_in_words(page, language):
    speak(page.as_admin, language)
    run, address = asked(page.as_admin, "code,name\n4001,x\n")
    work()

    run.refresh_from_db()
    assert run.state == ImportState.FAILED and "unit_price" in run.message
    text = page.as_admin.get(address).text
    assert "unit_price" in text and (("first row" in text) == (language == "en"))


@pytest.mark.parametrize("maker", [one for one in CHEAP if one not in NO_UPLOADS], ids=lambda maker: maker.__name__)
def test_a_hostile_file_is_refused_or_handled_and_the_page_says_which(page, tmp_path, maker):
    path = maker(tmp_path)
    run, address = asked(page.as_admin, path.read_bytes(), name=path.name, kind="members")

    work()

    run.refresh_from_db()
    assert run.state == ImportState.FAILED and run.message
    answer = page.as_admin.get(address)
    assert answer.status_code == 200 and "root:" not in answer.text
    assert Member.objects.count() == 2, "the cast's and C1"


def test_a_name_that_would_lead_elsewhere_stays_inside(page, settings):
    run, address = asked(page.as_admin, name="../../../../etc/sales.csv")
    assert str(settings.MEDIA_ROOT) in run.file.path
    assert page.as_admin.get(address).status_code == 200


@pytest.mark.parametrize("name", ["<b>x</b>.csv", "销售 3月.csv", "a" * 250 + ".csv", '".csv'])
def test_odd_file_names(page, name):
    run, address = asked(page.as_admin, name=name)
    work()
    assert "<b>x</b>" not in page.as_admin.get(address).text
    answer = page.as_admin.get(reverse("members:import_errors", args=[run.pk]))
    assert answer.status_code == 200
    answer.close()


def test_others_do_not_import(page):
    run, address = asked(page.as_admin)
    work()
    region = RegionFactory()
    others = [
        page.as_clerk,
        page.as_manager,
        client_of(region_manager_of(region)),
        client_of(StaffFactory(role=Role.SERVICE_AGENT)),
    ]
    for client in others:
        assert client.get(LIST).status_code == 403
        assert upload(client).status_code == 403
        assert client.get(address).status_code == 403
        assert client.get(reverse("members:import_errors", args=[run.pk])).status_code == 403
        assert client.post(reverse("members:import_stop", args=[run.pk])).status_code == 403
    assert ImportRun.objects.count() == 1


# --- the worker ---------------------------------------------------------------------------------------------------


def test_the_oldest_first_each_once(page):
    first, _ = asked(page.as_admin)
    second, _ = asked(page.as_admin)
    assert [work().pk, work().pk, work()] == [first.pk, second.pk, None]


def test_what_a_worker_left_behind_is_done_by_the_next(page):
    """As a crash leaves it: the file is there, the row still waits, and so does one marked as running."""
    run, _ = asked(page.as_admin)
    ImportRun.objects.update(state=ImportState.RUNNING)
    work()
    run.refresh_from_db()
    assert (run.state, run.created) == (ImportState.DONE, 1)


def test_a_lost_file_fails_its_import_and_not_those_behind_it(page):
    lost, address = asked(page.as_admin)
    behind, _ = asked(page.as_admin)
    lost.file.storage.delete(lost.file.name)

    assert (work().pk, work().pk) == (lost.pk, behind.pk)

    lost.refresh_from_db()
    behind.refresh_from_db()
    assert (lost.state, behind.state) == (ImportState.FAILED, ImportState.DONE)
    assert lost.message in page.as_admin.get(address).text


def test_a_file_that_ends_its_worker_each_time_is_given_up(page, monkeypatch):
    """A worker that dies writes nothing more: the claim is all that it leaves behind."""
    run, address = asked(page.as_admin)
    behind, _ = asked(page.as_admin)
    with monkeypatch.context() as dying:
        dying.setattr(jobs, "_work", lambda run, now: True)
        for attempt in (1, 2, 3):
            assert work().attempts == attempt
            assert "hx-get" in page.as_admin.get(address).text
            run.refresh_from_db()
            assert run.state == ImportState.RUNNING

    assert work().state == ImportState.FAILED

    run.refresh_from_db()
    assert (run.state, run.attempts, Receipt.objects.count()) == (ImportState.FAILED, 3, 0)
    assert run.finished_at and "三次" in page.as_admin.get(address).text
    assert work().pk == behind.pk, "those behind it have their turn"
    behind.refresh_from_db()
    assert (behind.state, behind.attempts) == (ImportState.DONE, 1)


@pytest.fixture
def no_cache(settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}}


def test_without_the_cache_only_the_progress_is_missing(page, no_cache):
    run, address = asked(page.as_admin)
    assert page.as_admin.get(address).status_code == page.as_admin.get(address, **HTMX).status_code == 200
    answer = page.as_admin.post(reverse("members:import_stop", args=[run.pk]), follow=True)
    assert answer.status_code == 200 and "is-overdue" in answer.text, "said, not kept silent"

    work()

    run.refresh_from_db()
    assert (run.state, run.created) == (ImportState.DONE, 1)
    assert page.as_admin.get(address).status_code == 200
