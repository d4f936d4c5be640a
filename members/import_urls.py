from django.urls import path

from members.views import imports

urlpatterns = [
    path("", imports.import_list, name="import_list"),
    path("<int:pk>/", imports.import_detail, name="import_detail"),
    path("<int:pk>/stop/", imports.import_stop, name="import_stop"),
    path("<int:pk>/errors/", imports.import_errors, name="import_errors"),
]
