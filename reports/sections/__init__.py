"""A stored report in words, tables and charts: what page, HTML file and PDF show."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from members.enums import Source
from members.models import Tier
from reports.figures.query import NONE
from reports.models import MonthlyReport
from reports.sections import headline, members, sales
from reports.sections.values import Compared, Names, Section
from vipcrm.models import Staff

BUILDERS: Sequence[Callable[[Compared, Names], Section]] = (
    members.base,
    members.growth,
    sales.new_vs_existing,
    sales.frequency,
    sales.basket,
    sales.contribution,
    members.dead_cards,
)


def compared(report: MonthlyReport, before: MonthlyReport | None, year: MonthlyReport | None) -> Compared:
    """The figures of the report beside those of the month before and of a year before."""
    return Compared(report.month, report.figures, before.figures if before else None, year.figures if year else None)


def names_for(c: Compared) -> Names:
    """What the codes in the figures are called; two queries."""
    return _names(set(c.now["growth"]["by_staff"]))


def names_for_list(figure: str) -> Names:
    """The same for the title of the list behind one figure."""
    return _names({figure.removeprefix("growth.by_staff.")})


def _names(usernames: set[str]) -> Names:
    tiers = {tier.code: tier for tier in Tier.objects.order_by("version__valid_from", "rank")}
    people = dict(Staff.objects.filter(username__in=usernames).values_list("username", "name"))
    return Names(
        tiers={code: short_tier(tier.name) for code, tier in tiers.items()} | {NONE: _("No tier yet")},
        sources={code: str(label) for code, label in Source.choices} | {NONE: _("Not given")},
        staff=people | {NONE: _("Not given")},
        ranks={code: tier.rank for code, tier in tiers.items()},
    )


def short_tier(name: str) -> str:
    """`至尊VIP` for `至尊VIP会员`: a chart has little room."""
    return name.removesuffix("会员") or name


def built(c: Compared, names: Names) -> list[Section]:
    """All sections in the order of the definitions."""
    return [build(c, names) for build in BUILDERS]


__all__ = ["BUILDERS", "Compared", "Names", "Section", "built", "compared", "headline", "names_for", "names_for_list"]
