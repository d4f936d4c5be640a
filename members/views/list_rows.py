"""The rows of the member list. Written here and not in the template, whose engine takes as long for twenty rows as for
the rest of the page (docs/bench.md)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from members.enums import MemberStatus
from members.overview import Programme
from vipcrm import formats
from vipcrm.icons import icon_svg
from vipcrm.templatetags.ui import flag, state, tier_badge

Cells = Mapping[int, tuple[str, str]]

# Which cells go where on a phone's card: static/css/tables.css. The heads stand in members/_member_rows.html.
NAME = (
    '<th role="rowheader" scope="row" class="c-name">'
    '<a class="name" href="{address}">{name}</a>{badge}{left}</th>'
    '<td role="cell" class="c-phone nowrap">{phone}'
)
STORE_ON_PHONE = '<span class="only-phone">·{store}</span>'
FIGURES = (
    "</td>"
    '<td role="cell" class="c-spend num" data-k="{spend_word}">{spend}</td>'
    '<td role="cell" class="c-points num">{purchases}</td>'
    '<td role="cell" class="c-last num" data-k="{last_word}">{last}</td>'
)
STORE = '<td role="cell" class="c-desk">{store}</td>'
ADVISOR = '<td role="cell" class="c-desk">{advisor}</td>'
NEXT = '<td role="cell" class="c-next{none}">{next}</td>'
CALL = (
    '<td role="cell" class="c-call">'
    '<a class="v-icon-btn edge" href="{address}contact/" aria-label="{contact_word} {name}">{phone_icon}</a></td>'
)


def list_rows(members: Iterable[Any], programme: Programme, *, next_steps: Cells, with_store: bool) -> SafeString:
    """`<tr>` for each row of `MemberFilterForm.page_rows`.

    `next_steps`: member id → (state, text); without any the column is left out.
    """
    parts = [NAME, STORE_ON_PHONE if with_store else "", FIGURES, STORE if with_store else "", ADVISOR]
    row = "".join([*parts, NEXT if next_steps else "", CALL])
    badges = {code: tier_badge(tier) for code, tier in programme.by_code.items()}
    left = flag("plain", _("Left"))
    words = {
        "spend_word": escape(_("Spend ¥")),
        "last_word": escape(_("Last")),
        "contact_word": escape(_("Contact")),
        "phone_icon": icon_svg("phone"),
    }
    texts = (
        {
            **words,
            **_texts(member, with_store),
            **_next(next_steps.get(member.pk)),
            "badge": badges.get(member.standing__tier, ""),
            "left": left if member.status == MemberStatus.LEFT else "",
        }
        for member in members
    )
    return format_html_join("\n", f'<tr role="row">{row}</tr>', texts)


def _texts(member: Any, with_store: bool) -> dict[str, Any]:
    return {
        "address": f"{member.pk}/",
        "name": member.name,
        "phone": formats.mask_phone(member.phone) if member.phone else member.card_no,
        "spend": formats.number(member.standing__spend, 0),
        "purchases": formats.number(member.standing__purchases),
        "last": formats.day(member.standing__last_purchase_on, weekday=False),
        "store": member.home_store__name if with_store else "",
        "advisor": member.advisor__name or formats.NOTHING,
    }


def _next(step: tuple[str, str] | None) -> dict[str, str]:
    return {"none": "", "next": state(*step)} if step else {"none": " none", "next": formats.NOTHING}
