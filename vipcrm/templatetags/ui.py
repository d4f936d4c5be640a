"""Signs of the look: icons, tiers, states, tapes, fields, panels, navigation. `{% load ui %}`; see docs/frontend.md."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vipcrm import formats, nav
from vipcrm.colours import colour_value
from vipcrm.forms import input_attrs, shape_of
from vipcrm.icons import icon_svg
from vipcrm.panels import Panel, panels_for
from vipcrm.timeline import Entry

register = template.Library()

STATE_ICONS = {
    "overdue": "triangle-alert",
    "now": "circle-dot",
    "later": "clock",
    "done": "circle-check",
    "warn": "hourglass",
}
MESSAGE_SHAPES = {
    "success": ("done", "circle-check", "status"),
    "warning": ("warn", "info", "status"),
    "error": ("overdue", "circle-alert", "alert"),
}
STITCHES = ("M2 9 4.4 2", "M8.6 9 11 2", "M15.2 9l2.4-7", "M21.8 9l2.4-7")


# ---- text ----

register.filter("money", formats.money)
register.filter("number", formats.number)
register.filter("day", formats.day)
register.filter("full_day", formats.full_day)
register.filter("month_name", formats.month)
register.filter("day_time", formats.day_time)
register.filter("clock", formats.clock)
register.filter("mask_phone", formats.mask_phone)
register.simple_tag(formats.money, name="money")
register.simple_tag(formats.number, name="number")


@register.filter
def short_day(value: Any) -> str:
    """`11月21日` / `21 Nov`, with the year when it is another one."""
    return formats.day(value, weekday=False)


@register.simple_tag
def masked_phone(member: Any) -> str:
    """`138****1234` of anything with a `phone`."""
    return formats.mask_phone(member.phone)


# ---- signs ----


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """`{% icon "phone" %}`, `{% icon "phone" "i-lg" %}`; with a label it is read out."""
    return icon_svg(name, css, label)


@register.simple_tag
def tier_badge(tier: Any) -> SafeString | str:
    """Stitches and name of a tier (anything with `rank` and `name`); nothing for None."""
    if not tier:
        return ""
    rank = max(1, min(int(tier.rank), 4))
    return format_html('<span class="v-tier v-tier-{}">{}{}</span>', rank, stitches(rank), str(tier.name))


@register.simple_tag
def stitches(rank: int) -> SafeString:
    """One to four filled stitches, the rest pale."""
    pale = format_html('<path stroke-opacity=".25" d="{}"/>', " ".join(STITCHES[rank:])) if rank < 4 else ""
    return format_html(
        '<svg viewBox="0 0 26 11" aria-hidden="true"><path d="{}"/>{}</svg>', " ".join(STITCHES[:rank]), pale
    )


@register.simple_tag
def state(kind: str, text: Any, icon: str = "") -> SafeString:
    """Sign and word: `{% state "overdue" "逾期 2 天" %}`; kinds overdue, now, later, done, warn."""
    return format_html('<span class="v-state is-{}">{}{}</span>', kind, icon_svg(icon or STATE_ICONS[kind]), text)


@register.simple_tag
def flag(kind: str, text: Any, icon: str = "") -> SafeString:
    """The same in a tint; `plain` has no sign. `icon="none"` leaves the sign out."""
    name = icon or STATE_ICONS.get(kind, "none")
    sign = "" if name == "none" else icon_svg(name)
    css = "plain" if kind == "plain" else f"is-{kind}"
    return format_html('<span class="v-flag {}">{}{}</span>', css, sign, text)


@register.simple_tag
def light(colour: str, label: str) -> SafeString:
    """Light of the work plan: green circle, yellow triangle, red square, with its words for screen readers."""
    shapes = {
        "green": '<circle class="g" cx="9" cy="9" r="8"/>',
        "yellow": '<path class="y" d="M9 1 17.5 16H.5z"/>',
        "red": '<rect class="r" x="1" y="1" width="16" height="16" rx="2"/>',
    }
    shape = SafeString(shapes[colour])
    return format_html('<svg class="v-light" viewBox="0 0 18 18" role="img" aria-label="{}">{}</svg>', label, shape)


@register.simple_tag
def swatch(colour: str = "") -> SafeString | str:
    """Pinked square in a garment's colour (`#a7a4a2`, `驼色`), nothing for an unknown one; name it beside."""
    fill = colour_value(colour)
    if not fill:
        return ""
    return format_html(
        '<svg class="v-swatch" viewBox="0 0 30 30" aria-hidden="true" fill="{}"><path d="{}"/></svg>', fill, PINKED
    )


def _pinked(teeth: int = 7, size: float = 26.0, start: float = 2.0, depth: float = 1.6) -> str:
    """Outline of a square cut with pinking shears: a zigzag along each edge."""
    step = size / (2 * teeth)
    walk = [(start + step * i, start + (depth if i % 2 else 0)) for i in range(2 * teeth)]
    sides = [walk]
    for _turn in range(3):
        sides.append([(30 - y, x) for x, y in sides[-1]])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for side in sides for x, y in side) + "z"


PINKED = _pinked()


# ---- tape and thread: lengths are SVG attributes ----


@register.inclusion_tag("components/tape.html")
def tape(value: Any, goal: Any, kind: str = "gain", say: str = "", end: str = "", low: str = "", high: str = "",
         alt: str = "", label: str = "") -> dict[str, Any]:  # fmt: skip
    """Progress of `value` to `goal`: kind gain, keep or met (met by itself once the goal is reached).

    `say` stands left above, `end` right (default: what is missing), `low` and `high` below, `alt` under it all.
    """
    share = _share(value, goal)
    if share >= 100 and kind != "gain":
        kind = "met"
    return {
        "kind": kind, "width": f"{share:g}%", "ticks": [10 * i for i in range(1, 10)], "say": say, "end": end,
        "low": low, "high": high, "alt": alt, "label": label or _tape_label(value, goal, say),
    }  # fmt: skip


def _share(value: Any, goal: Any) -> float:
    part, whole = Decimal(str(value or 0)), Decimal(str(goal or 0))
    if whole <= 0:
        return 100.0
    return float(max(Decimal(0), min(Decimal(100), round(100 * part / whole, 1))))


def _tape_label(value: Any, goal: Any, say: str) -> str:
    text = _("%(value)s of %(goal)s") % {"value": formats.number(value), "goal": formats.number(goal)}
    return f"{say} {text}" if say else text


@register.inclusion_tag("components/thread.html")
def thread(done: int, total: int, note: str = "") -> dict[str, Any]:
    """The day as stitches, one per step; more than 40 are drawn as one line."""
    count = min(total, 40)
    filled = round(done * count / total) if total else 0
    pitch = 100 / count if count else 0
    marks = [{"x": f"{i * pitch:.2f}%", "width": f"{pitch * 0.86:.2f}%", "done": i < filled} for i in range(count)]
    return {"stitches": marks, "done": done, "total": total, "left": total - done, "note": note}


# ---- forms ----


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: str = "", help: str = "", **attrs: Any) -> dict[str, Any]:
    """A form field: label above, “optional” marked (not where a form field says `one_of_several`), help and error below
    and tied to it.

    Further arguments become attributes of the input: `{% field form.phone placeholder="138…" data_barcode="1" %}`.
    """
    extra = {name.replace("_", "-"): value for name, value in attrs.items()}
    bound.label = label or bound.label
    bound.help_text = help or bound.help_text
    shape = shape_of(bound)
    return {
        "bound": bound,
        "shape": shape,
        "input": "" if shape == "choices" else bound.as_widget(attrs={**input_attrs(bound, shape), **extra}),
        "optional": not bound.field.required and shape != "check" and not getattr(bound.field, "one_of_several", False),
    }


# ---- messages ----


@register.simple_tag
def message_shape(tags: str) -> dict[str, str]:
    """State, icon and ARIA role of a Django message."""
    known = [MESSAGE_SHAPES[tag] for tag in tags.split() if tag in MESSAGE_SHAPES]
    kind, sign, role = known[0] if known else ("now", "info", "status")
    return {"kind": kind, "icon": sign, "role": role}


# ---- selects ----


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: Any = "") -> SafeString:
    """`<option>` for each (value, text); for a select of a hundred people that no bound field draws."""
    picked = str(chosen)
    rows = ((value, SafeString(" selected") if str(value) == picked else "", text) for value, text in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


# ---- navigation ----


@register.simple_tag
def nav_url(url_name: str, *args: Any) -> str:
    """The address of a URL name, or "" when it does not exist (yet)."""
    return nav.url_of(url_name, *args)


@register.inclusion_tag("components/nav.html", takes_context=True)
def nav_links(context: template.Context, place: str) -> dict[str, Any]:
    """Links of the `rail` or the `tabs`, with the current one marked and the badges."""
    request = context["request"]
    current = nav.current_key(request)
    items = [item for item in nav.main_items(request.user) if place == "rail" or not item.desk_only]
    if place == "tabs" and current == "reports":
        current = "more"
    links = [
        {"item": item, "url": nav.url_of(item.url_name), "current": item.key == current,
         "count": nav.badge(request, item.key)} for item in items
    ]  # fmt: skip
    return {"links": links, "place": place}


# ---- panels and timeline ----


@register.inclusion_tag("components/panels.html", takes_context=True)
def panels(context: template.Context, slot: str, obj: Any) -> dict[str, Any]:
    """The panels that apps registered for a slot, each as a section."""
    return {"panels": panels_for(slot, context["request"], obj), "request": context["request"], "obj": obj}


@register.simple_tag(takes_context=True)
def panel_list(context: template.Context, slot: str, obj: Any) -> list[tuple[str, Panel]]:
    """(key, panel) of a slot, for pages that draw them: `{% panel_list "member.tabs" member as tabs %}`."""
    return panels_for(slot, context["request"], obj)


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Sequence[Entry], store: Any = None) -> dict[str, Any]:
    """The entries as a timeline, times as in the store."""
    return {"entries": entries, "store": store}


@register.simple_tag
def staff_line(staff: Any) -> SafeString:
    """Role and place of a login: `导购·静安店`."""
    return join_dot(staff.get_role_display(), *(place.name for place in (staff.store, staff.region) if place))


@register.simple_tag
def join_dot(*parts: Any) -> SafeString:
    """Joins what is there with a middle dot: `静安店·我照看 186 位`."""
    return format_html_join("·", "{}", ((part,) for part in parts if part))
