from django.urls import URLPattern, URLResolver, include, path

from members.views import export, file, lists, people, receipts, sale, tiers, visits

app_name = "members"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", lists.member_list, name="list"),
    path("export.<str:form>", export.export_members, name="export"),
    path("new/", people.enrol, name="enrol"),
    path("duplicates/", people.duplicates, name="duplicates"),
    path("<int:pk>/", file.member_detail, name="detail"),
    path("<int:pk>/phone/", file.open_phone, name="phone"),
    path("<int:pk>/contact/", file.contact, name="contact"),
    path("<int:pk>/edit/", people.edit, name="edit"),
    path("<int:pk>/tier/", tiers.tier_by_hand, name="tier"),
    path("<int:pk>/status/", people.change_status, name="status"),
    path("<int:pk>/purchases/", receipts.member_purchases, name="purchases"),
    path("<int:pk>/visits/new/", visits.visit_note_new, name="visit_note_new"),
    path("sale/", sale.sale_new, name="sale_new"),
    path("sale/people/", sale.sale_people, name="sale_people"),
    path("sale/products/", sale.sale_products, name="sale_products"),
    path("receipts/<int:pk>/", receipts.receipt_detail, name="receipt"),
    path("receipts/<int:pk>/done/", sale.sale_done, name="sale_done"),
    path("receipts/<int:pk>/void/", receipts.receipt_void, name="receipt_void"),
    path("imports/", include("members.import_urls")),
]
