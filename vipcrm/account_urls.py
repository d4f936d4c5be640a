"""Sign in and out, password, language, theme, and the page “More”."""

from django.urls import path

from vipcrm.views import accounts, preferences

app_name = "vipcrm"

urlpatterns = [
    path("login/", accounts.SignIn.as_view(), name="login"),
    path("logout/", accounts.SignOut.as_view(), name="logout"),
    path("password/", accounts.ChangePassword.as_view(), name="password"),
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
    path("more/", preferences.more, name="more"),
]
