"""Catalogue codes in and out of admin; a code that is in use is changed, never doubled."""

from import_export import fields, widgets

from service_tickets.models import CatalogueCode, CatalogueGroup
from vipcrm.admin_parts import SafeResource


class GroupWidget(widgets.ForeignKeyWidget):
    """`C/SEW`: catalogue letter and group code."""

    def clean(self, value, row=None, **kwargs):
        catalogue, _slash, code = str(value or "").partition("/")
        return CatalogueGroup.objects.get(catalogue=catalogue, code=code)

    def render(self, value, obj=None, **kwargs):
        return f"{value.catalogue}/{value.code}" if value else ""


class CatalogueCodeResource(SafeResource):
    group = fields.Field(column_name="group", attribute="group", widget=GroupWidget(CatalogueGroup))

    class Meta:
        model = CatalogueCode
        fields = ("group", "code", "name_zh", "name_en", "swatch", "closed")
        import_id_fields = ("group", "code")
        skip_unchanged = True
        use_transactions = True
