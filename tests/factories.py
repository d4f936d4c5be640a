"""Makers of rows for tests. Facts only: what follows from receipts is made by the services, as in life."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from members.models import Member, Product, Receipt, ReceiptLine
from vipcrm.enums import Role
from vipcrm.models import Region, Staff, Store


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ("name",)

    name = "华东"


class StoreFactory(DjangoModelFactory):
    class Meta:
        model = Store
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"4{n:03d}")
    name = factory.LazyAttribute(lambda store: f"{store.code}店")
    region = factory.SubFactory(RegionFactory)
    opens = "10:00"
    closes = "21:00"


class StaffFactory(DjangoModelFactory):
    class Meta:
        model = Staff
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"clerk{n}")
    name = factory.Sequence(lambda n: f"林悦{n}")
    role = Role.CLERK
    store = factory.SubFactory(StoreFactory)


def manager_of(store, **fields):
    return StaffFactory(store=store, role=Role.STORE_MANAGER, **fields)


def admin(**fields):
    return StaffFactory(store=None, role=Role.ADMIN, **fields)


def region_manager_of(region, **fields):
    return StaffFactory(store=None, region=region, role=Role.REGION_MANAGER, **fields)


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    code = factory.Sequence(lambda n: f"P{n:05d}")
    name = "羊绒针织衫"
    category = "针织"
    list_price = Decimal("590.00")


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    card_no = factory.Sequence(lambda n: f"C{n:06d}")
    name = "王晓梅"
    pinyin = "wangxiaomei"
    initials = "wxm"
    phone = factory.Sequence(lambda n: f"+86138{n:08d}")
    home_store = factory.SubFactory(StoreFactory)
    enrolled_on_given = date(2026, 1, 1)
    enrolled_on = factory.SelfAttribute("enrolled_on_given")


class ReceiptFactory(DjangoModelFactory):
    """A receipt without lines; `sale()` below makes a whole one with everything derived from it."""

    class Meta:
        model = Receipt

    store = factory.SubFactory(StoreFactory)
    number = factory.Sequence(lambda n: f"R{n:06d}")
    sold_at = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    sold_on = factory.LazyAttribute(lambda receipt: receipt.sold_at.astimezone(receipt.store.tz).date())
    recorded_at = factory.SelfAttribute("sold_at")


class ReceiptLineFactory(DjangoModelFactory):
    class Meta:
        model = ReceiptLine

    receipt = factory.SubFactory(ReceiptFactory)
    line_no = factory.Sequence(lambda n: n + 1)
    product = factory.SubFactory(ProductFactory)
    product_name = factory.SelfAttribute("product.name")
    category = factory.SelfAttribute("product.category")
    unit_price = Decimal("100.00")
    quantity = 1


def sale(member=None, amount="100.00", *, store=None, at=None, units=1, number=None, by=None, product=None, now=None):
    """One receipt of one line through the real service; returns the Receipt with everything derived from it."""
    from members.services.sales import LineInput, record_receipt

    sold_at = at or datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    line = LineInput(
        product_code=product.code if product else "P-TEST", quantity=units, unit_price=Decimal(amount) / units
    )
    return record_receipt(
        store=store or (member.home_store if member else StoreFactory()),
        number=number,
        sold_at=sold_at,
        lines=[line],
        member=member,
        by=by,
        at=now or sold_at,
    ).receipt
