"""The member file and the pages around it: enrol, edit, phone, contact, visit note."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from members.models import Consent, Member, VisitNote
from members.services import people
from members.services.sales import LineInput, record_receipt
from tests.factories import MemberFactory, ReceiptFactory, ReceiptLineFactory, StaffFactory, sale
from tests.members.cast import HTMX, cast, client_of  # noqa: F401
from vipcrm.enums import Role
from vipcrm.models import AuditEvent

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def page_of(name, member):
    return reverse(f"members:{name}", args=[member.pk])


FILE_PAGES = ["detail", "edit", "contact", "purchases", "visit_note_new"]


@pytest.mark.parametrize("name", FILE_PAGES)
def test_the_file_is_open_to_her_store_only(cast, name):  # noqa: F811
    sale(cast.member, at=NOON)
    for client in (cast.as_clerk, cast.as_manager, cast.as_admin):
        page = client.get(page_of(name, cast.member))
        assert page.status_code == 200 and "王晓梅" in page.text and "13800001234" not in page.text
    assert cast.as_stranger.get(page_of(name, cast.member)).status_code == 404


@pytest.mark.parametrize("name", ["phone", "edit", "contact", "status", "visit_note_new"])
def test_nothing_is_written_from_another_store(cast, name):  # noqa: F811
    answer = cast.as_stranger.post(page_of(name, cast.member), {"reason": "x", "text": "x", "name": "x"})
    assert answer.status_code == 404 and not AuditEvent.objects.exists() and not VisitNote.objects.exists()


def test_the_head_says_what_is_missing(cast):  # noqa: F811
    sale(cast.member, "1500.00", at=NOON)
    page = cast.as_clerk.get(page_of("detail", cast.member))
    progress = page.context["progress"]
    assert (progress.tier.code, progress.next_tier.code) == ("senior", "vip")
    assert (progress.missing, progress.single, progress.missing_to_keep) == (2500, 2500, 0)
    assert "¥2,500" in page.text and progress.keep_by == date(2027, 2, 28)


def test_a_member_without_a_purchase_has_a_file(cast):  # noqa: F811
    page = cast.as_clerk.get(page_of("detail", cast.member))
    assert page.context["progress"].tier is None and page.context["entries"] == []


def test_the_timeline_tells_everything_newest_first(cast):  # noqa: F811
    sale(cast.member, "2600.00", at=NOON)
    people.set_consent(cast.member, channel="phone", state="given", by=cast.clerk, at=NOON + timedelta(days=1))
    people.update_member(cast.member, changes={"advisor": None}, by=cast.manager, at=NOON + timedelta(days=2))
    people.mark_left(cast.member, reason="搬家", by=cast.clerk, at=NOON + timedelta(days=3))

    page = cast.as_clerk.get(page_of("detail", cast.member))

    icons = [entry.icon for entry in page.context["entries"]]
    assert icons[:3] == ["log-out", "users", "message-circle"]
    assert set(icons[3:]) == {"arrow-up", "shopping-bag"}
    assert "搬家" in page.text and "¥2,600" in page.text


# session, reader, her store, member, versions, tiers, consents, timeline; other apps add theirs, 15 at most
MOST_QUERIES = 15


def test_the_file_costs_the_same_with_5_and_with_500_receipts(cast, django_assert_max_num_queries):  # noqa: F811
    def receipts(many):
        made = ReceiptFactory.create_batch(many, member=cast.member, store=cast.store, recorded_at=NOON)
        for receipt in made:
            ReceiptLineFactory(receipt=receipt, line_no=1)

    receipts(5)
    cast.as_clerk.get(page_of("detail", cast.member))
    with django_assert_max_num_queries(MOST_QUERIES) as few:
        cast.as_clerk.get(page_of("detail", cast.member))
    receipts(495)
    with django_assert_max_num_queries(MOST_QUERIES) as many:
        page = cast.as_clerk.get(page_of("detail", cast.member))
    assert len(few) == len(many)
    assert len(page.context["entries"]) == 10 and page.context["more_entries"]
    assert len(cast.as_clerk.get(page_of("detail", cast.member), {"all": 1}).context["entries"]) == 300


@pytest.mark.parametrize("kind", ["htmx", "plain"])
def test_opening_the_phone_is_a_press_that_is_written_down(cast, kind):  # noqa: F811
    assert cast.as_clerk.get(page_of("phone", cast.member)).url == page_of("detail", cast.member)
    assert not AuditEvent.objects.exists()
    answer = cast.as_clerk.post(page_of("phone", cast.member), **(HTMX if kind == "htmx" else {}))
    assert "+8613800001234" in answer.text and ("<html" in answer.text) == (kind == "plain")
    assert AuditEvent.objects.get().action == "phone_opened"


def test_contact_shows_the_number_after_a_press(cast):  # noqa: F811
    assert "tel:" not in cast.as_clerk.get(page_of("contact", cast.member)).text
    assert "tel:+8613800001234" in cast.as_clerk.post(page_of("contact", cast.member)).text
    assert AuditEvent.objects.count() == 1


def test_who_refused_is_not_called(cast):  # noqa: F811
    Member.objects.filter(pk=cast.member.pk).update(do_not_contact=True)
    page = cast.as_clerk.post(page_of("contact", cast.member))
    assert "tel:" not in page.text


# ---- enrol ----

ENROL = reverse("members:enrol")
CARD = {"name": "顾明月", "phone": "139 0000 5678"}


def test_name_and_phone_make_a_card(cast):  # noqa: F811
    answer = cast.as_clerk.post(ENROL, CARD)
    member = Member.objects.get(name="顾明月")
    assert answer.status_code == 302 and answer.url == page_of("detail", member)
    assert (member.phone, member.home_store, member.initials) == ("+8613900005678", cast.store, "gmy")
    assert member.enrolled_by == cast.clerk


def test_everything_can_be_filled_in(cast):  # noqa: F811
    more = {
        "advisor": cast.clerk.pk, "birth_calendar": "lunar", "birth_month": "9", "birth_day": "24", "gender": "female",
        "consent_phone": "given", "consent_wechat": "refused", "likes": "灰、藏青", "contact_from": "18:00",
        "contact_until": "20:00", "source": "referral", "referred_by": "4002001", "card_no": "OLD-1",
        "enrolled_on": "2026-02-01", "wechat": "gmy88", "preferred_channel": "wechat",
    }  # fmt: skip
    assert cast.as_clerk.post(ENROL, CARD | more).status_code == 302
    member = Member.objects.get(card_no="OLD-1")
    assert (member.birth_calendar, member.birth_month, member.birth_year) == ("lunar", 9, None)
    assert (member.advisor, member.referred_by, member.enrolled_on) == (cast.clerk, cast.member, date(2026, 2, 1))
    assert dict(Consent.objects.values_list("channel", "state")) == {"phone": "given", "wechat": "refused"}
    assert "农历九月廿四" in cast.as_clerk.get(page_of("detail", member)).text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"phone": "1380000"}, "phone"),
        ({"phone": "=cmd()"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"birth_month": "2", "birth_day": "30"}, "birth_day"),
        ({"birth_month": "2"}, "birth_day"),
        ({"birth_month": "13", "birth_day": "1"}, "birth_day"),
        ({"birth_month": "5", "birth_day": "1", "birth_year": "1850"}, "birth_year"),
        ({"birth_month": "5", "birth_day": "1", "birth_year": "2100"}, "birth_year"),
        ({"enrolled_on": "2100-01-01"}, "enrolled_on"),
        ({"card_no": "4002001"}, "card_no"),
        ({"referred_by": "nobody"}, "referred_by"),
        ({"contact_from": "20:00", "contact_until": "18:00"}, "contact_until"),
        ({"advisor": "999999"}, "advisor"),
        ({"consent_phone": "maybe"}, "consent_phone"),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_is_wrong_is_said_and_nothing_is_saved(cast, wrong, field, language):  # noqa: F811
    cast.as_clerk.cookies["django_language"] = language
    answer = cast.as_clerk.post(ENROL, CARD | wrong)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert Member.objects.count() == 1


def test_an_advisor_of_another_store_is_no_choice(cast):  # noqa: F811
    answer = cast.as_clerk.post(ENROL, CARD | {"advisor": cast.stranger.pk})
    assert answer.status_code == 422 and "advisor" in answer.context["form"].errors


def test_an_admin_chooses_the_store(cast):  # noqa: F811
    assert cast.as_admin.post(ENROL, CARD).status_code == 422
    wrong = cast.as_admin.post(ENROL, CARD | {"home_store": cast.store.pk, "advisor": cast.stranger.pk})
    assert "advisor" in wrong.context["form"].errors
    assert cast.as_admin.post(ENROL, CARD | {"home_store": cast.store.pk}).status_code == 302


def test_a_twin_is_pointed_out_and_can_be_overruled(cast):  # noqa: F811
    answer = cast.as_clerk.post(ENROL, CARD | {"phone": "13800001234"})
    assert answer.status_code == 422 and page_of("detail", cast.member) in answer.text
    assert cast.as_clerk.post(ENROL, CARD | {"phone": "13800001234", "confirm": "1"}).status_code == 302


def test_a_twin_is_pointed_out_while_typing(cast):  # noqa: F811
    where = reverse("members:duplicates")
    Member.objects.filter(pk=cast.member.pk).update(birth_month=5, birth_day=20)
    assert page_of("detail", cast.member) in cast.as_clerk.post(where, {"phone": "138 0000 1234"}).text
    same_birthday = {"name": "王晓梅", "birth_calendar": "solar", "birth_month": "5", "birth_day": "20"}
    assert page_of("detail", cast.member) in cast.as_clerk.post(where, same_birthday).text
    assert "detail" not in cast.as_stranger.post(where, {"phone": "13800001234"}).text
    assert cast.as_stranger.post(where, {"phone": "13800001234", "birth_day": "²"}).text.strip() == ""


def test_a_member_of_another_store_is_named_and_that_is_written_down(cast):  # noqa: F811
    answer = cast.as_stranger.post(ENROL, CARD | {"phone": "13800001234"})
    assert answer.status_code == 422 and "静安店" in answer.text and "王晓梅" in answer.text
    assert AuditEvent.objects.get().action == "looked_up"


def test_service_agents_keep_no_files(cast):  # noqa: F811
    agent = client_of(StaffFactory(store=cast.store, role=Role.SERVICE_AGENT))
    assert agent.get(ENROL).status_code == 403
    assert agent.get(page_of("detail", cast.member)).status_code == 404


# ---- edit ----


def form_of(client, member):
    form = client.get(page_of("edit", member)).context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in values.items() if value not in (None, False, "")}


def test_a_file_is_changed(cast):  # noqa: F811
    values = form_of(cast.as_clerk, cast.member) | {"likes": "灰", "consent_sms": "given"}
    assert cast.as_clerk.post(page_of("edit", cast.member), values).status_code == 302
    assert Member.objects.get(pk=cast.member.pk).likes == "灰"
    assert Consent.objects.get().channel == "sms"
    assert AuditEvent.objects.get().detail == {"fields": ["likes"]}


def test_the_form_keeps_a_number_that_it_does_not_show(cast):  # noqa: F811
    values = form_of(cast.as_clerk, cast.member)
    assert "phone" not in values
    cast.as_clerk.post(page_of("edit", cast.member), values)
    assert Member.objects.get(pk=cast.member.pk).phone == "+8613800001234"
    cast.as_clerk.post(page_of("edit", cast.member), values | {"phone": "13911112222"})
    assert Member.objects.get(pk=cast.member.pk).phone == "+8613911112222"


def test_two_editors_do_not_overwrite_each_other(cast):  # noqa: F811
    hers, his = form_of(cast.as_clerk, cast.member), form_of(cast.as_manager, cast.member)
    cast.as_clerk.post(page_of("edit", cast.member), hers | {"likes": "灰"})

    second = cast.as_manager.post(page_of("edit", cast.member), his | {"likes": "红"})

    assert second.status_code == 409 and "灰" in second.text and "红" in second.text
    assert Member.objects.get(pk=cast.member.pk).likes == "灰"
    cast.as_manager.post(page_of("edit", cast.member), his | {"likes": "红", "overwrite": "1"})
    assert Member.objects.get(pk=cast.member.pk).likes == "红"


def test_an_admin_moves_her_to_another_store(cast):  # noqa: F811
    values = form_of(cast.as_admin, cast.member) | {"home_store": cast.stranger.store.pk, "advisor": ""}
    assert cast.as_admin.post(page_of("edit", cast.member), values).status_code == 302
    assert cast.as_stranger.get(page_of("detail", cast.member)).status_code == 200
    assert cast.as_clerk.get(page_of("detail", cast.member)).status_code == 404


def test_leaving_needs_a_reason(cast):  # noqa: F811
    cast.as_clerk.post(page_of("status", cast.member), {"reason": " "})
    assert Member.objects.get(pk=cast.member.pk).status == "active"
    cast.as_clerk.post(page_of("status", cast.member), {"reason": "搬家"})
    assert Member.objects.get(pk=cast.member.pk).status == "left"
    cast.as_clerk.post(page_of("status", cast.member), {"reason": "回来"})
    assert Member.objects.get(pk=cast.member.pk).status == "active"


# ---- visit note ----


def test_a_visit_is_noted(cast):  # noqa: F811
    where = page_of("visit_note_new", cast.member)
    assert cast.as_clerk.post(where, {"text": "  "}).status_code == 422
    assert cast.as_clerk.post(where, {"text": "x", "visited_on": "2100-01-01"}).status_code == 422
    assert cast.as_clerk.post(where, {"text": "试了西装", "satisfaction": "5"}).status_code == 302
    note = VisitNote.objects.get()
    assert (note.text, note.satisfaction, note.by, note.member) == ("试了西装", 5, cast.clerk, cast.member)
    assert "试了西装" in cast.as_clerk.get(page_of("detail", cast.member)).text


def test_one_note_per_sale(cast):  # noqa: F811
    receipt = sale(cast.member, at=NOON)
    where = f"{page_of('visit_note_new', cast.member)}?receipt={receipt.pk}"
    assert cast.as_clerk.get(where).context["form"].initial["visited_on"] == receipt.sold_on
    assert cast.as_clerk.post(where, {"text": "一", "receipt": receipt.pk}).status_code == 302
    assert cast.as_clerk.post(where, {"text": "二", "receipt": receipt.pk}).status_code == 422
    assert VisitNote.objects.get().receipt == receipt


def test_a_foreign_receipt_is_not_taken_for_hers(cast):  # noqa: F811
    other = sale(MemberFactory(home_store=cast.store), at=NOON)
    cast.as_clerk.post(page_of("visit_note_new", cast.member), {"text": "一", "receipt": other.pk})
    assert VisitNote.objects.get().receipt is None


def test_purchases_are_paged(cast):  # noqa: F811
    ReceiptFactory.create_batch(21, member=cast.member, store=cast.store)
    page = cast.as_clerk.get(page_of("purchases", cast.member)).context["page"]
    assert len(page.rows) == 20 and page.next


def test_a_return_among_the_purchases_shows_what_was_paid_back(cast):  # noqa: F811
    sold = sale(cast.member, "360.00", at=NOON)
    line = LineInput("P-TEST", -1, Decimal("360.00"), returns_line=sold.lines.get())
    record_receipt(
        store=cast.store, number="B1", sold_at=NOON, lines=[line], member=cast.member, by=cast.clerk, at=NOON
    )
    page = cast.as_clerk.get(page_of("purchases", cast.member)).text
    assert "−¥360" in page and "¥0" not in page and "退货" in page


def test_the_example_of_a_text_with_markup_stays_text(cast):  # noqa: F811
    people.update_member(cast.member, changes={"name": "<script>x</script>"}, by=cast.clerk, at=NOON)
    assert "<script>x" not in cast.as_clerk.get(page_of("detail", cast.member)).text


def test_neither_of_two_that_may_stand_for_each_other_is_called_optional(cast):  # noqa: F811
    """Phone or WeChat: one is a must. Whoever has a phone number on file may leave both as they are."""
    new, known = reverse("members:enrol"), page_of("edit", cast.member)
    label = re.compile(r'<label for="id_(phone|wechat)">(.*?)</label>')
    assert ["optional" in text for _name, text in label.findall(cast.as_clerk.get(new).text)] == [False, False]
    assert ["optional" in text for _name, text in label.findall(cast.as_clerk.get(known).text)] == [True, True]


def test_the_steps_in_the_file_say_how_urgent_they_are(cast):  # noqa: F811
    now = datetime.now(UTC)
    sale(cast.member, at=now - timedelta(days=14), now=now - timedelta(days=14))
    page = cast.as_clerk.get(page_of("detail", cast.member)).text
    steps = page[page.index('id="followups"') :].partition("</section>")[0]
    assert steps.count("is-overdue") == 2 and "逾期" in steps and "稍后" in steps and "未完成" not in steps
