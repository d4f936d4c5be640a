"""Filters, search and order of the member list, all of them in the address."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.enums import MemberStatus, Source
from members.models import Member
from members.overview import Programme
from members.querysets import MemberQuerySet
from members.rules import phones
from vipcrm.enums import Role
from vipcrm.models import Staff, Store

BEST = "best"
# How a list can be ordered: columns without nulls, the last one unique (vipcrm.paging).
ORDERS: dict[str, tuple[str, ...]] = {
    BEST: ("match_rank", "-last_on", "pk"),
    "last": ("-last_on", "pk"),
    "spend": ("-standing__spend", "pk"),
    "tier": ("-standing__rank", "pk"),
    "name": ("pinyin", "pk"),
    "enrolled": ("-enrolled_on", "-pk"),
}
ORDER_NAMES = [
    ("last", _("Last purchase")),
    ("spend", _("Spend")),
    ("tier", _("Tier")),
    ("name", _("Name")),
    ("enrolled", _("Newest members")),
]
SHOWN_STATUSES = [
    (MemberStatus.ACTIVE.value, MemberStatus.ACTIVE.label),
    (MemberStatus.LEFT.value, MemberStatus.LEFT.label),
]
MINE, NOBODY = "me", "none"


def date_field(label: Any) -> forms.DateField:
    """A day chosen with the browser's own calendar."""
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class MemberFilterForm(forms.Form):
    """Everything a list of members can be narrowed down by. An odd value in an address is ignored, the rest holds."""

    q = forms.CharField(required=False, max_length=60)
    tier = forms.MultipleChoiceField(label=_("Tier"), required=False, widget=forms.CheckboxSelectMultiple)
    store = forms.ChoiceField(label=_("Store"), required=False)
    advisor = forms.ChoiceField(label=_("Advisor"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("Active")), SHOWN_STATUSES[1]])
    source = forms.ChoiceField(label=_("Source"), required=False, choices=[("", _("All")), *Source.choices])
    month = forms.TypedChoiceField(
        label=_("Birthday month"),
        required=False,
        coerce=int,
        choices=[("", _("All")), *((month, str(month)) for month in range(1, 13))],
    )
    quiet = forms.IntegerField(label=_("No purchase for days"), required=False, min_value=1, max_value=20_000)
    bought_from = date_field(_("Last purchase from"))
    bought_until = date_field(_("Last purchase until"))
    enrolled_from = date_field(_("Enrolled from"))
    enrolled_until = date_field(_("Enrolled until"))
    sort = forms.ChoiceField(label=_("Sort by"), required=False, choices=[("", ""), *ORDER_NAMES])

    fields: dict[str, Any]  # choices are set below
    data: QueryDict

    def __init__(self, data: QueryDict, *, staff: Staff, programme: Programme) -> None:
        super().__init__(data)
        self.staff, self.today = staff, programme.today
        self.fields["tier"].choices = [(tier.code, tier.name) for tier in programme.current]
        self.stores = list(Store.objects.visible_to(staff)) if self.sees_several and self.asks_more else []
        self.fields["store"].choices = [("", _("All")), *((s.code, s.name) for s in self.stores)]
        self.advisors = self._advisors() if self.asks_more else []
        names = [(str(advisor.pk), advisor.name) for advisor in self.advisors]
        self.fields["advisor"].choices = [("", _("All")), (MINE, _("Mine")), (NOBODY, _("Nobody")), *names]
        self.is_valid()

    @property
    def asks_more(self) -> bool:
        """Whether the panel of all filters is open, or a store or an advisor is chosen by name."""
        named = self.data.get("store") or self.data.get("advisor", "") not in ("", MINE, NOBODY)
        return "more" in self.data or bool(named)

    @property
    def sees_several(self) -> bool:
        """Whether the reader's members belong to more than one store."""
        return self.staff.role in (Role.REGION_MANAGER, Role.ADMIN)

    @property
    def shows_store(self) -> bool:
        """Whose member she is, is no question within one store. Head office helps the members of all."""
        store = self.staff.store
        return self.sees_several or (store is not None and store.is_head_office)

    def _advisors(self) -> list[Staff]:
        """The colleagues of the store, or of the store that was chosen."""
        store = self.data.get("store", "").replace("\0", "")  # PostgreSQL takes none in a text
        if self.sees_several and not store:
            return []
        seen = Staff.objects.visible_to(self.staff).active()
        return list(seen.filter(store__code=store) if self.sees_several else seen)

    @property
    def typed(self) -> str:
        return str(self.cleaned_data.get("q") or "")

    @property
    def typed_quoted(self) -> str:
        """The search as it stands in an address."""
        return quote(self.typed)

    @property
    def phone(self) -> str:
        """What was typed, as a phone number in its one form; "" if it is none."""
        return phones.try_normalise(self.typed)

    @property
    def order(self) -> str:
        """Key of `ORDERS`: as chosen; the best match for a search, else the last purchase."""
        return str(self.cleaned_data.get("sort") or (BEST if self.typed else "last"))

    def members(self) -> MemberQuerySet:
        """The members `staff` may see that pass the filters, without the search."""
        return Member.objects.visible_to(self.staff).filter(self._conditions())

    def page_rows(self) -> QuerySet[Any, Any]:
        """Filters and search, as named tuples of what a row shows (`SHOWN`); the order is the page's."""
        found = self.members()
        found = found.best_matches(self.typed, self.phone) if self.typed else found
        rank = ["match_rank"] if self.typed else []
        store = ["home_store__name"] if self.shows_store else []
        return found.with_standing().values_list(*SHOWN, *rank, *store, named=True)

    def all_rows(self) -> MemberQuerySet:
        """The same without the limit of a search, for the export."""
        found = self.members().with_standing().matching(self.typed, self.phone)
        return found.select_related("advisor", "home_store", "standing")

    def _conditions(self) -> Q:
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None, [])}
        wanted = self._status(given)
        for name, value in given.items():
            condition = CONDITIONS.get(name)
            wanted &= condition(value) if condition else Q()
        if "quiet" in given:
            wanted &= Q(standing__last_purchase_on__lte=self.today - timedelta(days=given["quiet"]))
        if given.get("advisor") == MINE:
            wanted &= Q(advisor=self.staff)
        return wanted

    def _status(self, given: dict[str, Any]) -> Q:
        """Members who left are found by a search or by asking for them; merged and erased ones never."""
        if "status" in given:
            return Q(status=given["status"])
        return (
            Q(status__in=[value for value, _label in SHOWN_STATUSES]) if self.typed else Q(status=MemberStatus.ACTIVE)
        )

    @property
    def count_more(self) -> int:
        """How many filters are set that stand under “More filters”."""
        return sum(self.cleaned_data.get(name) not in ("", None, []) for name in MORE)


def _advisor(value: str) -> Q:
    if value == MINE:
        return Q()
    return Q(advisor__isnull=True) if value == NOBODY else Q(advisor_id=int(value))


# The columns that a row shows or that order it.
SHOWN = (
    *("pk", "name", "phone", "card_no", "status", "pinyin", "enrolled_on", "advisor__name", "last_on"),
    *(f"standing__{name}" for name in ("tier", "rank", "purchases", "spend", "last_purchase_on")),
)
CONDITIONS: dict[str, Any] = {
    "tier": lambda codes: Q(standing__tier__in=codes),
    "store": lambda code: Q(home_store__code=code),
    "advisor": _advisor,
    "source": lambda source: Q(source=source),
    "month": lambda month: Q(birth_month=month),
    "bought_from": lambda day: Q(standing__last_purchase_on__gte=day),
    "bought_until": lambda day: Q(standing__last_purchase_on__lte=day),
    "enrolled_from": lambda day: Q(enrolled_on__gte=day),
    "enrolled_until": lambda day: Q(enrolled_on__lte=day),
}
MORE = (
    "store",
    "advisor",
    "status",
    "source",
    "quiet",
    "bought_from",
    "bought_until",
    "enrolled_from",
    "enrolled_until",
)
