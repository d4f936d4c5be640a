"""What a device prefers, kept in a cookie: the theme (the language is Django's own cookie)."""

from django.http import HttpRequest

THEME_COOKIE = "theme"
THEMES = ("light", "dark", "system")


def theme_of(request: HttpRequest) -> str:
    """The chosen theme; as the system while nobody chose."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else "system"
