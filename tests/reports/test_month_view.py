"""The report page, its lists, its PDF: what a clerk, her manager, a manager elsewhere and an admin see."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from reports import services
from reports.models import MonthlyReport
from reports.scopes import all_scope, region_scope, store_scope
from tests.factories import (
    MemberFactory,
    RegionFactory,
    StaffFactory,
    StoreFactory,
    admin,
    manager_of,
    region_manager_of,
    sale,
)
from vipcrm.enums import AuditAction, Role
from vipcrm.models import AuditEvent, Store

MARCH, LATER = date(2026, 3, 1), datetime(2026, 4, 2, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def east():
    return RegionFactory(name="华东")


@pytest.fixture
def store(east):
    return StoreFactory(code="4002", name="徐汇店", region=east)


@pytest.fixture
def other(east):
    return StoreFactory(code="4003", name="朝阳店", region=RegionFactory(name="华北"))


@pytest.fixture
def member(store):
    member = MemberFactory(name="王晓梅", home_store=store)
    sale(member, "1200.00", at=datetime(2026, 3, 10, 4, 0, tzinfo=UTC))
    return member


@pytest.fixture
def report(store, other, member):
    for scope in (store_scope(store), store_scope(other), all_scope([store, other])):
        services.compute_report(scope, MARCH, at=LATER)
    return MonthlyReport.objects.get(code="4002")


def page(client, staff, name="month", *args, **params):
    client.force_login(staff)
    return client.get(reverse(f"reports:{name}", args=args), {"month": "2026-03"} | params)


def test_a_store_manager_reads_the_own_store(client, store, report):
    answer = page(client, manager_of(store))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "2026年3月 VIP 月报" in html
    assert "徐汇店" in html
    assert "朝阳店" not in html
    assert "1,200" in html


@pytest.mark.parametrize(
    "params", [{"store": "4003"}, {"region": "华东"}, {"store": "nope"}, {"store": "4002", "region": "华东"}]
)
@pytest.mark.parametrize("name", ["month", "pdf"])
def test_a_store_manager_finds_no_other_scope(client, store, report, params, name):
    assert page(client, manager_of(store), name, **params).status_code == 404


@pytest.mark.parametrize("role", [Role.CLERK, Role.SERVICE_AGENT])
@pytest.mark.parametrize(("name", "args"), [("month", []), ("pdf", []), ("list_behind", ["base.end"])])
def test_clerks_and_agents_have_no_report(client, store, report, role, name, args):
    assert page(client, StaffFactory(store=store, role=role), name, *args).status_code == 403
    assert client.post(reverse("reports:compute"), {"month": "2026-03"}).status_code == 403


def test_a_region_manager_reads_the_region_and_its_stores_only(client, east, store, other, report):
    services.compute_report(region_scope(east, Store.objects.all()), MARCH, at=LATER)
    staff = region_manager_of(east)
    assert "华东" in page(client, staff).content.decode()
    assert page(client, staff, store="4002").status_code == 200
    assert page(client, staff, store="4003").status_code == 404
    assert page(client, staff, region="华北").status_code == 404


def test_an_admin_reads_everything(client, store, other, report):
    staff = admin()
    html = page(client, staff).content.decode()
    assert "全部门店" in html
    assert "徐汇店" in html
    assert "朝阳店" in html
    assert page(client, staff, store="4003").status_code == 200


def test_without_a_month_the_last_one_that_is_over_is_shown(client, store, time_machine):
    time_machine.move_to(LATER, tick=False)
    client.force_login(manager_of(store))
    assert "2026年3月" in client.get(reverse("reports:month")).content.decode()


@pytest.mark.parametrize("month", ["2026-13", "soon", "2026-3"])
def test_what_is_no_month_is_not_found(client, store, month):
    client.force_login(manager_of(store))
    assert client.get(reverse("reports:month"), {"month": month}).status_code == 404


def test_an_empty_month_offers_to_compute_and_then_shows_it(client, store, member):
    staff = manager_of(store)
    assert "这个月还没算" in page(client, staff).content.decode()
    answer = client.post(reverse("reports:compute"), {"month": "2026-03", "store": "4002"}, follow=True)
    assert "算好了" in answer.content.decode()
    assert "1,200" in answer.content.decode()
    assert MonthlyReport.objects.get(month=MARCH).computed_by == staff


def test_an_unfinished_month_says_so(client, store):
    html = page(client, manager_of(store), month="2099-01").content.decode()
    assert "这个月还没结束" in html
    answer = client.post(reverse("reports:compute"), {"month": "2099-01"}, follow=True)
    assert "还没结束" in answer.content.decode()
    assert MonthlyReport.objects.count() == 0


def test_computed_again_after_late_data_a_new_revision_is_shown_and_the_old_one_kept(client, store, report, member):
    sale(member, "300.00", at=datetime(2026, 3, 12, 4, 0, tzinfo=UTC), now=LATER)
    client.force_login(manager_of(store))
    answer = client.post(reverse("reports:compute"), {"month": "2026-03"}, follow=True)
    assert "第 2 版" in answer.content.decode()
    assert "1,500" in answer.content.decode()
    old = client.get(reverse("reports:month"), {"month": "2026-03", "revision": 1}).content.decode()
    assert "这是旧的一版" in old
    assert "1,500" not in old
    assert client.get(reverse("reports:month"), {"month": "2026-03", "revision": 9}).status_code == 404


def test_nobody_computes_a_store_that_is_not_hers(client, store, other):
    client.force_login(manager_of(store))
    assert client.post(reverse("reports:compute"), {"month": "2026-03", "store": "4003"}).status_code == 404
    assert client.get(reverse("reports:compute")).status_code == 405
    assert MonthlyReport.objects.count() == 0


def test_the_pdf_is_downloaded_and_recorded(client, store, report):
    staff = manager_of(store)
    answer = page(client, staff, "pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "vip-2026-03-4002.pdf" in answer["Content-Disposition"]
    event = AuditEvent.objects.get(action=AuditAction.PDF_PRINTED)
    assert (event.by, event.subject) == (staff, f"reports.monthlyreport:{report.pk}")


def test_the_list_behind_a_figure_shows_its_members_with_masked_phones(client, store, report, member):
    html = page(client, manager_of(store), "list_behind", "base.end").content.decode()
    assert "王晓梅" in html
    assert "共 1" in html
    assert member.phone not in html


def test_the_list_behind_receipts_shows_receipts(client, store, report, member):
    html = page(client, manager_of(store), "list_behind", "new_vs_existing.existing.purchases").content.decode()
    assert member.receipts.get().number in html


def test_a_buyer_from_another_store_is_counted_but_not_shown(client, store, other, report):
    stranger = MemberFactory(name="李别店", home_store=other)
    sale(stranger, "500.00", store=store, at=datetime(2026, 3, 11, 4, 0, tzinfo=UTC), now=LATER)
    html = page(client, manager_of(store), "list_behind", "frequency.buyers").content.decode()
    assert "王晓梅" in html
    assert "李别店" not in html
    assert "还有 1 条" in html
    receipts = page(client, manager_of(store), "list_behind", "new_vs_existing.existing.purchases").content.decode()
    assert "别店会员" in receipts
    assert "李别店" not in receipts


def test_a_figure_of_nobody_has_an_empty_list_that_says_why(client, store, other, report):
    assert "这个数是 0" in page(client, manager_of(store), "list_behind", "dead_cards.dead").content.decode()
    MemberFactory(home_store=other, name="李别店")
    seen = page(client, manager_of(store), "list_behind", "base.end").content.decode()
    assert "这个数是 0" not in seen


def test_a_list_that_has_grown_since_says_so(client, store, report, member):
    sale(member, "300.00", at=datetime(2026, 3, 12, 4, 0, tzinfo=UTC), now=LATER)
    html = page(client, manager_of(store), "list_behind", "new_vs_existing.existing.purchases").content.decode()
    assert "月报上是 1，今天是 2" in html


@pytest.mark.parametrize("figure", ["nothing", "base", "contribution.member_spend", "growth.by_source.a\0"])
def test_a_figure_that_counts_nobody_has_no_list(client, store, report, figure):
    assert page(client, manager_of(store), "list_behind", figure).status_code == 404


def test_a_page_in_english(client, store, report):
    client.cookies["django_language"] = "en"
    html = page(client, manager_of(store)).content.decode()
    assert "VIP report March 2026" in html
    assert "Member share of sales" in html


def test_the_parts_of_the_english_sentence_stand_apart(client, store, member):
    sale(member, "500.00", at=datetime(2026, 2, 10, 4, 0, tzinfo=UTC), now=LATER)
    services.compute_with_comparisons(store_scope(store), MARCH, at=LATER)
    client.cookies["django_language"] = "en"
    html = page(client, manager_of(store)).content.decode()
    assert "more than last month; </span> <span" in html  # an inline block swallows the space at its own end


QUERIES_OF_A_PAGE = 10


@pytest.mark.parametrize("stores", [1, 3])
def test_the_page_asks_few_questions_however_many_stores(client, store, report, stores, django_assert_max_num_queries):
    for number in range(stores):
        StoreFactory(code=f"5{number}", region=RegionFactory(name=f"区{number}"))
    client.force_login(admin())
    with django_assert_max_num_queries(QUERIES_OF_A_PAGE):
        assert client.get(reverse("reports:month"), {"month": "2026-03"}).status_code == 200


@pytest.mark.parametrize("members", [1, 3])
def test_a_list_asks_the_same_however_long_it_is(client, store, report, members, django_assert_num_queries):
    for _number in range(members):
        MemberFactory(home_store=store)
    client.force_login(manager_of(store))
    client.get(reverse("reports:month"))
    with django_assert_num_queries(12):
        client.get(reverse("reports:list_behind", args=["base.end"]), {"month": "2026-03"})


def test_a_business_without_stores_has_an_empty_report(client):
    client.force_login(admin())
    answer = client.post(reverse("reports:compute"), {"month": "2026-03"}, follow=True)
    assert "这个月没有会员消费" in answer.content.decode()
    assert page(client, admin(), "list_behind", "base.end").status_code == 200


def test_what_one_reads_as_an_older_revision_stays_readable_as_pdf(client, store, report):
    answer = page(client, manager_of(store), "pdf", revision="1")
    assert answer.status_code == 200
    assert page(client, manager_of(store), "pdf", revision="7").status_code == 404


def test_a_source_with_odd_signs_opens_its_list(client, store):
    odd = "展会/上海 50%?.a"
    MemberFactory(name="赵奇", home_store=store, source=odd, enrolled_on_given=MARCH)
    services.compute_report(store_scope(store), MARCH, at=LATER)
    assert page(client, manager_of(store)).status_code == 200
    assert "赵奇" in page(client, manager_of(store), "list_behind", f"growth.by_source.{odd}").content.decode()
