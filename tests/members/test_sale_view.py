"""New sale, its result, receipts and voiding."""

import re
import threading
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from members.models import Member, Product, Receipt, ReceiptLine, Standing
from members.services.sales import void_receipt
from tests.factories import MemberFactory, ProductFactory, StaffFactory, sale
from tests.members.cast import HTMX, cast, client_of  # noqa: F401
from vipcrm.enums import Role
from vipcrm.models import AuditEvent

SALE = reverse("members:sale_new")
NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def coat(db):
    return ProductFactory(code="C100", name="双面羊毛呢大衣", list_price=Decimal("1990.00"), colour="驼色", size="M")


def typed(page):
    """The form as a browser would send it back: every field with its present value."""
    form, formset, draft = page.context["form"], page.context["formset"], page.context["draft"]
    values = {bound.html_name: bound.value() for bound in form}
    values |= {bound.html_name: bound.value() for bound in formset.management_form}
    for line in formset.forms:
        values |= {bound.html_name: bound.value() for bound in line}
    values |= {"q": draft.typed.get("q"), "p": draft.typed.get("p")}
    return {name: value for name, value in values.items() if value not in (None, "")}


class Till:
    """A clerk at the sale page, without a script: each press sends the whole form."""

    def __init__(self, client):
        self.client = client
        self.page = client.get(SALE)

    def press(self, **buttons):
        self.page = self.client.post(SALE, typed(self.page) | buttons)
        return self.page

    @property
    def draft(self):
        return self.page.context["draft"]


def test_a_sale_by_keyboard_in_five_presses(cast, coat):  # noqa: F811
    till = Till(cast.as_clerk)
    assert till.press(q="wxm", do="next").context["draft"].member == cast.member  # the only hit is taken
    till.press(p="c100", do="next")  # an exact code is added
    till.press(p="C100", do="next")  # once more: the line counts up
    assert [(line.code, line.quantity, line.price) for line in till.draft.lines] == [("C100", "2", "1990.00")]
    assert till.draft.total == 3980
    assert till.press(do="next").context["draft"].focus == "finish"  # nothing typed: on to the button

    done = till.press(do="finish")

    receipt = Receipt.objects.get()
    assert done.status_code == 302 and done.url == reverse("members:sale_done", args=[receipt.pk])
    assert (receipt.member, receipt.store, receipt.staff) == (cast.member, cast.store, cast.clerk)
    assert (receipt.net_amount, receipt.net_units, receipt.recorded_by) == (Decimal("3980.00"), 2, cast.clerk)
    card = cast.as_clerk.get(done.url)
    assert f'href="{SALE}" aria-current="page"' in card.text
    assert card.context["points"] == 3980 and card.context["change"]["after"].code == "supreme"
    assert "3,980" in card.text and "王晓梅" in card.text


def test_a_lift_says_from_where_to_where_and_what_is_next(cast):  # noqa: F811
    sale(cast.member, "1200.00", at=NOON)
    receipt = sale(cast.member, "1000.00", at=NOON + timedelta(days=1))  # 2,200 in total: stays senior
    page = cast.as_clerk.get(reverse("members:sale_done", args=[receipt.pk]))
    assert page.context["change"] is None
    lift = sale(cast.member, "1900.00", at=NOON + timedelta(days=2))
    page = cast.as_clerk.get(reverse("members:sale_done", args=[lift.pk]))
    assert [page.context["change"][key].code for key in ("before", "after")] == ["senior", "vip"]
    assert page.context["progress"].missing == 3900 and "¥3,900" in page.text and "¥4,000" in page.text


@pytest.mark.parametrize("htmx", [False, True])
def test_walk_ins_buy_too(cast, coat, htmx):  # noqa: F811
    till = Till(cast.as_clerk)
    till.press(do="walk_in")
    till.press(add="C100")
    extra = HTMX if htmx else {}
    done = cast.as_clerk.post(SALE, typed(till.page) | {"do": "finish"}, **extra)
    assert (done.status_code, done.get("HX-Redirect") or done.url) == (
        200 if htmx else 302,
        f"/members/receipts/{Receipt.objects.get().pk}/done/",
    )
    assert Receipt.objects.get().member is None
    assert cast.as_clerk.get(reverse("members:sale_done", args=[Receipt.objects.get().pk])).status_code == 200


def test_a_new_card_is_opened_with_the_sale(cast, coat):  # noqa: F811
    till = Till(cast.as_clerk)
    till.press(q="13911112222", do="next")
    assert till.draft.member is None
    till.press(q="13911112222", do="new")
    assert till.page.context["form"]["new_phone"].value() == "13911112222"
    till.press(add="C100", new_name="顾明月")

    till.press(do="finish")

    member = Member.objects.get(name="顾明月")
    assert (member.phone, member.advisor, member.home_store) == ("+8613911112222", cast.clerk, cast.store)
    assert Receipt.objects.get().member == member and Standing.objects.get(member=member).purchases == 1


def test_a_known_phone_is_pointed_out_before_a_second_card_is_opened(cast, coat):  # noqa: F811
    till = Till(cast.as_clerk)
    till.press(do="new")
    till.press(add="C100", new_name="王晓梅", new_phone="13800001234")
    assert till.press(do="finish").status_code == 422
    assert till.draft.twins == [cast.member]
    assert till.press(pick=str(cast.member.pk)).context["draft"].member == cast.member


def test_a_member_of_another_store_by_phone(cast, coat):  # noqa: F811
    till = Till(cast.as_stranger)
    assert till.press(q="1234", do="next").context["draft"].elsewhere is None
    till.press(q="138 0000 1234", do="next")
    assert till.draft.elsewhere == cast.member and AuditEvent.objects.get().action == "looked_up"
    assert "王晓梅" in till.page.text and "138****1234" not in till.page.text
    till.press(q="", pick=f"{cast.member.pk}:{till.draft.elsewhere_token}")
    till.press(add="C100")

    done = till.press(do="finish")

    receipt = Receipt.objects.get()
    assert (receipt.member, receipt.store) == (cast.member, cast.stranger.store)
    card = cast.as_stranger.get(done.url)
    assert "王晓梅" in card.text and reverse("members:visit_note_new", args=[cast.member.pk]) not in card.text
    assert cast.as_stranger.get(reverse("members:detail", args=[cast.member.pk])).status_code == 404


@pytest.mark.parametrize("token", ["", ":", ":forged", ":1:abc"])
def test_a_member_who_was_not_looked_up_cannot_be_sold_to(cast, coat, token):  # noqa: F811
    till = Till(cast.as_stranger)
    till.press(pick=f"{cast.member.pk}{token}")
    assert till.draft.member is None and "王晓梅" not in till.page.text
    till.press(add="C100")
    till.page = cast.as_stranger.post(
        SALE, typed(till.page) | {"who": "member", "member": cast.member.pk, "do": "finish"}
    )
    assert till.page.status_code == 422 and not Receipt.objects.exists()


def test_the_token_of_one_clerk_is_no_use_to_another(cast):  # noqa: F811
    from members.sale_draft import may_sell_to, sell_token

    token = sell_token(cast.stranger, cast.member)
    assert may_sell_to(cast.stranger, cast.member.pk, token)
    assert not may_sell_to(cast.clerk, cast.member.pk, token)
    assert not may_sell_to(cast.stranger, cast.member.pk + 1, token)


# ---- products ----


def test_products_by_a_part_of_the_name(cast, coat):  # noqa: F811
    other = ProductFactory(code="C200", name="羊毛围巾")
    till = Till(cast.as_clerk)
    till.press(p="羊毛", do="next")
    assert list(till.draft.products) == [other, coat]
    assert till.press(add="C200").context["draft"].lines[0].product == other
    fragment = cast.as_clerk.post(reverse("members:sale_products"), {"p": "大衣"}, **HTMX).text
    assert "C100" in fragment and "C200" not in fragment and "<html" not in fragment


def test_a_code_that_is_not_in_the_list_can_be_sold(cast):  # noqa: F811
    till = Till(cast.as_clerk)
    till.press(do="walk_in")
    till.press(p="X-9", do="next")
    assert till.draft.unknown == "X-9"
    till.press(p="", add="X-9")
    till.press(**{"line-0-name": "样衣", "line-0-price": "88.00", "do": "finish"})
    product = Product.objects.get(code="X-9")
    assert (product.name, ReceiptLine.objects.get().unit_price) == ("样衣", Decimal("88.00"))


def test_what_does_not_count_is_shown_apart(cast, coat):  # noqa: F811
    ProductFactory(code="GIFT", name="礼品卡", list_price=Decimal("500.00"), excluded=True)
    till = Till(cast.as_clerk)
    till.press(add="C100")
    till.press(add="GIFT")
    assert (till.draft.total, till.draft.counted, till.draft.units) == (2490, 1990, 2)
    till.press(drop="1")
    assert [line.code for line in till.draft.lines] == ["GIFT"] and till.draft.counted == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"line-0-quantity": "0"},
        {"line-0-quantity": "-1"},
        {"line-0-quantity": "1.5"},
        {"line-0-price": "-1"},
        {"line-0-price": "NaN"},
        {"line-0-price": ""},
        {"line-0-price": "9" * 20},
        {"who": ""},
        {"key": "x"},
        {"sold_at": "2100-01-01T10:00"},
        {"line-TOTAL_FORMS": "0"},
        {"line-TOTAL_FORMS": "x"},
        {"number": "x" * 41},
        {"who": "new", "new_name": "x", "new_phone": "12"},
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_is_wrong_is_said_and_nothing_is_recorded(cast, coat, wrong, language):  # noqa: F811
    till = Till(cast.as_clerk)
    till.press(do="walk_in")
    till.press(add="C100")
    cast.as_clerk.cookies["django_language"] = language
    assert till.press(**wrong, do="finish").status_code == 422
    assert not Receipt.objects.exists() and Member.objects.count() == 1


def test_arriving_after_paying_is_refused_with_a_sentence(cast, coat):  # noqa: F811
    till = Till(cast.as_clerk)
    till.press(do="walk_in")
    till.press(add="C100")
    answer = till.press(sold_at="2026-03-01T10:00", arrived_at="11:00", do="finish")
    assert answer.status_code == 422 and not Receipt.objects.exists()
    assert till.press(sold_at="2026-03-01T10:00", arrived_at="09:30", do="finish").status_code == 302
    receipt = Receipt.objects.get()
    assert receipt.sold_at == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    assert receipt.arrived_at == datetime(2026, 3, 1, 1, 30, tzinfo=UTC)


# ---- once and only once ----


def test_a_second_press_is_the_same_receipt(cast, coat):  # noqa: F811
    till = Till(cast.as_clerk)
    till.press(do="walk_in")
    till.press(add="C100")
    form = typed(till.page) | {"do": "finish"}
    first, second = cast.as_clerk.post(SALE, form), cast.as_clerk.post(SALE, form)
    assert first.url == second.url and Receipt.objects.count() == 1


def test_a_number_that_is_taken_leaves_everything_in_the_form(cast, coat):  # noqa: F811
    sale(cast.member, number="R-1", at=NOON)
    till = Till(cast.as_clerk)
    till.press(do="walk_in")
    till.press(add="C100")
    answer = till.press(number="R-1", do="finish")
    assert answer.status_code == 422 and "R-1" in answer.text and "number" in answer.context["form"].errors
    assert till.press(number="R-2", do="finish").status_code == 302
    assert Receipt.objects.filter(number="R-2").count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("same_key", [True, False])
def test_at_the_same_moment(same_key, strict_templates):
    """One key pressed in two windows: one receipt. Two sales with one number: one wins, the other gets a message."""
    clerk = StaffFactory()
    product = ProductFactory(code="C100")
    answers, gate = [], threading.Barrier(2)
    key = str(uuid.uuid4())

    def press():
        client = client_of(clerk)
        form = {
            "key": key if same_key else str(uuid.uuid4()), "who": "walk_in", "number": "R-7", "do": "finish",
            "line-TOTAL_FORMS": "1", "line-INITIAL_FORMS": "0", "line-0-code": product.code,
            "line-0-quantity": "1", "line-0-price": "10.00",
        }  # fmt: skip
        gate.wait()
        answers.append(client.post(SALE, form).status_code)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Receipt.objects.count() == 1
    assert sorted(answers) == ([302, 302] if same_key else [302, 422])


# ---- returns ----


def test_a_return_of_an_earlier_purchase(cast, coat):  # noqa: F811
    sold = sale(cast.member, "3980.00", at=NOON, units=2, product=coat).lines.get()
    till = Till(cast.as_clerk)
    till.press(q="wxm", do="next")
    till.press(do="returns")
    assert [line.pk for line in till.draft.returnable] == [sold.pk]
    till.press(back=str(sold.pk))
    assert (till.draft.lines[0].left, till.draft.total) == (2, -1990)

    done = till.press(do="finish")

    sold.refresh_from_db()
    assert sold.returned_quantity == 1
    assert Receipt.objects.get(pk=sold.receipt_id).net_amount == Decimal("1990.00")
    card = cast.as_clerk.get(done.url)
    assert card.context["fallen"]["before"].code == "supreme" and card.context["fallen"]["after"].code == "senior"


def test_more_than_was_sold_cannot_come_back(cast, coat):  # noqa: F811
    sold = sale(cast.member, "1990.00", at=NOON, product=coat).lines.get()
    till = Till(cast.as_clerk)
    till.press(q="wxm", do="next")
    till.press(back=str(sold.pk))
    assert till.press(**{"line-0-quantity": "2"}, do="finish").status_code == 422
    assert till.press(**{"line-0-quantity": "1", "line-0-price": "1990.01"}, do="finish").status_code == 422
    assert Receipt.objects.count() == 1


def test_a_line_of_somebody_else_cannot_come_back(cast, coat):  # noqa: F811
    foreign = sale(MemberFactory(home_store=cast.store), "1990.00", at=NOON, product=coat).lines.get()
    till = Till(cast.as_clerk)
    till.press(q="wxm", do="next")
    till.press(back=str(foreign.pk))
    assert till.draft.lines == []


def test_a_walk_in_brings_back_by_receipt_number(cast, coat):  # noqa: F811
    sold = sale(None, "1990.00", at=NOON, store=cast.store, number="R-5", product=coat).lines.get()
    till = Till(cast.as_clerk)
    till.press(do="walk_in")
    assert [line.pk for line in till.press(r="r-5", do="returns").context["draft"].returnable] == [sold.pk]
    stranger = Till(cast.as_stranger)
    stranger.press(do="walk_in")
    assert stranger.press(r="R-5", do="returns").context["draft"].returnable == []


# ---- receipts ----


def test_a_receipt_is_shown_to_those_who_may(cast):  # noqa: F811
    receipt = sale(cast.member, "590.00", at=NOON)
    for name in ("receipt", "sale_done"):
        address = reverse(f"members:{name}", args=[receipt.pk])
        for client in (cast.as_clerk, cast.as_manager, cast.as_admin):
            assert "590" in client.get(address).text
        assert cast.as_stranger.get(address).status_code == 404
    assert cast.as_stranger.post(reverse("members:receipt_void", args=[receipt.pk]), {"reason": "x"}).status_code == 404


def test_voiding_on_the_day_and_after_it(cast):  # noqa: F811
    now = datetime.now(UTC)
    today, earlier = sale(cast.member, at=now, now=now), sale(cast.member, at=now - timedelta(days=3))
    void = [reverse("members:receipt_void", args=[receipt.pk]) for receipt in (today, earlier)]

    assert cast.as_clerk.post(void[0], {"reason": ""}).status_code == 422
    assert cast.as_clerk.post(void[1], {"reason": "错"}).status_code == 422
    assert cast.as_clerk.get(reverse("members:receipt", args=[earlier.pk])).context["lock"]
    assert cast.as_clerk.post(void[0], {"reason": "扫错"}).status_code == 302
    assert cast.as_manager.post(void[1], {"reason": "重复"}).status_code == 302

    assert Receipt.objects.filter(voided_at=None).count() == 0
    assert "扫错" in cast.as_clerk.get(reverse("members:receipt", args=[today.pk])).text
    assert AuditEvent.objects.filter(action="receipt_voided").count() == 2


def test_an_address_of_a_form_opened_by_hand_leads_to_its_page(cast):  # noqa: F811
    """A refused form stands at its own address: loading that again is no dead end."""
    receipt = sale(cast.member, at=NOON)
    ways = {
        reverse("members:receipt_void", args=[receipt.pk]): reverse("members:receipt", args=[receipt.pk]),
        reverse("members:duplicates"): reverse("members:enrol"),
        reverse("members:status", args=[cast.member.pk]): reverse("members:edit", args=[cast.member.pk]),
        reverse("members:sale_people"): SALE,
        reverse("members:sale_products"): SALE,
    }
    for address, page in ways.items():
        answer = cast.as_clerk.get(address)
        assert (answer.status_code, answer.url) == (302, page)
    assert cast.as_stranger.get(reverse("members:receipt_void", args=[receipt.pk])).status_code == 404
    receipt.refresh_from_db()
    assert not receipt.is_voided


def test_a_voided_receipt_gives_nothing_back(cast):  # noqa: F811
    receipt = sale(cast.member, at=NOON)
    void_receipt(receipt, reason="错", by=cast.manager, at=NOON)
    till = Till(cast.as_clerk)
    till.press(q="wxm", do="next")
    assert till.press(do="returns").context["draft"].returnable == []


@pytest.mark.parametrize("odd", ["\0", "C100\0", "9" * 5000, "-1", "１２", "x"])
@pytest.mark.parametrize(
    "name",
    ["p", "q", "r", "add", "drop", "back", "pick", "member", "line-TOTAL_FORMS", "line-0-quantity", "line-0-code",
     "line-0-returns", "line-0-price"],
)  # fmt: skip
def test_odd_words_in_a_form_made_by_hand_are_no_fault_of_ours(cast, name, odd):  # noqa: F811
    form = {"who": "member", "line-TOTAL_FORMS": "1", "line-0-code": "C100", "line-0-quantity": "1"}
    assert cast.as_clerk.post(SALE, form | {name: odd}).status_code in (200, 422)
    assert cast.as_clerk.post(SALE, form | {name: odd, "do": "finish"}).status_code in (200, 422)


def test_service_agents_do_not_sell(cast):  # noqa: F811
    agent = client_of(StaffFactory(store=cast.store, role=Role.SERVICE_AGENT))
    assert agent.get(SALE).status_code == 403 and agent.post(SALE, {}).status_code == 403


def test_an_admin_says_in_which_store(cast, coat):  # noqa: F811
    till = Till(cast.as_admin)
    till.press(do="walk_in")
    till.press(add="C100")
    assert till.press(do="finish").status_code == 422
    assert till.press(store=str(cast.store.pk), do="finish").status_code == 302


def test_typing_finds_members_without_looking_elsewhere(cast):  # noqa: F811
    answer = cast.as_clerk.post(reverse("members:sale_people"), {"q": "wxm"}, **HTMX).text
    assert re.search(r'name="pick"\s+value="\d+"', answer) and "王晓梅" in answer
    other = cast.as_stranger.post(reverse("members:sale_people"), {"q": "13800001234"}, **HTMX).text
    assert "王晓梅" not in other and not AuditEvent.objects.exists()
