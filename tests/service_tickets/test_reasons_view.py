"""Beside every action that is not possible stands the reason ("Why not?"), and what is rarely used is folded."""

import re

from django.utils import timezone

from service_tickets import services
from service_tickets.enums import Action
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import body, do, statuses, url


def test_what_is_not_possible_stands_there_with_the_reason(browse, clerk, made):
    made = services.set_user_status(do(made, Action.PUT_IN_PROCESS, clerk), code="KCJS", by=clerk, at=NOW)
    services.add_task(made, task=services.TaskInput("重缝左袖口"), by=clerk, at=NOW)
    text = body(browse(clerk).get(url("detail", made.pk)))
    assert "还有 1 项任务没完成：重缝左袖口" in text
    assert "已在处理，不能再延期" in text
    assert "只有这些角色能设：店长、区域经理、管理员" in text
    assert url("complete", made.pk) not in text


def test_what_has_no_button_any_more_stands_there_with_the_reason(browse, clerk, made):
    services.add_task(made, task=services.TaskInput("重缝"), by=clerk, at=NOW)
    do(made, Action.POSTPONE, clerk)
    page = browse(clerk).get(url("detail", made.pk))
    assert "tasks/" not in "".join(re.findall(r'<form[^>]* action="([^"]*)"', body(page)))
    [act] = [act for act in page.context["acts"].other if not act.url]
    assert act.title == "加任务、记处理结果、下达任务、完成任务、任务标为成功" and [
        why.text for why in act.reasons
    ] == ["已延期：先恢复。"]
    assert act.title in body(page)


def test_a_completed_notification_says_why_nothing_can_be_changed(browse, clerk, made):
    services.set_user_status(do(made, Action.PUT_IN_PROCESS, clerk), code="KCJS", by=clerk, at=NOW)
    services.complete(made, completed_at=timezone.now(), by=clerk, at=timezone.now())
    page = browse(clerk).get(url("detail", made.pk))
    [act] = [act for act in page.context["acts"].other if not act.url]
    assert act.title.startswith("修改、加文本、加项目、加任务") and "已完成" in act.reasons[0].text
    assert url("edit", made.pk) not in body(page) and url("item_add", made.pk) not in body(page)


def test_a_reason_ends_with_a_stop_and_has_its_own_line(browse, clerk, made):
    services.add_task(do(made, Action.PUT_IN_PROCESS, clerk), task=services.TaskInput("约时间"), by=clerk, at=NOW)
    text = body(browse(clerk).get(url("detail", made.pk)))
    assert re.search(r"<span>还有 1 项任务没完成：约时间。 <a[^>]*>看任务</a></span><span>用户状态", text)


def test_the_filters_are_folded_until_one_is_set(browse, clerk, made):
    client = browse(clerk)
    for params, opened in [({}, False), ({"agent": "me", "type": "Z1"}, False), ({"status": "KCJS"}, True),
                           ({"member": "蒋"}, True), ({"until": "2026-12-01"}, True), ({"agent": "none"}, True)]:  # fmt: skip
        text = body(client.get(url("list"), params))
        assert ('<details class="v-more-filters" open>' in text) is opened, params


def test_the_supervisor_gets_the_button_that_the_clerk_does_not(browse, clerk, manager, made):
    services.set_user_status(made, code="KCJS", by=clerk, at=NOW)
    approve = url("set_status", made.pk, "ZGPZ")
    assert approve not in body(browse(clerk).get(url("detail", made.pk)))
    assert approve in body(browse(manager).get(url("detail", made.pk)))
    browse(clerk).post(approve)
    assert statuses(made)[1] == {"KCJS"}
    browse(manager).post(approve)
    assert statuses(made)[1] == {"ZGPZ"}
