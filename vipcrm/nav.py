"""Navigation: what stands in rail and bottom bar, which role sees it, and the numbers on it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from vipcrm.enums import SUPERVISORS, Role

ALL_ROLES = frozenset(Role)
IN_STORES = ALL_ROLES - {Role.SERVICE_AGENT}


@dataclass(frozen=True)
class Item:
    """One place to go: `url_name` may not exist, then the item is not shown. `pages`: further addresses that belong to
    it and not to the first item of their app."""

    key: str
    label: str | Promise
    icon: str
    url_name: str
    roles: frozenset[str] = ALL_ROLES
    desk_only: bool = False
    order: int = 50
    help: str | Promise = ""
    pages: frozenset[str] = frozenset()


MAIN = (
    Item("today", pgettext_lazy("navigation", "Today"), "calendar-check", "followups:today", IN_STORES),
    Item("members", pgettext_lazy("navigation", "Members"), "users", "members:list"),
    Item(
        "sale",
        pgettext_lazy("navigation", "New sale"),
        "scan-barcode",
        "members:sale_new",
        IN_STORES,
        pages=frozenset({"members:sale_done"}),
    ),
    Item("service", pgettext_lazy("navigation", "Service"), "wrench", "service_tickets:list"),
    Item(
        "reports", pgettext_lazy("navigation", "Reports"), "chart-column", "reports:month", SUPERVISORS, desk_only=True
    ),
    Item("more", pgettext_lazy("navigation", "More"), "ellipsis", "vipcrm:more"),
)

Badge = Callable[[Any], int]
_badges: dict[str, Badge] = {}
_more: dict[str, Item] = {}


def register_badge(key: str, count: Badge) -> None:
    """Shows `count(staff)` on the item `key` ("today", "service", …) where it is more than 0."""
    _badges[key] = count


def register_more(item: Item) -> None:
    """Adds a line to the page “More”; call it in `AppConfig.ready`. The same key again replaces it."""
    _more[item.key] = item


def url_of(url_name: str, *args: Any) -> str:
    """The address of a URL name, or "" while there is none."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def _shown(items: Iterable[Item], staff: Any) -> list[Item]:
    return [item for item in items if staff.role in item.roles and url_of(item.url_name)]


def main_items(staff: Any) -> list[Item]:
    """Rail and bottom bar of a staff member."""
    return _shown(MAIN, staff)


def more_items(staff: Any) -> list[Item]:
    """Lines of the page “More”, besides those every login has."""
    reports = [item for item in MAIN if item.key == "reports"]
    return _shown(sorted([*reports, *_more.values()], key=lambda item: item.order), staff)


def home_url(staff: Any) -> str:
    """Where a staff member starts: a service agent at the work plan, everybody else at the day."""
    items = main_items(staff)
    if staff.role == Role.SERVICE_AGENT:
        items.sort(key=lambda item: item.key != "service")
    return url_of(items[0].url_name)


def badge(request: HttpRequest, key: str) -> int:
    """The number on an item, asked once per request."""
    if key not in _badges:
        return 0
    cache = request.__dict__.setdefault("_nav_badges", {})
    if key not in cache:
        cache[key] = _badges[key](request.user)
    return int(cache[key])


def current_key(request: HttpRequest) -> str:
    """The item a page belongs to: by URL name, else by app, else none."""
    match = request.resolver_match
    if match is None:
        return ""
    exact = [item.key for item in MAIN if match.view_name in {item.url_name, *item.pages}]
    same_app = [item.key for item in MAIN if item.url_name.split(":")[0] == match.namespace]
    return next(iter(exact + same_app), "")
