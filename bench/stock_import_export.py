"""django-import-export as its manual shows it: a ModelResource, a Dataset, a dry run (its preview), then the import."""

import gzip
import json
import sys
import time

ROWS = 5_000


def measure(path: str) -> dict:
    """Rows and seconds for receipt lines from the file to the database; receipts and products are there already."""
    import django

    django.setup()
    import tablib

    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        head = next(file)
        text = "".join([head, *(next(file) for _row in range(ROWS))])
    dataset = tablib.Dataset().load(text, format="csv")
    resource = make_resource()
    prepare(dataset)
    start = time.perf_counter()
    preview = resource.import_data(dataset, dry_run=True)
    result = resource.import_data(dataset, dry_run=False, raise_errors=True)
    lasted = time.perf_counter() - start
    assert not preview.has_errors() and result.totals["new"] == ROWS, result.totals
    return {"rows": ROWS, "seconds": lasted}


def make_resource():
    """Lines keyed by receipt and line number; what they point to is looked up by its own key."""
    from import_export import fields, resources, widgets

    from members.models import Product, Receipt, ReceiptLine

    class LineResource(resources.ModelResource):
        receipt = fields.Field("receipt", "小票号", widgets.ForeignKeyWidget(Receipt, "number"))
        line_no = fields.Field("line_no", "行号", widgets.IntegerWidget())
        product = fields.Field("product", "款号", widgets.ForeignKeyWidget(Product, "code"))
        product_name = fields.Field("product_name", "品名")
        category = fields.Field("category", "品类")
        unit_price = fields.Field("unit_price", "成交价", widgets.DecimalWidget())
        quantity = fields.Field("quantity", "数量", widgets.IntegerWidget())

        class Meta:
            model = ReceiptLine
            import_id_fields = ("receipt", "line_no")
            fields = ("receipt", "line_no", "product", "product_name", "category", "unit_price", "quantity")

    return LineResource()


def prepare(dataset) -> None:
    """Receipts and products made outside the clock: the stock resource knows one table only."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from django.utils import timezone

    from members.models import Member, Product, Receipt
    from vipcrm.models import Store

    stores, members = dict(Store.objects.values_list("code", "pk")), dict(Member.objects.values_list("card_no", "pk"))
    Product.objects.get_or_create(code="CD", defaults={"name": "Compact disc"})
    found = {}
    for row in dataset.dict:
        at = datetime.fromisoformat(row["销售时间"]).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        found[row["门店"], row["小票号"]] = Receipt(
            store_id=stores[row["门店"]],
            number=row["小票号"],
            sold_at=at,
            sold_on=at.date(),
            member_id=members[row["卡号"]],
            recorded_at=timezone.now(),
        )
    Receipt.objects.bulk_create(found.values())


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
