"""What the call sheet says: who she is, what she bought, how to say it, how to reach her, what was said before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.day import goods_text, opens_text, outcome_text
from followups.models import Step, StepEvent
from followups.rules import NO_ANSWERS_AT_MOST, Window, fill_script, salutation
from followups.services.events import hours_of
from members.enums import Calendar, Channel, ConsentState
from members.models import Member, VisitNote
from members.overview import Programme, TierProgress, consents_by_member, load_programme, tier_progress
from vipcrm import formats
from vipcrm.models import Staff

NOTES = 2


@dataclass(frozen=True)
class Note:
    """Something written about her: after a visit, or after an earlier contact."""

    on: date
    text: str
    source: str


@dataclass(frozen=True)
class Sheet:
    """Everything on the call sheet of one step; `also` are steps that the same call may close."""

    step: Step
    also: list[Step]
    programme: Programme
    progress: TierProgress
    script: list[tuple[str, bool]]
    message: str
    notes: list[Note]
    hours: Window
    cannot_call: str
    consents: Mapping[str, str]

    @property
    def member(self) -> Member:
        return self.step.member

    @property
    def tries(self) -> int:
        """How many times nobody answers including the next."""
        return self.step.no_answers + 1

    @property
    def is_last_try(self) -> bool:
        return self.tries >= NO_ANSWERS_AT_MOST

    @property
    def shows_number(self) -> bool:
        """Whether the page holds the whole number; then opening it is recorded."""
        return self.step.is_open and not self.cannot_call

    @property
    def tel(self) -> str:
        return f"tel:{self.member.phone}"

    @property
    def sms(self) -> str:
        return f"sms:{self.member.phone}?body={quote(self.message)}"

    @property
    def asks_consent(self) -> bool:
        """Not asked yet: the first contact asks (handbook 6.8)."""
        return not self.consents

    @property
    def person(self) -> str:
        """`38 岁·小学老师·会员 2 年 6 个月`"""
        today = self.programme.today
        parts = [_age_text(self.member, today), self.member.occupation, _membership_text(self.member, today)]
        return "·".join(part for part in parts if part)

    @property
    def goods(self) -> list[Any]:
        return [line for line in self.step.receipt.lines.all() if line.quantity > line.returned_quantity]


def sheet_of(step: Step, *, by: Staff, at: datetime) -> Sheet:
    """The sheet as `by` sees it at `at`."""
    here = at.astimezone(step.store.tz)
    programme = load_programme(here.date())
    progress = tier_progress(getattr(step.member, "standing", None), programme)
    consents = consents_by_member([step.member_id]).get(step.member_id, {})
    hours = hours_of(step, here.date())
    words = _words(step, by, progress)
    return Sheet(
        step=step,
        also=_also(step),
        programme=programme,
        progress=progress,
        script=fill_script(step.plan_step.script, words),
        message="".join(piece for piece, _filled in fill_script(step.plan_step.message, words)),
        notes=_notes(step),
        hours=hours,
        cannot_call=_why_not(step, hours, here, consents),
        consents=consents,
    )


def _also(step: Step) -> list[Step]:
    """Other open steps of hers due on the same day: one call may close them too (handbook 6.1)."""
    same = Step.objects.open().filter(member_id=step.member_id, due_on=step.due_on).exclude(pk=step.pk)
    return list(same.select_related("plan_step").order_by("plan_step__day")) if step.is_open else []


def _words(step: Step, by: Staff, progress: TierProgress) -> dict[str, str]:
    first = next((line.product_name for line in step.receipt.lines.all()), "")
    missing = progress.missing_to_keep or progress.missing
    return {
        "name": salutation(step.member.name, step.member.gender, chinese=formats.is_chinese()),
        "clerk": by.name,
        "store": step.store.name,
        "product": first,
        "products": goods_text(step),
        "day": formats.day(step.receipt.sold_on, weekday=False),
        "tier": progress.tier.name if progress.tier else "",
        "missing": formats.money(missing) if missing else "",
    }


def _why_not(step: Step, hours: Window, here: datetime, consents: Mapping[str, str]) -> str:
    """Why her number cannot be dialled now, with the way out; "" when it can."""
    if not step.member.phone:
        return _("No number in her file: write to her on WeChat.")
    if step.member.wrong_number:
        return _("Her number is wrong. Ask for the new one when she comes, and write it into her file.")
    if consents.get(Channel.PHONE) == ConsentState.REFUSED:
        return _("She does not want calls: send the text instead.")
    if not hours.holds(here.time()):
        return _("It is %(now)s, outside her contact hours. From %(opens)s on.") % {
            "now": f"{here:%H:%M}",
            "opens": opens_text(hours, here),
        }
    return ""


def _notes(step: Step) -> list[Note]:
    visits = VisitNote.objects.filter(member_id=step.member_id).select_related("by").order_by("-visited_on", "-pk")
    events = StepEvent.objects.results().filter(step__member_id=step.member_id).with_step().order_by("-at")
    found = [Note(note.visited_on, note.text, _visit_source(note)) for note in visits[:NOTES]]
    found += [Note(event.on, event.note, outcome_source(event)) for event in events.exclude(note="")[:NOTES]]
    return sorted(found, key=lambda note: note.on, reverse=True)[:NOTES]


def _visit_source(note: VisitNote) -> str:
    return _("%(day)s visit·%(by)s") % {"day": formats.day(note.visited_on, weekday=False), "by": note.by.name}


def outcome_source(event: StepEvent) -> str:
    """`6月13日 跟进·接通，满意度 4`"""
    outcome = outcome_text(event).partition(" ")[2]
    day = formats.day(event.on, weekday=False)
    return _("%(day)s %(step)s·%(outcome)s") % {"day": day, "step": event.step.plan_step.name, "outcome": outcome}


def _age_text(member: Member, today: date) -> str:
    if member.birth_calendar != Calendar.SOLAR or not member.birth_year:
        return ""
    birthday = (member.birth_month, member.birth_day)
    years = today.year - member.birth_year - ((today.month, today.day) < birthday)
    return _("%(years)s years old") % {"years": years}


def _membership_text(member: Member, today: date) -> str:
    months = (today.year - member.enrolled_on.year) * 12 + today.month - member.enrolled_on.month
    months -= today.day < member.enrolled_on.day
    years, rest = divmod(max(months, 0), 12)
    parts = [ngettext("%(n)s year", "%(n)s years", years) % {"n": years}] if years else []
    parts += [ngettext("%(n)s month", "%(n)s months", rest) % {"n": rest}] if rest else []
    return _("member for %(time)s") % {"time": " ".join(parts)} if parts else _("member since this month")
