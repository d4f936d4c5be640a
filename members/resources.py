"""Tables that leave through the admin (django-import-export); large files come in by members.imports."""

from import_export.fields import Field

from members.models import Member, Product, Receipt
from vipcrm.admin_parts import SafeResource


class ProductResource(SafeResource):
    """With the headers of import-formats.md, so that it can be imported again."""

    product_code = Field("code")
    product_name = Field("name")

    class Meta:
        model = Product
        fields = (
            "product_code", "product_name", "category", "style", "season", "list_price", "launched_on", "role",
            "excluded",
        )  # fmt: skip


class MemberResource(SafeResource):
    """Phones stay masked: an export is no way around the recorded click."""

    phone = Field("masked_phone")
    store = Field("home_store__code")
    advisor = Field("advisor__username")

    class Meta:
        model = Member
        fields = ("card_no", "name", "phone", "gender", "store", "advisor", "enrolled_on", "source", "status")


class ReceiptResource(SafeResource):
    store = Field("store__code")
    card_no = Field("member__card_no")

    class Meta:
        model = Receipt
        fields = ("store", "number", "sold_at", "card_no", "net_amount", "net_units", "voided_at")
