"""Each verb on a real database: the row, the history row, the refused moves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from members.models import Member
from members.querysets import MemberQuerySet  # noqa: F401
from service_tickets import services
from service_tickets.enums import Action, Catalogue, Kind, NotificationType, PaidState
from service_tickets.models import CatalogueCode, HistoryEntry, Notification, PartnerFunction, UserStatus
from tests.factories import StaffFactory, StoreFactory, sale
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import (
    TODAY,
    completed,
    do,
    header,
    in_process,
    notify,
    reasons,
    replayed,
    statuses,
    surveyed,
)
from vipcrm.enums import Role


@pytest.fixture
def head_office(defaults):
    return StoreFactory(code="HO00", name="总部", is_head_office=True)


def code(catalogue, code_):
    return CatalogueCode.objects.select_related("group").get(group__catalogue=catalogue, code=code_)


def lines(notification):
    rows = notification.history.order_by("id")
    return [(row.action, row.kind, row.old, row.new) for row in rows]


def test_create_writes_number_statuses_and_history(member, clerk):
    made = notify(member, clerk, text="袖口开线约 4 厘米。")
    assert len(made.number) == 10 and made.number.isdigit()
    assert statuses(made) == ({"OSNO"}, {"TZJL"})
    assert lines(made) == [("create", "system", "", "OSNO"), ("create", "user", "", "TZJL")]
    assert made.texts.get().text == "袖口开线约 4 厘米。"
    assert (made.store, made.sales_org, made.channel, made.division) == (member.home_store, "F011", "10", "02")
    assert made.created_on == TODAY


def test_numbers_follow_each_other_also_after_a_failure(member, clerk):
    first = notify(member, clerk)
    with pytest.raises(services.MoveNotAllowed):
        notify(member, clerk, description=" ")
    with pytest.raises(RuntimeError), transaction.atomic():
        notify(member, clerk)
        raise RuntimeError
    assert int(notify(member, clerk).number) == int(first.number) + 1


def test_a_delivery_exception_goes_to_head_office_at_once(member, clerk, head_office):
    made = notify(member, clerk, type_="Z2", paid=PaidState.UNPAID, kind=Kind.DAMAGED)
    assert statuses(made) == ({"OSNO"}, {"HFYY"})
    assert made.passed_on_to == head_office and made.passed_on_at == NOW


def test_draft_takes_the_receipt_as_po_only_for_service(member, clerk, agent):
    receipt = sale(member, "2980.00", by=clerk)
    z1 = services.draft_header(store=member.home_store, today=TODAY, by=clerk, receipt=receipt)
    assert (z1.po_number, z1.po_date, z1.paid, z1.agent) == (receipt.number, receipt.sold_on, "paid", agent)
    z2 = services.draft_header(
        store=member.home_store, today=TODAY, by=clerk, receipt=receipt, type_=NotificationType.Z2
    )
    assert (z2.po_number, z2.po_date, z2.paid, z2.agent) == ("", None, "unpaid", None)


def test_a_receipt_brings_its_member(member, clerk):
    receipt = sale(member, by=clerk)
    made = services.create_notification(store=member.home_store, header=header(), receipt=receipt, by=clerk, at=NOW)
    assert made.member == member


def test_with_reference_copies_header_and_items(member, clerk):
    source = notify(member, clerk, location="江宁路 88 弄", priority="1")
    cause = services.CauseInput(code=code("5", "TENS"), maker="云织")
    services.add_item(source, item=services.ItemInput(name="大衣", quantity=2, causes=[cause]), by=clerk, at=NOW)
    draft = services.draft_header(store=source.store, today=TODAY, by=clerk, copy_of=source)
    assert (draft.location, draft.priority, draft.description) == ("江宁路 88 弄", "1", source.description)
    copy = services.create_notification(
        store=source.store, header=draft, member=member, copied_from=source, items=services.items_of(source),
        by=clerk, at=NOW,
    )  # fmt: skip
    item = copy.items.get()
    assert (item.name, item.quantity, item.causes.get().maker) == ("大衣", 2, "云织")
    assert copy.copied_from == source and copy.number != source.number


def test_a_required_partner_must_be_named(member, clerk, agent):
    PartnerFunction.objects.filter(code="VW").update(required_z1=True)
    assert reasons(notify, member, clerk) == ["partner"]
    assert notify(member, clerk, agent=agent).agent == agent


def test_a_notification_belongs_to_somebody(store, clerk):
    assert reasons(services.create_notification, store=store, header=header(), by=clerk, at=NOW) == ["nobody"]


def test_postpone_and_take_up(member, clerk):
    made = notify(member, clerk)
    do(made, Action.POSTPONE, clerk)
    assert statuses(made)[0] == {"NOPO"}
    assert reasons(do, made, Action.PUT_IN_PROCESS, clerk) == ["NOPO"]
    assert reasons(services.add_task, made, task=services.TaskInput("重缝"), by=clerk, at=NOW) == ["NOPO"]
    do(made, Action.TAKE_UP, clerk)
    assert statuses(made)[0] == {"OSNO"}
    do(made, Action.PUT_IN_PROCESS, clerk)
    assert reasons(do, made, Action.POSTPONE, clerk) == ["NOPR"]
    assert lines(made)[2:] == [
        ("postpone", "system", "OSNO", "NOPO"),
        ("take_up", "system", "NOPO", "OSNO"),
        ("put_in_process", "system", "OSNO", "NOPR"),
    ]


def test_a_refused_move_leaves_no_trace(member, clerk):
    made = notify(member, clerk)
    before = (made.version, lines(made))
    reasons(services.complete, made, completed_at=NOW, by=clerk, at=NOW)
    made.refresh_from_db()
    assert (made.version, lines(made)) == before


def test_complete_asks_for_a_time_that_can_be(member, clerk):
    made = surveyed(member, clerk)
    late, early = NOW + timedelta(minutes=1), NOW - timedelta(days=1)
    assert reasons(services.complete, made, completed_at=late, by=clerk, at=NOW) == ["in_future"]
    assert reasons(services.complete, made, completed_at=early, by=clerk, at=NOW) == ["too_early"]
    done = services.complete(made, completed_at=NOW, by=clerk, at=NOW)
    assert done.completed_at == NOW and statuses(done)[0] == {"NOCO"}
    assert reasons(services.add_long_text, done, text="还有", by=clerk, at=NOW) == ["NOCO"]


def test_reopen_needs_a_reason_that_is_kept(member, clerk):
    done = completed(member, clerk)
    assert reasons(services.reopen, done, reason=" ", by=clerk, at=NOW) == ["no_reason"]
    again = services.reopen(done, reason="袖口又开了", by=clerk, at=NOW)
    assert statuses(again)[0] == {"NOPR"} and again.completed_at is None
    assert HistoryEntry.objects.get(notification=again, action=Action.REOPEN).reason == "袖口又开了"


def test_tasks_hold_up_completion(member, clerk):
    made = surveyed(member, clerk)
    task = services.add_task(made, task=services.TaskInput("重缝左袖口"), by=clerk, at=NOW)
    assert statuses(made)[0] == {"NOPR", "TSOS"}
    assert reasons(services.complete, made, completed_at=NOW, by=clerk, at=NOW) == ["TSOS"]
    assert reasons(services.move_task, task, action=Action.COMPLETE_TASK, by=clerk, at=NOW) == ["task"]
    task = services.move_task(task, action=Action.RELEASE_TASK, by=clerk, at=NOW)
    assert statuses(made)[0] == {"NOPR", "TSOS"}
    task = services.move_task(task, action=Action.COMPLETE_TASK, by=clerk, at=NOW)
    assert statuses(made)[0] == {"NOPR", "ATCO"}
    task = services.move_task(task, action=Action.CONFIRM_TASK, by=clerk, at=NOW)
    assert task.status == "successful" and statuses(made)[0] == {"NOPR", "ATCO"}
    services.complete(made, completed_at=NOW, by=clerk, at=NOW)
    assert statuses(made)[0] == {"NOCO", "ATCO"} and replayed(made) == statuses(made)
    tasks = HistoryEntry.objects.filter(notification=made, kind="task").order_by("id").values_list("old", "new")
    assert list(tasks) == [
        ("", "created"),
        ("created", "released"),
        ("released", "completed"),
        ("completed", "successful"),
    ]


def test_the_database_itself_refuses_completed_with_open_tasks(member, clerk):
    made = surveyed(member, clerk)
    services.add_task(made, task=services.TaskInput("重缝"), by=clerk, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.filter(pk=made.pk).update(phase="NOCO", completed_at=NOW)


def test_deletion_flag(member, clerk):
    never_used = do(notify(member, clerk), Action.FLAG_DELETION, clerk)
    assert statuses(never_used)[0] == {"OSNO", "DLFL"}
    assert reasons(do, never_used, Action.PUT_IN_PROCESS, clerk) == ["DLFL"]
    do(never_used, Action.UNFLAG_DELETION, clerk)
    assert statuses(never_used)[0] == {"OSNO"}
    services.add_activity(never_used, text="打了电话", done_at=NOW, by=clerk, at=NOW)
    assert reasons(do, never_used, Action.FLAG_DELETION, clerk) == ["used"]
    assert reasons(do, in_process(member, clerk), Action.FLAG_DELETION, clerk) == ["NOPR"]
    assert statuses(do(completed(member, clerk), Action.FLAG_DELETION, clerk))[0] == {"NOCO", "DLFL"}


def test_an_order_puts_in_process(member, clerk):
    made = notify(member, clerk)
    services.set_user_status(made, code="KCJS", by=clerk, at=NOW)
    do(made, Action.CREATE_ORDER, clerk)
    assert statuses(made)[0] == {"NOPR", "ORAS"}


def test_user_status_by_number_role_and_alias(member, clerk, manager):
    made = in_process(member, clerk)
    assert reasons(services.set_user_status, made, code="ZGPZ", by=manager, at=NOW) == ["range"]
    services.set_user_status(made, code="KCWB", by=clerk, at=NOW)
    assert statuses(made)[1] == {"KCJS"}
    assert reasons(services.set_user_status, made, code="ZGPZ", by=clerk, at=NOW) == ["authorisation"]
    assert reasons(services.set_user_status, made, code="KCJS", by=clerk, at=NOW) == ["active"]
    assert reasons(services.set_user_status, made, code="XXXX", by=clerk, at=NOW) == ["unknown"]
    services.set_user_status(made, code="BPZ", by=manager, at=NOW)
    assert reasons(services.complete, made, completed_at=NOW, by=clerk, at=NOW) == ["BPZ"]
    assert ("set_status", "user", "KCJS", "BPZ") in lines(made)
    who_and_when = made.history.filter(kind="user").order_by("id").values_list("new", "by", "at")
    assert list(who_and_when) == [("TZJL", clerk.pk, NOW), ("KCJS", clerk.pk, NOW), ("BPZ", manager.pk, NOW)]


def test_head_office_is_asked_approved_and_gets_it(member, clerk, manager, head_office):
    made = services.ask_head_office(surveyed(member, clerk), reason="要报价", by=clerk, at=NOW)
    assert made.asked_at == NOW and made.passed_on_at is None
    assert reasons(services.complete, made, completed_at=NOW, by=clerk, at=NOW) == ["approval"]
    assert reasons(services.ask_head_office, made, by=clerk, at=NOW) == ["asked"]
    made = services.set_user_status(made, code="ZGPZ", by=manager, at=NOW)
    assert made.passed_on_to == head_office and made.approved_at == NOW
    services.complete(made, completed_at=NOW, by=clerk, at=NOW)


def test_unnumbered_statuses_come_and_go(member, clerk):
    profile = UserStatus.objects.get(profile__type="Z1", code="TZJL").profile
    UserStatus.objects.create(
        profile=profile, code="DKKH", name_zh="等客户", name_en="Waiting", forbids=["complete"],
        deleted_by=[Action.ADD_ACTIVITY], roles=[],
    )  # fmt: skip
    made = surveyed(member, clerk)
    services.set_user_status(made, code="DKKH", by=clerk, at=NOW)
    assert statuses(made)[1] == {"KCJS", "DKKH"}
    assert reasons(services.complete, made, completed_at=NOW, by=clerk, at=NOW) == ["DKKH"]
    services.delete_user_status(made, code="DKKH", by=clerk, at=NOW)
    assert statuses(made)[1] == {"KCJS"}
    assert reasons(services.delete_user_status, made, code="KCJS", by=clerk, at=NOW) == ["numbered"]
    services.set_user_status(made, code="DKKH", by=clerk, at=NOW)
    services.add_activity(made, text="客户来了", done_at=NOW, by=clerk, at=NOW)
    assert statuses(made)[1] == {"KCJS"} and replayed(made) == statuses(made)


def test_a_page_that_is_older_loses(member, clerk, manager):
    made = in_process(member, clerk)
    seen = made.version
    services.set_user_status(made, code="KCJS", expected=seen, by=clerk, at=NOW)
    assert reasons(
        services.change_header, made, header=header(description="别的"), expected=seen, by=manager, at=NOW
    ) == ["changed_meanwhile"]
    made.refresh_from_db()
    assert made.description == "双面大衣袖口开线"


def test_change_header_keeps_what_was(member, clerk, agent):
    made = notify(member, clerk)
    new = header(description="里料勾丝", required_end=TODAY + timedelta(days=9))
    assert services.change_header(made, header=new, by=clerk, at=NOW) == ["description", "required_end"]
    assert services.change_header(made, header=new, by=clerk, at=NOW) == []
    rows = HistoryEntry.objects.filter(notification=made, kind="change").order_by("id")
    assert [(r.subject, r.old, r.new) for r in rows] == [
        ("description", "双面大衣袖口开线", "里料勾丝"),
        ("required_end", "2026-11-26", "2026-11-30"),
    ]
    other = replace(new, type=NotificationType.Z2)
    assert reasons(services.change_header, made, header=other, by=clerk, at=NOW) == ["type"]
    assert services.assign_agent(made, agent=agent, by=clerk, at=NOW) == ["agent"]


def test_codes_come_from_their_own_catalogue(member, clerk):
    made = notify(member, clerk)
    wrong = services.ItemInput(product_type=code(Catalogue.DAMAGE, "SEAM"))
    assert reasons(services.add_item, made, item=wrong, by=clerk, at=NOW) == ["catalogue"]
    right = services.ItemInput(product_type=code("B", "COAT"), colour=code("F", "CAM"), damage=code("C", "SEAM"))
    assert services.add_item(made, item=right, by=clerk, at=NOW).position == 1
    assert services.add_item(made, item=right, by=clerk, at=NOW).position == 2


def test_change_item_replaces_its_causes(member, clerk):
    made = notify(member, clerk)
    item = services.add_item(
        made, item=services.ItemInput(name="大衣", causes=[services.CauseInput(text="待查")]), by=clerk, at=NOW
    )
    to = services.ItemInput(name="大衣", quantity=2, causes=[services.CauseInput(code=code("5", "TENS"))])
    services.change_item(item, to=to, by=clerk, at=NOW)
    assert [str(cause.code.code) for cause in item.causes.all()] == ["TENS"]


def test_a_task_belongs_to_an_item_of_the_same_notification(member, clerk):
    item = services.add_item(notify(member, clerk), item=services.ItemInput(name="大衣"), by=clerk, at=NOW)
    other = notify(member, clerk)
    task = services.TaskInput("重缝", item=item)
    assert reasons(services.add_task, other, task=task, by=clerk, at=NOW) == ["item"]


def test_open_complaint_fills_in_and_is_safe_to_repeat(member, clerk):
    receipt = sale(member, by=clerk)
    text = "大衣穿一次袖口就开线，她很生气。\n要求换新。"
    made = services.open_complaint(member=member, step_ref=7, receipt=receipt, text=text, by=clerk, at=NOW)
    assert (made.type, made.kind, made.member, made.receipt, made.followup_step) == (
        "Z1", "complaint", member, receipt, 7,
    )  # fmt: skip
    assert made.description == "大衣穿一次袖口就开线，她很生气。" and made.texts.get().text == text
    assert made.required_end == TODAY + timedelta(days=15)
    again = services.open_complaint(member=member, step_ref=7, receipt=receipt, text=text, by=clerk, at=NOW)
    assert again == made and Notification.objects.count() == 1


def test_labels_follow_the_language(member, clerk):
    made = notify(member, clerk)
    with translation.override("en"):
        assert made.user_status.name == "Created"
    with translation.override("zh-hans"):
        assert made.user_status.name == "通知建立"


@pytest.fixture
def cast(store, clerk, manager, agent, stranger, boss, head_office):
    handler = StaffFactory(store=head_office, role=Role.SERVICE_AGENT, name="处理人")
    return {"clerk": clerk, "manager": manager, "agent": agent, "stranger": stranger, "boss": boss, "handler": handler}


def seen_by(cast, notification):
    return {who for who, staff in cast.items() if Notification.objects.visible_to(staff).filter(pk=notification.pk)}


def test_who_sees_a_notification(member, clerk, manager, cast):
    made = notify(member, clerk)
    assert seen_by(cast, made) == {"clerk", "manager", "agent", "boss"}
    services.ask_head_office(surveyed_again(made, clerk), by=clerk, at=NOW)
    assert "handler" not in seen_by(cast, made)
    services.set_user_status(made, code="ZGPZ", by=manager, at=NOW)
    assert seen_by(cast, made) == {"clerk", "manager", "agent", "boss", "handler"}


def surveyed_again(made, by):
    return services.set_user_status(do(made, Action.PUT_IN_PROCESS, by), code="KCJS", by=by, at=NOW)


def test_an_agent_sees_the_member_while_it_is_unfinished(member, clerk, agent, cast):
    def visible(who):
        return Member.objects.visible_to(cast[who]).filter(pk=member.pk).exists()

    assert not visible("agent") and not visible("handler")
    made = surveyed(member, clerk)
    assert visible("agent") and not visible("handler")
    services.complete(made, completed_at=NOW, by=clerk, at=NOW)
    assert not visible("agent")
    notify(member, clerk, type_="Z2")
    assert visible("handler")


def test_text_search_finds_two_characters_and_more(member, clerk):
    made = notify(member, clerk, description="双面 Coat 袖口开线")
    for text in ("袖口", "袖口开线", "coat", "双面 Coat"):
        assert list(Notification.objects.with_text(text)) == [made]
    assert not Notification.objects.with_text("口袖").exists()
