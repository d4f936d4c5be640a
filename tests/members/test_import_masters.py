"""Members, stores, staff and products from files (import-formats.md)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from members.imports.run import import_file
from members.models import AdvisorChange, Consent, Member, OpeningBalance, Product, Receipt, Standing, TierChange
from members.services.reviews import rebuild
from tests.factories import StaffFactory, StoreFactory
from vipcrm.models import Region, Staff, Store

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.fixture
def load(tmp_path):
    def _load(kind, text, **options):
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        return import_file(kind, path, now=NOW, **options)

    return _load


@pytest.fixture
def shop():
    store = StoreFactory(code="4001")
    StaffFactory(username="lin", store=store)
    return store


def test_stores_with_their_regions(load):
    text = '编号,名称,区域,时区,开门,关门,休息日\n4001,静安店,华东,Asia/Shanghai,10:00,22:00,"1,7"\n4002,巴黎店,欧洲,Europe/Paris,9:30,19:00,\n'

    assert load("stores", text).created == 2
    assert load("stores", text).skipped == 2
    store = Store.objects.get(code="4001")
    assert (store.region.name, store.closed_weekdays, str(store.closes)) == ("华东", [1, 7], "22:00:00")
    assert Store.objects.get(code="4002").time_zone == "Europe/Paris"
    assert Region.objects.count() == 2
    assert load("stores", "code,name\n4001,静安旗舰店\n").updated == 1
    store.refresh_from_db()
    assert (store.name, store.region.name) == ("静安旗舰店", "华东")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("4003,,华东,Asia/Shanghai,10:00,21:00,1", "name"),
        ("4003,店,华东,Mars/Olympus,10:00,21:00,1", "time_zone"),
        ("4003,店,华东,Asia/Shanghai,25:00,21:00,1", "opens"),
        ("4003,店,华东,Asia/Shanghai,21:00,10:00,1", "closes"),
        ("4003,店,华东,Asia/Shanghai,10:00,21:00,8", "closed_weekdays"),
    ],
)
def test_bad_stores(load, row, column):
    outcome = load("stores", f"code,name,region,time_zone,opens,closes,closed_weekdays\n{row}\n")
    assert [(fault.line, fault.column) for fault in outcome.faults] == [(2, column)]
    assert not Store.objects.exists()


def test_staff_have_no_password_until_an_admin_sets_one(load, shop):
    Region.objects.get_or_create(name="华东")
    outcome = load(
        "staff",
        "用户名,姓名,角色,门店,区域\nwang,王店长,店长,4001,\nli,李区,region_manager,,华东\nboss,管理,管理员,,\n",
    )

    assert outcome.as_counts() == {"read": 3, "created": 3, "updated": 0, "skipped": 0, "errors": 0}
    wang = Staff.objects.get(username="wang")
    assert (wang.role, wang.has_usable_password(), wang.is_staff) == ("store_manager", False, False)
    assert Staff.objects.get(username="boss").is_staff


@pytest.mark.parametrize(
    ("row", "column"),
    [("x,X,boss,4001,", "role"), ("x,X,clerk,,", "store"), ("x,X,clerk,9999,", "store"), ("x,X,区域经理,,", "region")],
)
def test_bad_staff(load, shop, row, column):
    outcome = load("staff", f"username,name,role,store,region\n{row}\n")
    assert [fault.column for fault in outcome.faults] == [column]
    assert not Staff.objects.filter(username="x").exists()


def test_products(load):
    text = "款号,品名,品类,吊牌价,上市日期,角色,不计积分\nP1,羊绒衫,针织,1980,2026-09-01,利润,否\nG1,礼品卡,,,,,是\n"
    assert load("products", text).created == 2
    assert load("products", text).skipped == 2
    product = Product.objects.get(code="P1")
    assert (product.role, product.list_price, product.launched_on) == ("profit", Decimal("1980"), date(2026, 9, 1))
    assert Product.objects.get(code="G1").excluded


MEMBERS = "card_no,name,phone,wechat,gender,birthday,store,advisor,enrolled_on,source,consent,note"


def test_members_with_everything(load, shop):
    text = (
        f'{MEMBERS}\nC1,王晓梅,138-0000-0001,wxm88,女,农历09-24,4001,lin,2025-03-01,walk_in,"phone,wechat",喜欢灰色\n'
    )

    assert load("members", text).created == 1
    member = Member.objects.get()
    assert (member.phone, member.gender, member.pinyin, member.initials) == (
        "+8613800000001",
        "female",
        "wangxiaomei",
        "wxm",
    )
    assert (member.birth_calendar, member.birth_year, member.birth_month, member.birth_day) == ("lunar", None, 9, 24)
    assert (member.advisor.username, member.enrolled_on, member.phone_tail) == ("lin", date(2025, 3, 1), "0001")
    assert "晓梅" in member.name_bigrams
    assert set(Consent.objects.values_list("channel", "state")) == {("phone", "given"), ("wechat", "given")}
    assert load("members", text).skipped == 1
    assert rebuild(now=NOW, check=True).total() == 0


def test_member_update_keeps_what_a_blank_cell_does_not_say(load, shop):
    load("members", f"{MEMBERS}\nC1,王晓梅,13800000001,,女,1988-05-20,4001,lin,2025-03-01,walk_in,phone,好\n")
    StoreFactory(code="4002")

    outcome = load("members", "卡号,姓名,门店,同意联系\nC1,王小梅,4002,none\n")

    assert outcome.updated == 1
    member = Member.objects.get()
    assert (member.name, member.initials, member.phone, member.birth_year) == ("王小梅", "wxm", "+8613800000001", 1988)
    change = AdvisorChange.objects.get()
    assert (change.store_before, change.store_after.code, change.on) == (shop, "4002", date(2026, 11, 21))
    assert member.consents.filter(channel="phone").order_by("-id").first().state == "refused"


def test_go_live_balances_start_the_history(load, shop):
    load(
        "members",
        "card_no,name,phone,store,tier,tier_since,year_spend,counted_spend,points\n"
        "C1,王晓梅,13800000001,4001,VIP会员,2026-01-15,500,5600,300\n",
    )

    opening = OpeningBalance.objects.get()
    assert (opening.tier, opening.points) == ("vip", 300)
    change = TierChange.objects.get()
    assert (change.reason, change.to_tier, change.spend) == ("opening", "vip", Decimal("5600"))
    standing = Standing.objects.get()
    assert (standing.tier, standing.tier_since, standing.review_on) == ("vip", date(2026, 1, 15), date(2027, 1, 15))
    assert (standing.year_spend, standing.counted_spend) == (500, 5600)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("C1,,13800000001,,,,4001,,,,,", "name"),
        ("C1,王,123,,,,4001,,,,,", "phone"),
        ("C1,王,,,,,4001,,,,,", "phone"),
        ("C1,王,13800000001,,x,,4001,,,,,", "gender"),
        ("C1,王,13800000001,,,1988-02-31,4001,,,,,", "birthday"),
        ("C1,王,13800000001,,,,9999,,,,,", "store"),
        ("C1,王,13800000001,,,,4001,nobody,,,,", "advisor"),
        ("C1,王,13800000001,,,,4001,,2027-01-01,,,", "enrolled_on"),
        ("C1,王,13800000001,,,,4001,,,,fax,", "consent"),
    ],
)
def test_bad_members(load, shop, row, column):
    outcome = load("members", f"{MEMBERS}\n{row}\nC2,李,13800000002,,,,4001,,,,,\n")

    assert [(fault.line, fault.column) for fault in outcome.faults] == [(2, column)]
    assert list(Member.objects.values_list("card_no", flat=True)) == ["C2"]


def test_same_card_twice(load, shop):
    outcome = load(
        "members", "card_no,name,phone,store\nC1,王,13800000001,4001\nC1,王,13800000001,4001\nC1,李,13800000001,4001\n"
    )
    assert (outcome.created, outcome.skipped, outcome.errors) == (1, 1, 1)


def test_a_time_zone_that_is_corrected_moves_days_and_what_rests_on_them(load, shop):
    sale = "receipt_no,store,sold_at,card_no,product_code,unit_price,quantity\nR1,4001,2025-11-22 06:00,C1,P1,1500,1\n"
    load("members", "card_no,name,wechat,store\nC1,王,w,4001\n")
    load("purchases", sale)
    assert Standing.objects.get().review_on == date(2026, 11, 22)

    load("stores", "code,name,time_zone\n4001,静安店,America/New_York\n")  # it was the evening before there

    assert Receipt.objects.get().sold_on == date(2025, 11, 21)
    assert Standing.objects.get().first_purchase_on == date(2025, 11, 21)
    assert TierChange.objects.get(withdrawn_at=None).on == date(2025, 11, 21)
    assert rebuild(now=NOW, check=True).total() == 0
