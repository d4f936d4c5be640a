from django.urls import path

from service_tickets.views import detail, edit, lists, moves, partners, parts, plan

app_name = "service_tickets"

urlpatterns = [
    path("", lists.notification_list, name="list"),
    path("export.<str:kind>", lists.export, name="export"),
    path("plan/", plan.work_plan, name="work_plan"),
    path("plan.pdf", plan.work_plan_pdf, name="work_plan_pdf"),
    path("new/", edit.create, name="create"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/sheet.pdf", detail.sheet_pdf, name="sheet_pdf"),
    path("<int:pk>/edit/", edit.edit, name="edit"),
    path("<int:pk>/complete/", moves.complete, name="complete"),
    path("<int:pk>/reopen/", moves.reopen, name="reopen"),
    path("<int:pk>/head-office/", moves.ask_head_office, name="ask_head_office"),
    path("<int:pk>/do/<str:action>/", moves.perform, name="perform"),
    path("<int:pk>/status/<str:code>/", moves.set_status, name="set_status"),
    path("<int:pk>/status/<str:code>/delete/", moves.delete_status, name="delete_status"),
    path("<int:pk>/items/new/", parts.item_add, name="item_add"),
    path("<int:pk>/tasks/new/", parts.task_add, name="task_add"),
    path("<int:pk>/activities/new/", parts.activity_add, name="activity_add"),
    path("<int:pk>/texts/new/", parts.text_add, name="text_add"),
    path("<int:pk>/partners/new/", partners.partner_add, name="partner_add"),
    path("partners/<int:pk>/", partners.partner_edit, name="partner_edit"),
    path("partners/<int:pk>/remove/", partners.partner_remove, name="partner_remove"),
    path("items/<int:pk>/", parts.item_edit, name="item_edit"),
    path("tasks/<int:pk>/<str:action>/", parts.task_move, name="task_move"),
]
