"""Sections that count members: base, growth, dead cards."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.rules.months import add_months
from reports.sections.values import Bar, Bars, Cell, Compared, Fact, Names, Row, Section, Table
from reports.sections.words import count_change, head_count, hundred, percent, percent_sign, point_change, short_month
from vipcrm.formats import number


def base(c: Compared, names: Names) -> Section:
    rows = [
        _counted(c, _("At the start of the month"), "base.start"),
        _counted(c, _("Newly joined"), "base.joined"),
        _counted(c, _("Left in the month"), "base.left"),
    ]
    at_end = _counted(c, _("At the end of the month"), "base.end")
    moved = Table(_("Members coming and going"), _heads(c, "", _("Members")), rows, at_end)
    tiers = _shares(c, names, "base.by_tier")
    counts = c.now["base"]["by_tier"]
    chart = Bars(
        title=_("Members at the end of the month: %(tiers)s") % {"tiers": _listed(counts, names)},
        bars=[
            Bar(names.tiers.get(code, code), counts[code], _mark(c, f"base.by_tier.{code}"), names.tier_css(code))
            for code in names.highest_first(counts)
        ],
        note=mark_note(c),
    )
    return Section("base", _("Member base"), _("Members by home store at the end of the month"), [tiers, moved], chart)


def _heads(c: Compared, first: str, value: str) -> list[str]:
    return [first, value, versus(c), _("vs last year")]


def versus(c: Compared) -> str:
    """`比9月` / `vs Sep`."""
    return _("vs %(month)s") % {"month": short_month(add_months(c.month, -1))}


def mark_note(c: Compared) -> str:
    """How to read the mark across the bars; nothing while last month is unknown."""
    if c.before is None:
        return ""
    return _("The line across a bar is %(month)s.") % {"month": short_month(add_months(c.month, -1))}


def _counted(c: Compared, label: str, path: str) -> Row:
    now, before, year = c.at(path)
    return Row(label, [head_count(now, path), count_change(now, before), count_change(now, year)])


def _mark(c: Compared, path: str) -> float | None:
    return c.at(path)[1]


def _listed(counts: Mapping[str, int], names: Names) -> str:
    return ", ".join(f"{names.tiers.get(code, code)} {number(counts[code])}" for code in names.highest_first(counts))


def _shares(c: Compared, names: Names, path: str) -> Table:
    whole = c.now["base"]["end"]
    rows = []
    for code in names.highest_first(c.now["base"]["by_tier"]):
        now, before, _year = c.at(f"{path}.{code}")
        share = Cell(percent(now / whole if whole else None))
        cells = [head_count(now, f"{path}.{code}"), share, count_change(now, before)]
        rows.append(Row(names.tiers.get(code, code), cells))
    foot = Row(_("Together"), [head_count(whole, "base.end"), Cell(percent(1 if whole else None)), Cell("")])
    return Table(_("By tier"), [_("Tier"), _("Members"), _("Share %"), versus(c)], rows, foot)


def growth(c: Compared, names: Names) -> Section:
    rate, rate_before, _year = c.at("growth.capture_rate")
    facts = [
        Fact(_("Newly joined"), head_count(c.now["growth"]["joined"], "growth.joined")),
        Fact(_("Capture rate"), Cell(percent_sign(rate))),
    ]
    if c.before:
        facts.append(Fact(versus(c), point_change(rate, rate_before)))
    if rate:
        facts.append(Fact(_("First purchases of new members"), Cell(_("Open the list"), "growth.captured")))
    if rate not in (None, 1):
        facts.append(Fact(_("Purchases without a member"), Cell(_("Open the list"), "growth.walk_ins")))
    by_source = dict(sorted(c.now["growth"]["by_source"].items(), key=lambda pair: (-pair[1], pair[0])))
    chart = Bars(
        title=_("Joined by source: %(sources)s")
        % {"sources": ", ".join(f"{names.sources.get(key, key)} {count}" for key, count in by_source.items())},
        bars=[
            Bar(names.sources.get(key, key), count, _mark(c, f"growth.by_source.{key}") or (0 if c.before else None))
            for key, count in by_source.items()
        ],
        note=mark_note(c),
    )
    tables = [
        _joined_by(c, _("By the person who enrolled her"), _("Clerk"), "by_staff", names.staff),
        _joined_by(c, _("By source"), _("Source"), "by_source", names.sources),
    ]
    note = _("Capture rate: first purchases of new members out of those and all walk-in purchases")
    return Section("growth", _("New members"), note, tables, chart if by_source else None, facts, charted=1)


def _joined_by(c: Compared, caption: str, head: str, key: str, names: Mapping[str, str]) -> Table:
    rows = []
    for code, count in sorted(c.now["growth"][key].items(), key=lambda pair: (-pair[1], pair[0])):
        before = (c.before or {}).get("growth", {}).get(key, {}).get(code, 0) if c.before else None
        cell = head_count(count, f"growth.{key}.{code}")
        rows.append(Row(names.get(code, code), [cell, count_change(count, before)]))
    foot = Row(_("Together"), [head_count(c.now["growth"]["joined"], "growth.joined"), Cell("")])
    return Table(caption, [head, _("Newly joined"), versus(c)], rows, foot)


def dead_cards(c: Compared, names: Names) -> Section:
    found = c.now["dead_cards"]
    codes = names.highest_first(found["by_tier"])
    rows = [_dead_row(c, names.tiers.get(code, code), f"dead_cards.by_tier.{code}") for code in codes]
    never = found["never_returned"]
    facts = [
        Fact(_("Never bought again after the day they enrolled"), head_count(never, "dead_cards.never_returned")),
    ]
    chart = Bars(
        title=_("Dead cards in percent of each tier; together %(rate)s") % {"rate": percent_sign(found["rate"])},
        bars=[
            Bar(
                names.tiers.get(code, code),
                hundred(found["by_tier"][code]["rate"]) or 0,
                hundred(_mark(c, f"dead_cards.by_tier.{code}.rate")),
                names.tier_css(code),
            )
            for code in codes
            if found["by_tier"][code]["rate"] is not None
        ],
        unit="%",
        places=1,
        note=mark_note(c),
    )
    heads = [_("Tier"), _("Counted"), _("Dead"), _("Rate %"), versus(c)]
    table = Table(_("By tier"), heads, rows, _dead_row(c, _("Together"), "dead_cards"))
    note = ngettext(
        "Of %(count)s member who enrolled a year ago or earlier: no purchase for 365 days",
        "Of %(count)s members who enrolled a year ago or earlier: no purchase for 365 days",
        found["eligible"],
    ) % {"count": number(found["eligible"])}
    return Section("dead_cards", _("Dead cards"), note, [table], chart if chart.bars else None, facts)


def _dead_row(c: Compared, label: str, path: str) -> Row:
    rate, before, _year = c.at(f"{path}.rate")
    counted, dead = c.at(f"{path}.eligible")[0], c.at(f"{path}.dead")[0]
    cells = [head_count(counted, f"{path}.eligible"), head_count(dead, f"{path}.dead")]
    return Row(label, [*cells, Cell(percent(rate)), point_change(rate, before)])
