"""Enrolling, changing, looking up (handbook 1 and 2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from members.models import AdvisorChange, Consent, Member, Standing, StatusChange
from members.rules.cards import has_right_check_digit, make_card_number
from members.services import people, visits
from tests.factories import MemberFactory, StaffFactory, StoreFactory, admin, manager_of, sale
from vipcrm.models import AuditEvent

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def enrol(store, clerk=None, **fields):
    given = {"name": "王晓梅", "phone": "138 0000 1234", **fields}
    return people.enrol_member(home_store=store, advisor=clerk, by=clerk, at=NOON, **given)


def test_name_and_phone_are_enough():
    store = StoreFactory(code="4002")

    member = enrol(store)

    stored = Member.objects.get(pk=member.pk)
    assert (stored.phone, stored.pinyin, stored.initials) == ("+8613800001234", "wangxiaomei", "wxm")
    assert stored.card_no == make_card_number("4002", 1)
    assert (stored.enrolled_on, stored.status, stored.phone_tail) == (date(2026, 3, 1), "active", "1234")
    assert Standing.objects.get(member=member).purchases == 0


def test_card_numbers_run_on_and_skip_those_in_use():
    store = StoreFactory(code="A7")
    MemberFactory(home_store=store, card_no=make_card_number("A7", 2))

    cards = [enrol(store, phone=f"1380000{n:04d}").card_no for n in range(3)]

    assert cards == [make_card_number("A7", n) for n in (1, 3, 4)]
    assert all(has_right_check_digit(card) for card in cards)


@pytest.mark.parametrize("code", ["4002", "S-1", "店9", "Z"])
@pytest.mark.parametrize("times", [1, 12])
def test_the_database_makes_the_same_cards_as_the_rule(code, times):
    with connection.cursor() as cursor:
        for _ in range(times):
            cursor.execute("SELECT next_card_no(%s)", [code])
            card = cursor.fetchone()[0]
    assert card == make_card_number(code, times)


def test_a_brought_card_is_kept_and_never_given_twice():
    store = StoreFactory()
    assert enrol(store, card_no="OLD-7").card_no == "OLD-7"

    with pytest.raises(people.MemberNotSaved):
        enrol(store, card_no="OLD-7", phone="13900000000")


def test_a_phone_that_is_none_is_refused():
    with pytest.raises(ValueError):
        enrol(StoreFactory(), phone="12")
    assert not Member.objects.exists()


def test_change_of_advisor_and_store_is_dated():
    old, new = StoreFactory(), StoreFactory()
    clerk, successor = StaffFactory(store=old), StaffFactory(store=new)
    member = MemberFactory(home_store=old, advisor=clerk)

    people.update_member(member, changes={"home_store": new, "advisor": successor}, by=clerk, at=NOON)

    change = AdvisorChange.objects.get(member=member)
    assert (change.on, change.store_before, change.store_after) == (date(2026, 3, 1), old, new)
    assert (change.advisor_before, change.advisor_after, change.by) == (clerk, successor, clerk)


def test_nothing_different_writes_nothing():
    member = MemberFactory()
    before = Member.objects.get(pk=member.pk).updated_at

    people.update_member(member, changes={"name": member.name}, by=StaffFactory(), at=NOON)

    assert Member.objects.get(pk=member.pk).updated_at == before
    assert not AdvisorChange.objects.exists() and not AuditEvent.objects.exists()


def test_a_new_name_is_found_by_its_pinyin():
    member = MemberFactory()
    people.update_member(member, changes={"name": "单雄信"}, by=StaffFactory(), at=NOON)
    assert Member.objects.get(pk=member.pk).initials == "sxx"


def test_the_second_of_two_editors_is_told():
    member = MemberFactory()
    clerk, seen = StaffFactory(), Member.objects.get(pk=member.pk).updated_at
    people.update_member(member, changes={"wechat": "first"}, seen_at=seen, by=clerk, at=NOON)

    with pytest.raises(people.EditConflict) as conflict:
        people.update_member(member, changes={"wechat": "second"}, seen_at=seen, by=clerk, at=NOON)

    assert conflict.value.member.wechat == "first"
    assert Member.objects.get(pk=member.pk).wechat == "first"


def test_consents_are_dated_and_the_newest_counts():
    member, clerk = MemberFactory(), StaffFactory()
    people.set_consent(member, channel="phone", state="given", by=clerk, at=NOON)
    assert people.set_consent(member, channel="phone", state="given", by=clerk, at=NOON) is None
    people.set_consent(member, channel="phone", state="refused", by=clerk, at=NOON + timedelta(days=3))
    assert people.set_consent(member, channel="sms", state="", by=clerk, at=NOON) is None

    assert Consent.objects.count() == 2
    assert {channel: word.state for channel, word in people.consents_of(member).items()} == {"phone": "refused"}


def test_leaving_and_coming_back():
    member, clerk = MemberFactory(), StaffFactory()
    people.mark_left(member, reason="搬家", by=clerk, at=NOON)
    assert Member.objects.get(pk=member.pk).status == "left"
    with pytest.raises(people.MoveNotAllowed):
        people.mark_left(member, reason="搬家", by=clerk, at=NOON)

    people.mark_back(member, reason="搬回来了", by=clerk, at=NOON + timedelta(days=1))

    assert Member.objects.get(pk=member.pk).status == "active"
    assert list(StatusChange.objects.values_list("status", flat=True)) == ["left", "active"]


def test_a_purchase_brings_a_member_back():
    member = MemberFactory()
    people.mark_left(member, reason="搬家", by=StaffFactory(), at=NOON)
    sale(member, at=NOON + timedelta(days=9))
    assert Member.objects.get(pk=member.pk).status == "active"


def test_duplicates_by_phone_or_by_name_and_birthday():
    store = StoreFactory()
    clerk = StaffFactory(store=store)
    twin = MemberFactory(home_store=store, phone="+8613800001234", birth_month=5, birth_day=20)
    MemberFactory(phone="+8613800001234", name="别店的")  # another store: not hers to see

    def found(**given):
        return people.find_duplicates(visible_to=clerk, **given)

    assert found(phone="+8613800001234") == [twin]
    assert found(name="王晓梅", birthday=("solar", 5, 20)) == [twin]
    assert found(name="王晓梅", birthday=("lunar", 5, 20)) == []
    assert found(name="王晓梅") == []
    assert found(phone="+8613800001234", besides=twin.pk) == []


def test_opening_a_phone_is_recorded():
    member, clerk = MemberFactory(phone="+8613800001234"), StaffFactory()
    assert people.open_phone(member, by=clerk) == "+8613800001234"
    event = AuditEvent.objects.get()
    assert (event.action, event.by, event.subject) == ("phone_opened", clerk, f"members.member:{member.pk}")


def test_members_of_other_stores_by_full_phone_or_card_only():
    member = MemberFactory(phone="+8613800001234", card_no="4002777")
    clerk = StaffFactory()

    assert people.look_up_elsewhere("1234", by=clerk) is None
    assert people.look_up_elsewhere("王晓梅", by=clerk) is None
    assert not AuditEvent.objects.exists()

    assert people.look_up_elsewhere("138-0000-1234", by=clerk) == member
    assert people.look_up_elsewhere("4002777", by=clerk) == member
    assert AuditEvent.objects.filter(action="looked_up", by=clerk).count() == 2


@pytest.mark.parametrize("maker", [manager_of, lambda store: admin()])
def test_whoever_sees_the_file_looks_nothing_up(maker):
    member = MemberFactory(phone="+8613800001234")
    assert people.look_up_elsewhere("13800001234", by=maker(member.home_store)) is None


def test_one_note_per_sale():
    member, clerk = MemberFactory(), StaffFactory()
    receipt = sale(member)
    note = visits.write_visit_note(member, text=" 试了西装 ", visited_on=date(2026, 3, 1), receipt=receipt, by=clerk)
    assert note.text == "试了西装"
    with pytest.raises(visits.VisitNoteExists):
        visits.write_visit_note(member, text="再写", visited_on=date(2026, 3, 1), receipt=receipt, by=clerk)
    assert visits.write_visit_note(member, text="路过", visited_on=date(2026, 3, 2), by=clerk).pk
