"""The rows of the notification list. Written here and not in the template, whose engine takes as long for twenty rows
as for the rest of the page (docs/bench.md)."""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from service_tickets.enums import MARKS, PHASES, Light, PaidState, Priority, SystemStatus
from service_tickets.models import Notification
from service_tickets.rules.dates import light_for
from vipcrm import formats
from vipcrm.icons import icon_svg
from vipcrm.templatetags.ui import flag, light

# Which cells go where on a phone: static/css/pages/service.css. The heads stand in notification_list.html.
UNTIL_STORE = (
    '<td class="c-light">{light}</td>'
    '<th scope="row" class="c-name"><a class="name" href="{pk}/">{text}</a>{sign}<span class="line">'
    '<span class="only-phone">{whose}·</span>{number} <span class="v-code">{type}</span>{paid}'
    '<span class="only-phone">·{phase}{status_on_phone}</span></span></th>'
    '<td class="c-desk">{whose}</td>'
    '<td class="c-desk c-states">{statuses}</td>'
    '<td class="c-desk">{agent}</td>'
)
STORE = '<td class="c-desk">{store}</td>'
DATES = '<td class="num c-desk">{start}</td><td class="num c-end" data-k="{end_word}">{end}</td>'
SYSTEM_STATUS = '<span class="nowrap">{} <span class="v-code">{}</span></span> '
USER_STATUS = '<br><span class="soft">{} <span class="v-code">{}</span></span>'
EXTRA_STATUS = ' <span class="soft">{} <span class="v-code">{}</span></span>'

short_day = partial(formats.day, weekday=False)


def list_rows(rows: Iterable[Notification], *, with_store: bool) -> SafeString:
    """`<tr>` for each notification of `NotificationQuerySet.for_rows`."""
    words = Words()
    template = f"<tr>{UNTIL_STORE}{STORE if with_store else ''}{DATES}</tr>"
    return format_html_join("\n", template, map(words.of_row, rows))


class Words:
    """What repeats from row to row, put together once for a page."""

    def __init__(self) -> None:
        self.end_word = escape(_("Required end"))
        flagged = flag("plain", SystemStatus.DLFL.label, "trash-2")
        self.flagged = format_html('<span class="only-phone">{}</span>', flagged)  # a desk shows all statuses
        self.urgent = flag("overdue", Priority.URGENT.label)
        self.lights = {colour: _light(colour) for colour in Light}
        self.system = {status: format_html(SYSTEM_STATUS, status.label, status.value) for status in (*PHASES, *MARKS)}
        self.phases = {phase: escape(phase.label) for phase in PHASES}
        self.paid = {state: _paid(state) for state in PaidState}
        self.today = cache(lambda zone: timezone.localdate(timezone=ZoneInfo(zone)))

    def of_row(self, row: Notification) -> dict[str, Any]:
        """The texts of one row by their names in the templates above."""
        colour = light_for(
            row.required_start, row.required_end, self.today(row.store.time_zone), row.phase == SystemStatus.NOCO
        )
        return {
            "pk": row.pk,
            "light": self.lights[colour],
            "text": row.description,
            "sign": self.flagged if row.is_flagged else self.urgent if row.is_urgent else "",
            "whose": row.member.name if row.member else row.reporter,
            "number": row.number,
            "type": row.type,
            "paid": self.paid[PaidState(row.paid)],
            "phase": self.phases[SystemStatus(row.phase)],
            "status_on_phone": f"·{row.user_status.name}" if row.user_status else "",
            "statuses": self._statuses(row),
            "agent": row.agent.name if row.agent else formats.NOTHING,
            "store": row.store.name,
            "start": short_day(row.required_start),
            "end": short_day(row.required_end),
            "end_word": self.end_word,
        }

    def _statuses(self, row: Notification) -> SafeString:
        """System statuses, below them the user statuses; each with its code."""
        shown = SafeString("".join([self.system[status] for status in row.system_statuses]))
        if row.user_status:
            shown += format_html(USER_STATUS, row.user_status.name, row.user_status.code)
        for extra in getattr(row, "extras", []):
            shown += format_html(EXTRA_STATUS, extra.status.name, extra.status.code)
        return shown


def _paid(state: PaidState) -> SafeString:
    return format_html(
        "<span{}>·{}</span>", SafeString(' class="c-paid"') if state == PaidState.PAID else "", state.label
    )


def _light(colour: Light) -> SafeString:
    done = colour == Light.DONE
    sign = icon_svg("circle-check", "", str(colour.label)) if done else light(colour, str(colour.label))
    return format_html('{}<span class="c-lightword">{}</span>', sign, colour.label)
