"""What every page needs besides its own context. Asks the database nothing."""

from django.http import HttpRequest

from vipcrm.preferences import theme_of


def frame(request: HttpRequest) -> dict[str, str]:
    """`theme`: light, dark or system."""
    return {"theme": theme_of(request)}
