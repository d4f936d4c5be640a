"""Filters of the list and of the work plan, all of them in the address."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Member
from service_tickets.enums import OPEN_PHASES, PHASES, NotificationType, SystemStatus
from service_tickets.forms.choices import date_field
from service_tickets.models import Notification, UserStatus
from service_tickets.querysets import NotificationQuerySet
from service_tickets.rules.dates import NUMBER_DIGITS
from vipcrm.formats import is_chinese
from vipcrm.models import Staff, Store

# How the list can be ordered: columns without nulls, the last one unique (vipcrm.paging); an index for each.
ORDERS: dict[str, tuple[str, ...]] = {
    "due": ("required_end", "pk"),
    "start": ("required_start", "pk"),
    "newest": ("-created_on", "-pk"),
}
ORDER_NAMES = [("due", _("Required end")), ("start", _("Required start")), ("newest", _("Newest"))]
DATES = {"created": "created_on", "start": "required_start", "end": "required_end"}
DATE_NAMES = [("end", _("Required end")), ("start", _("Required start")), ("created", _("Created on"))]
SHORTEST_TEXT = 2
MOST_PEOPLE = 200
_STATUS = ("pk", "profile__type", "code", "number", "name_zh", "name_en")
ME, NOBODY = "me", "none"


class FilterForm(forms.Form):
    """What the list can be narrowed down by. An odd value in an address is ignored, the rest holds."""

    phase = forms.MultipleChoiceField(required=False, choices=[(phase.value, phase.label) for phase in PHASES])
    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("All")), *NotificationType.choices])
    q = forms.CharField(label=_("Number or text"), required=False, max_length=60)
    status = forms.ChoiceField(label=_("Includes user status"), required=False)
    member = forms.CharField(label=_("Member"), required=False, max_length=60)
    agent = forms.ChoiceField(label=_("Person responsible"), required=False)
    store = forms.ChoiceField(label=_("Store"), required=False)
    dates = forms.ChoiceField(label=_("Dates of"), required=False, choices=DATE_NAMES)
    since = date_field(_("From"), required=False)
    until = date_field(_("Until"), required=False)
    sort = forms.ChoiceField(label=_("Sort by"), required=False, choices=[("", _("As usual")), *ORDER_NAMES])

    def __init__(self, data: QueryDict, *, staff: Staff) -> None:
        super().__init__(data)
        self.staff, self.params = staff, data
        self.statuses = list(UserStatus.objects.values_list(*_STATUS, named=True))
        self.stores = list(Store.objects.visible_to(staff).only("code", "name")) if staff.store_id is None else []
        people = Staff.objects.visible_to(staff).active().order_by("name")[:MOST_PEOPLE].values_list("pk", "name")
        self._set("status", [("", _("All")), *((s.code, self._words(s)) for s in self.statuses)])
        self._set("store", [("", _("All")), *((store.code, store.name) for store in self.stores)])
        names = [(str(pk), name) for pk, name in people]
        self._set(
            "agent",
            [
                ("", _("All")),
                (ME, pgettext_lazy("notifications", "Mine")),
                (NOBODY, pgettext_lazy("notifications", "Nobody")),
                *names,
            ],
        )
        self.is_valid()

    def _words(self, status: Any) -> str:
        return f"{status.profile__type} {status.name_zh if is_chinese() else status.name_en} {status.code}"

    def _set(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name) or ""

    @property
    def has_extras(self) -> bool:
        """Whether any profile knows unnumbered user statuses."""
        return any(status.number is None for status in self.statuses)

    @property
    def phases(self) -> list[str]:
        """The ticked boxes; none ticked means everything that is not completed."""
        return self.value("phase") or [phase.value for phase in OPEN_PHASES]

    @property
    def order(self) -> str:
        """Open ones by required end, or by start where a start was asked for; with completed ones the newest first."""
        if self.value("sort"):
            return str(self.value("sort"))
        if SystemStatus.NOCO in self.phases:
            return "newest"
        by_start = self.value("dates") == "start" and (self.value("since") or self.value("until"))
        return "start" if by_start else "due"

    def rows(self) -> NotificationQuerySet:
        """The notifications that the reader may see and asked for."""
        found: NotificationQuerySet = Notification.objects.visible_to(self.staff)
        typed = self.value("q").strip()
        if typed.isascii() and typed.isdigit() and 4 < len(typed) <= NUMBER_DIGITS:
            return found.filter(number=typed.zfill(NUMBER_DIGITS))  # a number is a number, whatever the boxes say
        if len(self.phases) < len(PHASES):
            found = found.filter(phase__in=self.phases)
        if len(typed) >= SHORTEST_TEXT:
            found = found.with_text(typed)
        return self._by_choice(self._by_dates(found))

    def _by_dates(self, found: NotificationQuerySet) -> NotificationQuerySet:
        column = DATES[self.value("dates") or "end"]
        if since := self.value("since"):
            found = found.filter(**{f"{column}__gte": since})
        if until := self.value("until"):
            found = found.filter(**{f"{column}__lte": until})
        return found

    def _by_choice(self, found: NotificationQuerySet) -> NotificationQuerySet:
        if self.value("type"):
            found = found.filter(type=self.value("type"))
        if status := next((s for s in self.statuses if s.code == self.value("status")), None):
            found = found.with_user_status(status.pk, numbered=status.number is not None)
        if store := next((s for s in self.stores if s.code == self.value("store")), None):
            found = found.filter(store=store)
        if agent := self.value("agent"):
            found = found.filter(agent=None if agent == NOBODY else self.staff.pk if agent == ME else int(agent))
        if typed := self.value("member").strip():
            found = found.filter(member__in=Member.objects.matching(typed).values("pk"))
        return found

    def choices_of(self, name: str) -> Any:
        return self.fields[name].choices

    @property
    def shown(self) -> list[str]:
        """The selects behind “More filters”."""
        return ["type", "status", "agent", *(["store"] if self.stores else []), "dates", "sort"]

    def more_in_use(self) -> bool:
        """Whether a filter that shows nowhere else is set, so that “More filters” stands open."""
        hidden = any(self.value(name) for name in ("status", "member", "store", "since", "until"))
        return hidden or self.value("agent") not in ("", ME)


class PlanForm(forms.Form):
    """Store and days of a work plan; without any: the own store, today and six days more."""

    store = forms.ChoiceField(label=_("Store"), required=False)
    since = date_field(_("From"), required=False)
    until = date_field(_("Until"), required=False)

    LONGEST = 62

    def __init__(self, data: QueryDict, *, staff: Staff, today: date) -> None:
        super().__init__(data)
        self.today = today
        own = [staff.store] if staff.store else []
        self.stores: list[Store] = own or list(Store.objects.visible_to(staff))
        self.fields["store"].choices = [(s.code, s.name) for s in self.stores]
        self.is_valid()
        self.initial_values()

    def initial_values(self) -> None:
        """What holds in place of what was not given or cannot be."""
        given = self.cleaned_data
        self.first: date = given.get("since") or self.today
        wanted = given.get("until") or self.first + timedelta(days=6)
        self.last: date = max(self.first, min(wanted, self.first + timedelta(days=self.LONGEST)))
        chosen = [store for store in self.stores if store.code == given.get("store")]
        self.place: Store | None = next(iter(chosen or self.stores), None)
