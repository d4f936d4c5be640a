"""What the list behind a figure is called."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.sections.values import Names

FIXED: dict[str, str | Promise] = {
    "base.start": _("Members at the start of the month"),
    "base.joined": _("Members who joined or came back"),
    "base.left": _("Members who left"),
    "base.end": _("Members at the end of the month"),
    "growth.joined": _("Members who joined or came back"),
    "growth.captured": _("First purchases of new members"),
    "growth.walk_ins": _("Purchases without a member"),
    "new_vs_existing.new.buyers": _("New members who bought"),
    "new_vs_existing.new.purchases": _("Purchases of new members"),
    "new_vs_existing.existing.buyers": _("Existing members who bought"),
    "new_vs_existing.existing.purchases": _("Purchases of existing members"),
    "frequency.buyers": _("Members who bought"),
    "frequency.returned": _("Buyers who had bought before"),
    "dead_cards.eligible": _("Members who enrolled a year ago or earlier"),
    "dead_cards.dead": _("Members with a dead card"),
    "dead_cards.never_returned": _("Never bought again after the day they enrolled"),
}


def _tier(names: Names, key: str) -> str:
    return names.tiers.get(key, key)


# Group and key of a path: base.by_tier.vip
KEYED: tuple[tuple[str, str | Promise, Callable[[Names, str], str]], ...] = (
    ("base.by_tier.", _("Members at the end of the month: %(of)s"), _tier),
    ("growth.by_source.", _("Joined, source: %(of)s"), lambda names, key: names.sources.get(key, key)),
    ("growth.by_staff.", _("Joined, enrolled by: %(of)s"), lambda names, key: names.staff.get(key, key)),
    ("frequency.buyers_by_purchases.", _("Buyers by number of purchases: %(of)s"), lambda names, key: key),
    ("basket.purchases_by_units.", _("Member purchases by pieces: %(of)s"), lambda names, key: key),
    ("dead_cards.by_tier.", _("Members who enrolled a year ago or earlier: %(of)s"), _tier),
)


def list_title(figure: str, names: Names) -> str:
    """The title of the list behind the figure at a path."""
    if figure in FIXED:
        return str(FIXED[figure])
    for prefix, title, of in KEYED:
        if figure.startswith(prefix):
            key, _dot, last = figure.removeprefix(prefix).partition(".")
            key = figure.removeprefix(prefix) if prefix == "growth.by_staff." else key
            words = _("Members with a dead card: %(of)s") if last == "dead" else title
            return str(words) % {"of": of(names, key)}
    return figure
