"""Who plays a part: further partners come and go with their history, required functions are asked for."""

import pytest
from django.urls import reverse

from service_tickets import services
from service_tickets.enums import Action
from service_tickets.models import Notification, Partner, PartnerFunction
from tests.factories import MemberFactory, sale
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import do, header, in_process, notify, reasons, statuses, surveyed

MAKER = "云织"


def function(code, **required):
    PartnerFunction.objects.filter(code=code).update(**required)
    return PartnerFunction.objects.get(code=code)


def played(code, name=MAKER, staff=None):
    return services.PartnerInput(function(code), staff, name)


def add(notification, by, code="MK", **fields):
    return services.add_partner(notification, partner=played(code, **fields), by=by, at=NOW)


def story(notification):
    rows = notification.history.filter(subject="partner").order_by("id")
    return [(row.old, row.new, row.by.name) for row in rows]


def test_partners_come_and_go_and_the_history_keeps_it(member, clerk, agent):
    made = notify(member, clerk)
    first = add(made, clerk)
    second = services.change_partner(first, to=played("AB", "", agent), by=agent, at=NOW)
    services.remove_partner(second, by=clerk, at=NOW)
    assert not Partner.objects.exists()
    assert story(made) == [
        ("", "MK 厂商 云织", "林悦"),
        ("MK 厂商 云织", "AB 处理部门 陈国华", "陈国华"),
        ("AB 处理部门 陈国华", "", "林悦"),
    ]


def test_the_header_holds_three_functions_itself(member, clerk):
    made = notify(member, clerk)
    for code in ("SP", "SH", "VW"):
        assert reasons(add, made, clerk, code=code) == ["in_header"]
    assert reasons(add, made, clerk, name=" ") == ["nobody"]
    assert not story(made)


def test_partners_of_a_completed_notification_are_only_shown(member, clerk):
    made = surveyed(member, clerk)
    partner = add(made, clerk)
    done = services.complete(made, completed_at=NOW, by=clerk, at=NOW)
    assert reasons(add, done, clerk) == ["NOCO"]
    assert reasons(services.remove_partner, partner, by=clerk, at=NOW) == ["NOCO"]


def test_of_two_changes_of_one_page_the_second_is_told(member, clerk, agent):
    made = notify(member, clerk)
    partner = add(made, clerk)
    made.refresh_from_db()
    seen = made.version
    services.change_partner(partner, to=played("MK", "锦绣"), expected=seen, by=clerk, at=NOW)
    late = reasons(services.change_partner, partner, to=played("MK", "别家"), expected=seen, by=agent, at=NOW)
    assert late == ["changed_meanwhile"]
    assert reasons(services.remove_partner, partner, by=agent, at=NOW) == ["changed_meanwhile"]
    assert made.partners.get().name == "锦绣"


def test_a_required_function_is_asked_for_at_creation(member, clerk):
    function("AB", required_z1=True)
    assert reasons(notify, member, clerk) == ["partner"]
    assert notify(member, clerk, partners=[played("AB", "客诉组")]).partners.get().name == "客诉组"
    assert not notify(member, clerk, type_="Z2").partners.exists()


def test_a_required_function_that_nobody_plays_holds_up_the_work(member, clerk):
    made, working = notify(member, clerk), surveyed(member, clerk)
    task = services.add_task(made, task=services.TaskInput("重缝"), by=clerk, at=NOW)
    function("AB", required_z1=True)
    for action in (Action.PUT_IN_PROCESS, Action.CREATE_ORDER):
        assert "partner" in reasons(do, made, action, clerk)
    assert "partner" in reasons(services.move_task, task, action=Action.RELEASE_TASK, by=clerk, at=NOW)
    assert reasons(services.complete, working, completed_at=NOW, by=clerk, at=NOW) == ["partner"]
    assert statuses(made)[0] == {"OSNO", "TSOS"}
    do(made, Action.POSTPONE, clerk)
    do(made, Action.TAKE_UP, clerk)
    add(made, clerk, code="AB")
    do(made, Action.PUT_IN_PROCESS, clerk)
    add(working, clerk, code="AB")
    services.complete(working, completed_at=NOW, by=clerk, at=NOW)


def test_a_required_function_stays_played(member, clerk):
    function("MK", required_z1=True)
    made = notify(member, clerk, partners=[played("MK")])
    only = made.partners.get()
    assert reasons(services.remove_partner, only, by=clerk, at=NOW) == ["partner"]
    assert reasons(services.change_partner, only, to=played("AB"), by=clerk, at=NOW) == ["partner"]
    assert [str(each) for each in made.partners.all()] == [str(only)]
    second = add(made, clerk, name="锦绣")
    services.remove_partner(only, by=clerk, at=NOW)
    assert made.partners.get() == second


def test_a_header_without_a_required_person_is_not_saved(member, clerk, agent):
    made = in_process(member, clerk, agent=agent)
    function("VW", required_z1=True)
    assert reasons(services.change_header, made, header=header(), by=clerk, at=NOW) == ["partner"]
    assert reasons(services.assign_agent, made, agent=None, by=clerk, at=NOW) == ["partner"]
    services.change_header(made, header=header(agent=agent, description="别的"), by=clerk, at=NOW)
    made.refresh_from_db()
    assert (made.agent, made.description) == (agent, "别的")


def test_a_complaint_from_a_call_is_never_lost_for_a_missing_partner(member, clerk):
    function("AB", required_z1=True)
    made = services.open_complaint(member=member, step_ref=7, receipt=None, text="开线了", by=clerk, at=NOW)
    assert reasons(do, made, Action.PUT_IN_PROCESS, clerk) == ["partner"]


def test_a_reference_copies_partners_and_sold_to(client, member, clerk):
    friend = MemberFactory(home_store=member.home_store)
    source = notify(member, clerk, sold_to=friend, partners=[played("MK")])
    client.force_login(clerk)
    address = f"{reverse('service_tickets:create')}?copy={source.pk}"
    page = client.get(address)
    data = {bound.name: "" if bound.value() is None else bound.value() for bound in page.context["form"]}
    assert client.post(address, data).status_code == 302
    copy = Notification.objects.exclude(pk=source.pk).get()
    assert (copy.sold_to, [each.name for each in copy.partners.all()]) == (friend, [MAKER])


@pytest.fixture
def made(member, clerk):
    return notify(member, clerk)


@pytest.fixture
def browser(client, clerk):
    client.force_login(clerk)
    return client


def test_partners_by_page(browser, made):
    address = reverse("service_tickets:partner_add", args=[made.pk])
    assert browser.post(address, {"function": "MK"}).status_code == 422
    assert browser.post(address, {"function": "MK", "name": MAKER}).status_code == 302
    partner = made.partners.get()
    page = browser.get(reverse("service_tickets:detail", args=[made.pk])).content.decode()
    assert MAKER in page and "合作方: – → MK 厂商 云织" in page
    edit = reverse("service_tickets:partner_edit", args=[partner.pk])
    assert browser.get(edit).context["form"].initial["name"] == MAKER
    older = browser.post(edit, {"function": "MK", "name": "别家", "version": made.version})
    assert older.status_code == 422 and "有人改过这张通知" in older.content.decode()
    made.refresh_from_db()
    browser.post(edit, {"function": "AB", "name": "客诉组", "version": made.version})
    assert str(made.partners.get().function.code) == "AB"
    browser.post(reverse("service_tickets:partner_remove", args=[made.partners.get().pk]))
    assert not made.partners.exists()


def test_a_stranger_reaches_no_partner(client, stranger, clerk, made):
    partner = add(made, clerk)
    client.force_login(stranger)
    for name, pk in {"partner_add": made.pk, "partner_edit": partner.pk, "partner_remove": partner.pk}.items():
        assert client.post(reverse(f"service_tickets:{name}", args=[pk]), {"name": "x"}).status_code == 404
    assert made.partners.count() == 1


def test_the_page_says_who_is_missing_and_where_to_name_her(browser, made):
    function("AB", required_z1=True)
    page = browser.get(reverse("service_tickets:detail", args=[made.pk])).content.decode()
    assert "处理部门" in page
    assert f"{reverse('service_tickets:partner_add', args=[made.pk])}?function=AB" in page
    assert reverse("service_tickets:perform", args=[made.pk, "put_in_process"]) not in page


def test_the_new_page_asks_for_required_functions(browser, member, made):
    function("AB", required_z1=True)
    address = f"{reverse('service_tickets:create')}?member={member.pk}"
    page = browser.get(address)
    data = {bound.name: "" if bound.value() is None else bound.value() for bound in page.context["form"]}
    data |= {"description": "开线"}
    answer = browser.post(address, data)
    assert answer.status_code == 422 and "partner_AB" in answer.context["partner_form"].errors
    assert browser.post(address, {**data, "partner_AB": "客诉组"}).status_code == 302
    assert Notification.objects.exclude(pk=made.pk).get().partners.get().name == "客诉组"


def test_who_left_is_not_dropped_by_saving_something_else(browser, clerk, agent, made):
    services.assign_agent(made, agent=agent, by=clerk, at=NOW)
    partner = add(made, clerk, code="AB", name="", staff=agent)
    agent.is_active = False
    agent.save()
    for address, what in {
        reverse("service_tickets:edit", args=[made.pk]): {"description": "别的"},
        reverse("service_tickets:partner_edit", args=[partner.pk]): {"function": "MK"},
    }.items():
        form = browser.get(address).context["form"]
        data = {bound.name: "" if bound.value() is None else bound.value() for bound in form}
        assert browser.post(address, {**data, **what}).status_code == 302
    made.refresh_from_db()
    assert (made.description, made.agent, made.partners.get().staff) == ("别的", agent, agent)
    assert made.partners.get().function.code == "MK"


def test_sold_to_is_found_by_card_and_kept(browser, member, made, stranger):
    friend, foreign = MemberFactory(home_store=member.home_store), MemberFactory(home_store=stranger.store)
    edit = reverse("service_tickets:edit", args=[made.pk])
    form = browser.get(edit).context["form"]
    data = {bound.name: "" if bound.value() is None else bound.value() for bound in form}
    assert browser.post(edit, {**data, "sold_to": foreign.card_no}).status_code == 422
    assert browser.post(edit, {**data, "sold_to": friend.card_no}).status_code == 302
    made.refresh_from_db()
    assert made.sold_to == friend
    assert friend.name in browser.get(reverse("service_tickets:detail", args=[made.pk])).content.decode()


def test_a_receipt_of_nobody_needs_a_sold_to_where_that_is_required(store, clerk, agent):
    function("SP", required_z1=True)
    receipt = sale(None, store=store, by=clerk)
    assert reasons(services.create_notification, store=store, header=header(), receipt=receipt, by=clerk, at=NOW) == [
        "partner"
    ]
    buyer = MemberFactory(home_store=store)
    made = services.create_notification(store=store, header=header(sold_to=buyer), receipt=receipt, by=clerk, at=NOW)
    assert reasons(services.change_header, made, header=header(), by=clerk, at=NOW) == ["partner"]
