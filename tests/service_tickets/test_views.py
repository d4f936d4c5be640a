"""The doors, with the cast of four: a clerk, her store manager, a clerk of another store, an admin."""

import io

import openpyxl
import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.html import escape

from service_tickets import services
from service_tickets.enums import Action
from service_tickets.models import CatalogueCode, Notification, StatusProfile, Task, UserStatus
from tests.factories import MemberFactory, ProductFactory, StaffFactory, sale
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import body, do, in_process, notify, statuses, surveyed, url
from vipcrm.enums import AuditAction, Role
from vipcrm.models import AuditEvent

READ = ["detail", "edit", "complete", "reopen", "ask_head_office", "item_add", "task_add", "activity_add", "text_add"]


@pytest.mark.parametrize("page", READ)
def test_the_own_store_and_the_admin_open_every_page_others_get_404(page, browse, cast, made):
    for who, status in {"clerk": 200, "manager": 200, "boss": 200, "stranger": 404}.items():
        assert browse(cast[who]).get(url(page, made.pk)).status_code == status, who


def test_a_stranger_moves_nothing(browse, stranger, clerk, made):
    item = services.add_item(made, item=services.ItemInput(name="大衣"), by=clerk, at=NOW)
    task = services.add_task(made, task=services.TaskInput("重缝"), by=clerk, at=NOW)
    history = made.history.count()
    client = browse(stranger)
    posts = [
        url("perform", made.pk, "postpone"),
        url("set_status", made.pk, "KCJS"),
        url("delete_status", made.pk, "KCJS"),
        url("task_move", task.pk, "release_task"),
        url("item_edit", item.pk),
        *(url(page, made.pk) for page in READ[1:]),
    ]
    assert {client.post(address).status_code for address in posts} == {404}
    assert client.get(url("sheet_pdf", made.pk)).status_code == 404
    assert made.history.count() == history


def test_a_visitor_is_sent_to_the_login(client, made):
    assert "/accounts/login/" in client.get(url("detail", made.pk)).headers["Location"]


def test_the_list_shows_the_own_store_only(browse, cast, made):
    for who, seen in {"clerk": True, "manager": True, "boss": True, "stranger": False}.items():
        assert (made.number in body(browse(cast[who]).get(url("list")))) is seen, who


def numbers_in(response):
    return {row.number for row in response.context["page"].rows}


def test_the_four_boxes(browse, clerk, member, made):
    postponed = do(notify(member, clerk), Action.POSTPONE, clerk)
    working = in_process(member, clerk)
    done = services.complete(surveyed(member, clerk), completed_at=NOW, by=clerk, at=NOW)
    client = browse(clerk)
    assert numbers_in(client.get(url("list"))) == {made.number, postponed.number, working.number}
    for phase, row in {"NOPO": postponed, "NOPR": working, "NOCO": done, "OSNO": made}.items():
        assert numbers_in(client.get(url("list"), {"phase": phase})) == {row.number}
    assert len(numbers_in(client.get(url("list"), {"phase": ["OSNO", "NOPO", "NOPR", "NOCO"]}))) == 4


def test_the_list_says_what_is_flagged_for_deletion_and_whether_it_is_paid(browse, clerk, member, made):
    text = body(browse(clerk).get(url("list")))
    assert "trash-2" not in text and 'class="c-paid">·已完款' in text
    do(made, Action.FLAG_DELETION, clerk)
    notify(member, clerk, type_="Z2", paid="unpaid")
    page = browse(clerk).get(url("list"))
    assert [row.is_flagged for row in page.context["page"].rows].count(True) == 1
    assert "删除标记</span>" in body(page) and "<span>·未付款" in body(page)


def test_selections(browse, clerk, agent, member, made):
    other = notify(member, clerk, type_="Z2", description="送错颜色", paid="unpaid")
    services.set_user_status(other, code="DDKH", by=clerk, at=NOW)
    client = browse(clerk)

    def found(**params):
        return numbers_in(client.get(url("list"), params))

    assert found(type="Z2") == {other.number}
    assert found(q=made.number.lstrip("0")) == {made.number}
    assert found(q="开线") == {made.number}
    assert found(q="颜色") == {other.number}
    assert found(status="DDKH") == {other.number}
    assert found(status="TZJL") == {made.number}
    assert found(agent=str(agent.pk)) == {made.number}
    assert found(agent="none") == {other.number}
    assert found(member="蒋丽萍") == {made.number, other.number}
    assert found(member="王晓梅") == set()
    assert found(dates="created", until="2026-11-20") == set()
    assert found(dates="start", since="2026-11-21", until="2026-11-21") == {made.number, other.number}
    assert found(dates="nonsense", since="not a day", type="Z9") == {made.number, other.number}
    assert numbers_in(browse(agent).get(url("list"), {"agent": "me"})) == {made.number}


def test_pages_follow_each_other_without_loss(browse, clerk, member):
    wanted = {notify(member, clerk).number for _ in range(23)}
    client, seen, address = browse(clerk), set(), url("list")
    while address:
        page = client.get(address).context["page"]
        seen |= {row.number for row in page.rows}
        address = f"{url('list')}?after={page.next}" if page.next else ""
    assert seen == wanted


def queries_for_list(client, django_assert_num_queries, number):
    with django_assert_num_queries(number):
        client.get(url("list"), {"size": "50"})


def test_the_list_asks_the_same_number_of_queries_for_1_and_50_rows(
    browse, clerk, member, made, django_assert_num_queries
):
    client = browse(clerk)
    client.get(url("list"))
    queries_for_list(client, django_assert_num_queries, 7)
    for _ in range(49):
        notify(member, clerk)
    queries_for_list(client, django_assert_num_queries, 7)


def test_the_page_of_a_notification_asks_the_same_for_1_and_5_parts(browse, clerk, made, django_assert_num_queries):
    def fill():
        item = services.ItemInput(name="大衣", causes=[services.CauseInput(text="缝线")])
        services.add_item(made, item=item, by=clerk, at=NOW)
        services.add_task(made, task=services.TaskInput("重缝"), by=clerk, at=NOW)
        services.add_activity(made, text="看过", done_at=NOW, by=clerk, at=NOW)

    client = browse(clerk)
    fill()
    with django_assert_num_queries(20):
        client.get(url("detail", made.pk))
    for _ in range(4):
        fill()
    with django_assert_num_queries(20):
        client.get(url("detail", made.pk))


def test_create_from_a_receipt_fills_in(browse, clerk, member, agent):
    receipt = sale(member, "2980.00", by=clerk, product=ProductFactory(code="W6-2207", name="双面羊毛呢大衣"))
    client = browse(clerk)
    page = client.get(url("create"), {"receipt": receipt.pk})
    assert page.context["form"].initial["po_number"] == receipt.number
    assert page.context["item_form"].initial["material"] == "W6-2207"
    data = {**filled(page), "description": "袖口开线", "text": "约 4 厘米", "name": "大衣"}
    answer = client.post(f"{url('create')}?receipt={receipt.pk}", data, follow=True)
    new = Notification.objects.get()
    assert answer.redirect_chain == [(url("detail", new.pk), 302)]
    assert f"已建立通知 {new.number}" in body(answer)  # the number is shown at once
    assert (new.member, new.receipt, new.po_number, new.agent) == (member, receipt, receipt.number, agent)
    assert new.items.get().name == "大衣" and new.texts.get().text == "约 4 厘米"


def filled(page):
    """What a browser would send back of a page's forms."""
    data = {}
    for key in ("form", "text_form", "item_form"):
        for bound in page.context[key]:
            value = bound.value()
            data[bound.name] = "" if value is None else value
    return data


def test_create_says_what_is_missing_and_keeps_what_was_typed(browse, clerk, member):
    client = browse(clerk)
    page = client.get(url("create"), {"member": member.pk})
    data = {**filled(page), "description": "", "text": "她很急", "required_end": "2020-01-01"}
    answer = client.post(f"{url('create')}?member={member.pk}", data)
    assert answer.status_code == 422
    assert {"description", "required_end"} <= set(answer.context["form"].errors)
    assert "她很急" in body(answer)
    assert not Notification.objects.exists()


def test_create_for_a_member_of_another_store_does_not_exist(browse, stranger, member):
    client = browse(stranger)
    assert client.get(url("create"), {"member": member.pk}).status_code == 404
    assert client.post(f"{url('create')}?member={member.pk}", {"description": "x"}).status_code == 404
    assert member.card_no not in body(client.get(url("create"), {"q": member.name}))


def test_choose_a_member_without_a_script(browse, clerk, member):
    page = browse(clerk).get(url("create"), {"q": "jlp", "type": "Z2"})
    assert f"?member={member.pk}&amp;type=Z2" in body(page)
    assert member.phone.removeprefix("+86") not in body(page)


def test_create_with_reference(browse, clerk, made):
    services.add_item(made, item=services.ItemInput(name="大衣"), by=clerk, at=NOW)
    client = browse(clerk)
    page = client.get(url("create"), {"copy": made.pk})
    client.post(f"{url('create')}?copy={made.pk}", filled(page))
    new = Notification.objects.exclude(pk=made.pk).get()
    assert new.copied_from == made and new.description == made.description
    assert [item.name for item in new.items.all()] == ["大衣"]


def test_a_delivery_exception_by_page(browse, clerk, member):
    client = browse(clerk)
    address = f"{url('create')}?member={member.pk}&type=Z2"
    data = {**filled(client.get(address)), "description": "发错颜色", "kind": "wrong"}
    assert data["paid"] == "unpaid"
    client.post(address, data)
    assert Notification.objects.get().type == "Z2"


def test_from_created_to_completed_with_a_refusal_on_the_way(browse, clerk, made):
    client = browse(clerk)
    client.post(url("perform", made.pk, "put_in_process"))
    client.post(url("set_status", made.pk, "KCJS"))
    code = CatalogueCode.objects.get(group__catalogue="2", code="SEW").pk
    client.post(url("task_add", made.pk), {"code": code})
    refused = client.post(url("complete", made.pk), {"completed_at": local_now()})
    assert refused.status_code == 422 and "还有 1 项任务没完成" in body(refused)
    task = Task.objects.get()
    for action in ("release_task", "complete_task", "confirm_task"):
        client.post(url("task_move", task.pk, action))
    answer = client.post(url("complete", made.pk), {"completed_at": local_now()})
    assert answer.status_code == 302
    assert statuses(made)[0] == {"NOCO", "ATCO"}
    client.post(url("reopen", made.pk), {"reason": "又开线了"})
    assert statuses(made)[0] == {"NOPR", "ATCO"}


def local_now():
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


def test_a_refused_press_says_why_and_changes_nothing(browse, clerk, made):
    do(made, Action.PUT_IN_PROCESS, clerk)
    page = browse(clerk).post(url("perform", made.pk, "postpone"), follow=True)
    assert "已在处理，不能再延期" in body(page)
    assert statuses(made)[0] == {"NOPR"}


def test_an_older_page_is_told(browse, clerk, made):
    seen = made.version
    do(made, Action.PUT_IN_PROCESS, clerk)
    client = browse(clerk)
    page = client.post(url("set_status", made.pk, "KCJS"), {"version": seen}, follow=True)
    assert "有人改过这张通知" in body(page)
    assert statuses(made)[1] == {"TZJL"}
    form = filled_edit(client.get(url("edit", made.pk)))
    answer = client.post(url("edit", made.pk), {**form, "description": "别的", "version": seen})
    assert answer.status_code == 422


def filled_edit(page):
    return {bound.name: "" if bound.value() is None else bound.value() for bound in page.context["form"]}


@pytest.mark.parametrize("action", ["create_order", "complete", "reopen", "nonsense"])
def test_only_simple_actions_have_a_button(browse, clerk, made, action):
    assert browse(clerk).post(url("perform", made.pk, action)).status_code == 404
    assert browse(clerk).get(url("perform", made.pk, "postpone")).status_code == 405


def test_edit_changes_the_header(browse, clerk, made):
    client = browse(clerk)
    data = {**filled_edit(client.get(url("edit", made.pk))), "location": "江宁路 88 弄", "priority": "1"}
    assert client.post(url("edit", made.pk), data).status_code == 302
    made.refresh_from_db()
    assert (made.location, made.priority) == ("江宁路 88 弄", "1")
    assert "优先级: 中 → 紧急" in body(client.get(url("detail", made.pk)))


def test_items_texts_activities_and_tasks_by_page(browse, clerk, made):
    client = browse(clerk)
    damage = CatalogueCode.objects.get(group__catalogue="C", code="SEAM").pk
    assert client.post(url("item_add", made.pk), {"name": "", "damage": damage}).status_code == 422
    client.post(
        url("item_add", made.pk), {"name": "大衣", "damage": damage, "cause_text_1": "缝线松", "maker_1": "云织"}
    )
    item = made.items.get()
    assert item.damage.code == "SEAM" and item.causes.get().maker == "云织"
    client.post(url("item_edit", item.pk), {"name": "双面大衣", "quantity": "2"})
    item.refresh_from_db()
    assert (item.name, item.quantity, item.causes.count()) == ("双面大衣", 2, 0)
    client.post(url("text_add", made.pk), {"text": "她又打来"})
    client.post(url("activity_add", made.pk), {"text": "看过实物", "done_at": local_now()})
    assert client.post(url("task_add", made.pk), {"text": ""}).status_code == 422
    client.post(url("task_add", made.pk), {"text": "重缝", "item": item.pk})
    assert made.texts.count() == 2 and made.activities.get().text == "看过实物" and made.tasks.get().item == item


def test_export_holds_what_is_seen_and_is_recorded(browse, clerk, stranger, member, made):
    notify(member, clerk, type_="Z2", description="=cmd|' /C calc'!A0")
    answer = browse(clerk).get(url("export", "csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.count("\n") == 3 and made.number in text and "'=cmd" in text
    event = AuditEvent.objects.get(action=AuditAction.EXPORTED)
    assert (event.by, event.rows) == (clerk, 2)
    sheet = browse(clerk).get(url("export", "xlsx"), {"type": "Z1"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active.values)
    assert [row[0] for row in rows[1:]] == [made.number]
    other = browse(stranger).get(url("export", "csv"))
    assert made.number not in b"".join(other.streaming_content).decode("utf-8-sig")
    assert browse(clerk).get(url("export", "exe")).status_code == 404


def test_the_work_plan_stands_by_day_and_agent(browse, clerk, stranger, agent, member, made):
    page = browse(clerk).get(url("work_plan"), {"since": "2026-11-21", "until": "2026-11-22"})
    [(day, count, agents)] = page.context["days"]
    assert (day.isoformat(), count, agents[0][0], agents[0][1]) == ("2026-11-21", 1, agent, [made])
    earlier = browse(clerk).get(url("work_plan"), {"since": "2026-11-22"})
    assert earlier.context["earlier_count"] == 1 and earlier.context["days"] == []
    assert made.number not in body(browse(stranger).get(url("work_plan"), {"since": "2026-11-21", "store": "JA02"}))
    done = services.complete(
        services.set_user_status(do(made, Action.PUT_IN_PROCESS, clerk), code="KCJS", by=clerk, at=NOW),
        completed_at=timezone.now(), by=clerk, at=timezone.now(),
    )  # fmt: skip
    assert done.number not in body(browse(clerk).get(url("work_plan"), {"since": "2026-11-21"}))


def test_back_leads_to_the_list_or_plan_that_was_seen_last(browse, clerk, made):
    client = browse(clerk)
    assert client.get(url("detail", made.pk)).context["back"] == url("list")
    for address in (f"{url('list')}?phase=OSNO&type=Z1&sort=newest", f"{url('work_plan')}?since=2026-11-20"):
        client.get(address)
        client.post(url("perform", made.pk, "postpone"))
        page = client.get(url("detail", made.pk))
        assert page.context["back"] == address and f'href="{escape(address)}"' in body(page)
    for elsewhere in ("https://example.com/service/", "//example.com/service/", "javascript:alert(1)", "/members/"):
        client.cookies["service_back"] = elsewhere
        assert client.get(url("detail", made.pk)).context["back"] == url("list")


def test_an_agent_works_on_her_stores_notifications(browse, agent, made):
    client = browse(agent)
    assert client.get(url("detail", made.pk)).status_code == 200
    client.post(url("perform", made.pk, "put_in_process"))
    assert statuses(made)[0] == {"NOPR"}


def test_the_english_page_is_english(browse, clerk, made):
    client = browse(clerk)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = body(client.get(url("detail", made.pk)))
    assert "Nobody is working on it yet" in text and "还没有人处理" not in text


def test_head_office_agents_see_what_is_passed_on(browse, clerk, member, made, defaults):
    from tests.factories import StoreFactory

    office = StoreFactory(code="HO00", name="总部", is_head_office=True)
    handler = StaffFactory(store=office, role=Role.SERVICE_AGENT)
    z2 = notify(member, clerk, type_="Z2")
    assert numbers_in(browse(handler).get(url("list"))) == {z2.number}
    assert browse(handler).get(url("detail", made.pk)).status_code == 404


def test_a_sale_to_a_visiting_member_is_served_by_the_store_that_sold(browse, clerk, stranger, member):
    visitor = MemberFactory(home_store=stranger.store, name="白露")
    receipt = sale(visitor, store=clerk.store, by=clerk)
    client = browse(clerk)
    page = client.get(url("create"), {"receipt": receipt.pk})
    client.post(f"{url('create')}?receipt={receipt.pk}", {**filled(page), "description": "改短"})
    new = Notification.objects.get()
    assert (new.store, new.member) == (clerk.store, visitor)
    assert client.get(url("detail", new.pk)).status_code == 200


def test_an_unnumbered_status_stands_in_the_list_and_is_selected(browse, clerk, member, made):
    profile = StatusProfile.objects.get(type="Z1")
    UserStatus.objects.create(profile=profile, code="DKKH", name_zh="等客户", name_en="Waiting")
    services.set_user_status(made, code="DKKH", by=clerk, at=NOW)
    notify(member, clerk)
    page = browse(clerk).get(url("list"), {"status": "DKKH"})
    assert numbers_in(page) == {made.number} and "等客户" in body(page)
    assert f'href="{made.pk}/"' in body(page)
