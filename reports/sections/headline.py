"""The first screen: six figures against last month and last year, one sentence, what moved, what needs attention."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.figures.query import NONE
from reports.rules.finding import Turn, biggest_movers, got_worse, turn_of
from reports.rules.months import add_months
from reports.sections.values import Cell, Compared, Names, value_at
from reports.sections.words import (
    amount,
    count_change,
    judged,
    percent,
    percent_sign,
    point_change,
    relative_change,
    short_month,
)
from vipcrm.formats import is_chinese, number


@dataclass(frozen=True)
class Measure:
    """One of the six: where it stands, how it is written, whether more is better."""

    path: str
    section: str
    kind: str  # money, share, heads
    more_is_better: bool = True

    @property
    def is_share(self) -> bool:
        return self.kind == "share"


SPEND = Measure("contribution.member_spend", "contribution", "money")
OTHERS = (
    Measure("contribution.member_share", "contribution", "share"),
    Measure("base.joined", "growth", "heads"),
    Measure("frequency.repeat_rate", "frequency", "share"),
    Measure("dead_cards.rate", "dead_cards", "share", more_is_better=False),
    Measure("basket.atv_mean", "basket", "money"),
)


@dataclass(frozen=True)
class Headline:
    label: str
    before: str
    value: str
    after: str
    section: str
    versus: Sequence[tuple[str, Cell]]


def labels() -> dict[str, str]:
    """What the measures are called."""
    return {
        "contribution.member_spend": _("Member spend"),
        "contribution.member_share": _("Member share of sales"),
        "base.joined": _("New members"),
        "frequency.repeat_rate": _("Repeat rate"),
        "dead_cards.rate": _("Dead cards"),
        "basket.atv_mean": _("Spend per purchase"),
    }


def headlines(c: Compared) -> list[Headline]:
    """The six figures; a month that was never computed is shown as –."""
    return [_headline(c, measure) for measure in (SPEND, *OTHERS)]


def _headline(c: Compared, measure: Measure) -> Headline:
    now, before, year = c.at(measure.path)
    signs = {"money": ("¥", number(now, 0), ""), "share": ("", percent(now), "%"), "heads": ("", number(now, 0), "")}
    left, text, right = signs[measure.kind]
    previous = _("vs %(month)s") % {"month": short_month(add_months(c.month, -1))}
    return Headline(
        labels()[measure.path],
        left if now is not None else "",
        text,
        right if now is not None else "",
        measure.section,
        [(previous, _change(measure, now, before)), (_("vs last year"), _change(measure, now, year))],
    )


def _change(measure: Measure, now: float | None, then: float | None) -> Cell:
    change = {"share": _points, "heads": count_change, "money": relative_change}[measure.kind](now, then)
    return judged(change, now, then, is_share=measure.is_share, more_is_better=measure.more_is_better)


def _points(now: float | None, then: float | None) -> Cell:
    cell = point_change(now, then)
    return Cell(_("%(change)s pp") % {"change": cell.text}) if cell.text[0] in "▲▼" else cell


def finding(c: Compared) -> list[str]:
    """The sentence of the first screen in its parts: member spend, then which of the other five got worse."""
    if not sum(c.at(f"new_vs_existing.{group}.purchases")[0] for group in ("new", "existing")):
        return [_("No member bought anything this month.")]
    parts = [part for part in (_spend_part(c), _worse_part(c)) if part]
    return parts if is_chinese() else [f"{part} " for part in parts]


def _spend_part(c: Compared) -> str:
    now, before, year = c.at(SPEND.path)
    spend = _("Member spend is ¥%(amount)s") % {"amount": amount(round(now))}
    turns = turn_of(now, before), turn_of(now, year)
    if turns == (None, None):
        return _("%(spend)s; there is no month yet to compare it with.") % {"spend": spend}
    if turns == (Turn.UP, Turn.UP):
        return _("%(spend)s, more than last month and a year ago;") % {"spend": spend}
    if turns == (Turn.DOWN, Turn.DOWN):
        return _("%(spend)s, less than last month and a year ago;") % {"spend": spend}
    told = [_told(_("last month"), turns[0], now, before), _told(_("a year ago"), turns[1], now, year)]
    return _("%(spend)s, %(changes)s;") % {"spend": spend, "changes": _(" and ").join(filter(None, told))}


def _told(when: str, turn: Turn | None, now: float, then: float | None) -> str:
    if turn is None or not then:
        return ""
    if turn == Turn.FLAT:
        return _("about the same as %(when)s") % {"when": when}
    text = _("%(percent)s%% more than %(when)s") if turn == Turn.UP else _("%(percent)s%% less than %(when)s")
    return text % {"percent": number(abs(now / then - 1) * 100, 1), "when": when}


def _worse_part(c: Compared) -> str:
    turns = {m.path: turn_of(*c.at(m.path)[:2], is_share=m.is_share) for m in OTHERS}
    known = [m for m in OTHERS if turns[m.path] is not None]
    worse = [labels()[m.path] for m in known if got_worse(turns[m.path], more_is_better=m.more_is_better)]
    if not known:
        return ""
    if not worse:
        return _("of the other five figures none got worse.")
    if len(worse) <= 2:
        return _("worse than last month: %(names)s.") % {"names": _(" and ").join(worse)}
    return ngettext(
        "%(count)s other figure got worse.", "%(count)s of the other five figures got worse.", len(worse)
    ) % {"count": len(worse)}


@dataclass(frozen=True)
class Point:
    """A line of “moved most” or “needs attention”."""

    text: str
    small: str
    amount: str = ""
    section: str = ""
    figure: str = ""
    up: bool = True


def movers(c: Compared, names: Names) -> list[Point]:
    """The shares that moved most against last month."""
    if c.before is None:
        return []
    titles = _share_titles(c, names)
    now = {path: value_at(c.now, path) for path in titles}
    then = {path: value_at(c.before, path) for path in titles}
    return [
        Point(
            titles[mover.key],
            f"{percent_sign(mover.then)} → {percent_sign(mover.now)}",
            _("%(points)s pp") % {"points": number(round(100 * mover.points, 4), 1, signed=True)},
            mover.key.split(".")[0],
            up=mover.points > 0,
        )
        for mover in biggest_movers(now, then)
    ]


def _share_titles(c: Compared, names: Names) -> dict[str, str]:
    tiers = {
        f"contribution.by_tier.{code}": _("Contribution of %(tier)s") % {"tier": names.tiers.get(code, code)}
        for code in c.now["contribution"]["by_tier"]
    }
    if f"contribution.by_tier.{NONE}" in tiers:
        tiers[f"contribution.by_tier.{NONE}"] = _("Contribution of first purchases")
    shares = {measure.path: labels()[measure.path] for measure in OTHERS if measure.is_share}
    return tiers | shares | {"growth.capture_rate": _("Capture rate")}


def attention(c: Compared, names: Names) -> list[Point]:
    """What somebody should look at: dead cards, members who never came back, members who left."""
    dead, never = c.now["dead_cards"]["dead"], c.now["dead_cards"]["never_returned"]
    left = c.now["base"]["left"]
    found = []
    if dead:
        text = _("%(count)s dead cards") % {"count": number(dead)}
        found.append(Point(text, _most_dead(c, names), figure="dead_cards.dead"))
    if never:
        text = _("%(count)s never bought again after the day they enrolled") % {"count": number(never)}
        found.append(Point(text, _("Part of the dead cards"), figure="dead_cards.never_returned"))
    if left:
        text = _("%(count)s left this month") % {"count": number(left)}
        joined = _("%(count)s newly joined") % {"count": number(c.now["base"]["joined"])}
        found.append(Point(text, joined, figure="base.left"))
    return found


def _most_dead(c: Compared, names: Names) -> str:
    code, row = max(c.now["dead_cards"]["by_tier"].items(), key=lambda pair: pair[1]["dead"])
    return _("%(tier)s: %(count)s of them") % {"tier": names.tiers.get(code, code), "count": number(row["dead"])}
