"""Items by page: any number of causes without a script, and nobody overwrites what she has not seen."""

import pytest
from django.urls import reverse

from service_tickets import services
from service_tickets.forms.items import MOST_CAUSES
from service_tickets.models import CatalogueCode, Item, Notification
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import notify, reasons

FOUR = [services.CauseInput(text=text) for text in ("缝线松", "裁剪误差", "洗涤不当", "待查")]


def url(name, *args):
    return reverse(f"service_tickets:{name}", args=args)


@pytest.fixture
def made(member, clerk):
    return notify(member, clerk)


@pytest.fixture
def item(made, clerk):
    return services.add_item(made, item=services.ItemInput(name="大衣", causes=FOUR), by=clerk, at=NOW)


@pytest.fixture
def browser(client, clerk):
    client.force_login(clerk)
    return client


def shown(page, key="form"):
    """What a browser would send back of the item's form."""
    return {bound.name: "" if bound.value() is None else bound.value() for bound in page.context[key]}


def causes(item):
    return [cause.text or cause.code.code for cause in Item.objects.get(pk=item.pk).causes.all()]


def test_the_form_shows_every_cause_and_saving_loses_none(browser, item):
    data = shown(browser.get(url("item_edit", item.pk)))
    assert [data[f"cause_text_{row}"] for row in (1, 2, 3, 4)] == ["缝线松", "裁剪误差", "洗涤不当", "待查"]
    assert browser.post(url("item_edit", item.pk), {**data, "quantity": 3}).status_code == 302
    assert causes(item) == ["缝线松", "裁剪误差", "洗涤不当", "待查"]


def test_one_more_cause_without_a_script(browser, item):
    data = shown(browser.get(url("item_edit", item.pk)))
    page = browser.post(url("item_edit", item.pk), {**data, "name": "长大衣", "more_causes": "1"})
    assert page.status_code == 200 and not page.context["form"].errors
    wider = shown(page)
    assert (wider["name"], wider["cause_text_5"], wider["version"]) == ("长大衣", "", str(data["version"]))
    assert Item.objects.get(pk=item.pk).name == "大衣"
    wash = CatalogueCode.objects.get(group__catalogue="5", code="WASH")
    browser.post(url("item_edit", item.pk), {**wider, "cause_5": wash.pk, "maker_5": "云织", "cause_text_2": ""})
    assert causes(item) == ["缝线松", "洗涤不当", "待查", "WASH"]


def test_causes_end_somewhere(browser, made):
    data = {"name": "大衣", "more_causes": "1", f"cause_text_{MOST_CAUSES + 70}": "x"}
    form = browser.post(url("item_add", made.pk), data).context["form"]
    assert form.rows == MOST_CAUSES and not form.can_have_more


def test_a_maker_goes_with_a_cause(browser, made):
    answer = browser.post(url("item_add", made.pk), {"name": "大衣", "maker_1": "云织"})
    assert answer.status_code == 422 and "cause_1" in answer.context["form"].errors
    assert not made.items.exists()


def test_one_more_cause_on_a_new_notification_keeps_what_was_typed(browser, member):
    address = f"{url('create')}?member={member.pk}"
    page = browser.get(address)
    data = shown(page) | shown(page, "text_form") | shown(page, "item_form")
    data |= {"description": "袖口开线", "text": "她很急", "name": "大衣", "cause_text_1": "缝线松", "priority": "1"}
    more = browser.post(address, {**data, "more_causes": "1"})
    assert more.status_code == 200 and not Notification.objects.exists()
    kept = shown(more) | shown(more, "text_form") | shown(more, "item_form")
    assert {name: kept[name] for name in ("description", "text", "name", "priority")} == {
        "description": "袖口开线", "text": "她很急", "name": "大衣", "priority": "1",
    }  # fmt: skip
    browser.post(address, {**kept, "cause_text_2": "漏检"})
    assert causes(Notification.objects.get().items.get()) == ["缝线松", "漏检"]


def test_enter_saves_and_asks_for_no_cause(browser, made):
    """The first button of a form is what Enter presses."""
    text = browser.get(url("item_add", made.pk)).content.decode()
    form = text[text.index("v-sheet v-pad v-form") :]
    first = form[form.index('<button type="submit"') :]
    assert "more_causes" not in first[: first.index(">")]


def test_the_second_of_two_clerks_is_told(browser, item, made, manager):
    data = shown(browser.get(url("item_edit", item.pk)))
    services.change_item(item, to=services.ItemInput(name="风衣", causes=FOUR[:1]), by=manager, at=NOW)
    answer = browser.post(url("item_edit", item.pk), {**data, "quantity": 9})
    assert answer.status_code == 422 and "有人改过这张通知" in answer.content.decode()
    item = Item.objects.get(pk=item.pk)
    assert (item.name, item.quantity, causes(item)) == ("风衣", 1, ["缝线松"])


def test_the_history_keeps_what_an_item_said(browser, item, made, manager):
    services.change_item(item, to=services.ItemInput(name="风衣", quantity=2), by=manager, at=NOW)
    [row] = made.history.filter(subject="item")
    assert (row.old, row.new, row.by) == ("大衣·× 1·缝线松·裁剪误差·洗涤不当·待查", "风衣·× 2", manager)
    assert "项目: 大衣·× 1" in browser.get(url("detail", made.pk)).content.decode()
    services.change_item(item, to=services.ItemInput(name="风衣", quantity=2), by=manager, at=NOW)
    assert made.history.filter(subject="item").count() == 1


def test_an_older_version_is_refused_by_the_service_too(item, made, clerk):
    made.refresh_from_db()
    seen = made.version
    services.add_long_text(made, text="她又打来", by=clerk, at=NOW)
    to = services.ItemInput(name="风衣")
    assert reasons(services.change_item, item, to=to, expected=seen, by=clerk, at=NOW) == ["changed_meanwhile"]
