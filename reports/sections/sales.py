"""Sections about purchases: new and existing, frequency, basket, contribution."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.sections.members import mark_note, versus
from reports.sections.values import Bar, Bars, Cell, Compared, Fact, Names, Row, Section, Table, value_at
from reports.sections.words import amount, head_count, hundred, percent, percent_sign, point_change
from vipcrm.formats import number


def new_vs_existing(c: Compared, names: Names) -> Section:
    measures = (
        ("buyers", _("Buyers")),
        ("purchases", _("Number of purchases")),
        ("units", _("Pieces")),
        ("spend", _("Spend in the month ¥")),
        ("atv", _("Spend per purchase ¥")),
        ("upt", _("Pieces per purchase")),
        ("unit_price", _("Price per piece ¥")),
    )
    rows = [Row(label, [_consumption(c, group, key) for group in ("new", "existing")]) for key, label in measures]
    shared = [
        ("buyers", _("Buyers")),
        ("purchases", pgettext("bar of a chart", "Purchases")),
        ("spend", _("Member spend")),
    ]
    bars = []
    for key, label in shared:
        share = _new_share(c.now, key)
        if share is not None:
            bars.append(Bar(label, share, _new_share(c.before, key)))
    chart = Bars(
        title=_("Share of new members in percent: %(shares)s")
        % {"shares": ", ".join(f"{bar.label} {number(bar.value, 1)}" for bar in bars)},
        bars=bars,
        unit="%",
        places=1,
        note=" ".join(filter(None, [_("Share of members enrolled this month."), mark_note(c)])),
    )
    table = Table(_("New and existing members"), ["", _("New members"), _("Existing members")], rows)
    note = _("New: enrolled this month")
    return Section("new_vs_existing", _("New and existing members"), note, [table], chart if bars else None)


def _consumption(c: Compared, group: str, key: str) -> Cell:
    path = f"new_vs_existing.{group}.{key}"
    value = c.at(path)[0]
    if key in ("buyers", "purchases"):
        return head_count(value, path)
    if key == "units":
        return Cell(number(value, 0))
    return Cell(number(value, 2) if key == "upt" else amount(value))


def _new_share(figures: Mapping[str, object] | None, key: str) -> float | None:
    new, existing = (value_at(figures, f"new_vs_existing.{group}.{key}") for group in ("new", "existing"))
    return hundred(new / (new + existing)) if new is not None and new + existing else None


def frequency(c: Compared, names: Names) -> Section:
    counts = c.now["frequency"]["buyers_by_purchases"]
    facts = [
        Fact(_("Purchases per buyer, this month"), Cell(number(c.now["frequency"]["month"], 2))),
        Fact(_("Purchases per buyer, 12 months"), Cell(number(c.now["frequency"]["trailing_12"], 2))),
        Fact(_("Repeat rate"), Cell(percent_sign(c.now["frequency"]["repeat_rate"]), "frequency.returned")),
    ]
    labels = {key: _("%(count)s times") % {"count": key} for key in counts} | {"1": _("Once")}
    title = _("How often they buy")
    heads = (_("Number of purchases"), _("Buyers"))
    table, chart = _spread(c, "frequency.buyers_by_purchases", labels, title, heads)
    note = _("Repeat rate: buyers who had bought before this month, in any store")
    return Section("frequency", title, note, [table], chart, facts)


def basket(c: Compared, names: Names) -> Section:
    found = c.now["basket"]
    facts = [
        Fact(_("Pieces per purchase, mean"), Cell(number(found["units_mean"], 2))),
        Fact(_("Pieces per purchase, median"), Cell(number(found["units_median"], 1))),
        Fact(_("Spend per purchase, mean"), Cell(_yuan(found["atv_mean"]))),
        Fact(_("Spend per purchase, median"), Cell(_yuan(found["atv_median"]))),
    ]
    labels = {key: _("%(count)s pieces") % {"count": key} for key in found["purchases_by_units"]} | {"1": _("1 piece")}
    title, heads = _("Pieces and spend per purchase"), (_("Pieces"), _("Number of purchases"))
    table, chart = _spread(c, "basket.purchases_by_units", labels, title, heads)
    return Section("basket", title, _("Member purchases of the month"), [table], chart, facts)


def _yuan(value: float | None) -> str:
    return number(None) if value is None else f"¥{amount(value)}"


def _spread(
    c: Compared, path: str, labels: Mapping[str, str], caption: str, named: tuple[str, str]
) -> tuple[Table, Bars | None]:
    """How a count spreads over its groups: table with shares, and bars of the shares with last month's marks."""
    counts, before = value_at(c.now, path), value_at(c.before, path)
    whole, whole_before = sum(counts.values()), sum((before or {}).values())
    rows, bars = [], []
    for key, label in labels.items():
        share = counts[key] / whole if whole else None
        share_before = before.get(key, 0) / whole_before if before and whole_before else None
        cells = [head_count(counts[key], f"{path}.{key}"), Cell(percent(share)), point_change(share, share_before)]
        rows.append(Row(label, cells))
        bars.append(Bar(label, hundred(share) or 0, hundred(share_before)))
    heads = [*named, _("Share %"), versus(c)]
    foot = Row(_("Together"), [Cell(number(whole, 0)), Cell(percent(1 if whole else None)), Cell("")])
    title = f"{named[0]}: " + ", ".join(f"{bar.label} {number(bar.value, 1)}%" for bar in bars)
    chart = Bars(title=title, bars=bars, unit="%", places=1, note=mark_note(c))
    return Table(caption, heads, rows, foot), chart if whole else None


def contribution(c: Compared, names: Names) -> Section:
    found = c.now["contribution"]
    codes = names.highest_first(found["by_tier"])
    rows = [_share_row(c, names.tiers.get(code, code), f"contribution.by_tier.{code}") for code in codes]
    facts = [
        Fact(_("Member spend"), Cell(_yuan(found["member_spend"]))),
        Fact(_("All spend"), Cell(_yuan(found["all_spend"]))),
        Fact(_("The top 20% of buyers make, of 12 months' member spend"), Cell(percent_sign(found["top20_share"]))),
    ]
    bars = [
        Bar(
            names.tiers.get(code, code),
            hundred(found["by_tier"][code]) or 0,
            hundred(c.at(f"contribution.by_tier.{code}")[1]),
            names.tier_css(code),
        )
        for code in codes
        if found["by_tier"][code] is not None
    ]
    chart = Bars(
        title=_("Each tier's share of all spend: %(shares)s")
        % {"shares": ", ".join(f"{bar.label} {number(bar.value, 1)}%" for bar in bars)},
        bars=bars,
        unit="%",
        places=1,
        note=" ".join(filter(None, [mark_note(c), _("The tier counts that she held just before each receipt.")])),
    )
    heads = [_("Tier"), _("Share %"), versus(c), _("vs last year")]
    foot = _share_row(c, _("Members together"), "contribution.member_share")
    table = Table(_("Contribution"), heads, rows, foot)
    return Section(
        "contribution",
        _("Contribution"),
        _("Each tier's spend out of all spend"),
        [table],
        chart if bars else None,
        facts,
    )


def _share_row(c: Compared, label: str, path: str) -> Row:
    now, before, year = c.at(path)
    return Row(label, [Cell(percent(now)), point_change(now, before), point_change(now, year)])
