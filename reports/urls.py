from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("", views.month, name="month"),
    path("compute/", views.compute, name="compute"),
    path("pdf/", views.pdf, name="pdf"),
    path("list/<path:figure>/", views.list_behind, name="list_behind"),
]
