"""Whom a report is about: one store, the stores of a region, or all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.enums import ScopeKind
from reports.rules.months import is_over
from vipcrm.models import Region, Store


@dataclass(frozen=True)
class Scope:
    """`code`: store code, region name, "" for all. `stores`: those whose rows are counted, as they belong today."""

    kind: ScopeKind
    code: str
    name: str = field(compare=False)
    stores: tuple[Store, ...] = field(compare=False, default=())

    @property
    def store_ids(self) -> list[int]:
        return [store.pk for store in self.stores]

    @property
    def zones(self) -> set[ZoneInfo]:
        return {store.tz for store in self.stores} or {ZoneInfo(timezone.get_default_timezone_name())}

    @property
    def clock(self) -> Store | None:
        """The store in whose time moments of the report are written; None: the default zone."""
        return self.stores[0] if self.stores else None

    @property
    def zone(self) -> ZoneInfo:
        return self.clock.tz if self.clock else ZoneInfo(timezone.get_default_timezone_name())

    @property
    def label(self) -> str:
        return _("All stores") if self.kind == ScopeKind.ALL else self.name

    @property
    def query(self) -> dict[str, str]:
        """What stands in an address for this scope."""
        return {} if self.kind == ScopeKind.ALL else {self.kind.value: self.code}

    def month_is_over(self, month: date, at: datetime, *, hour: int = 0) -> bool:
        """Whether `month` has ended in every store of the scope, `hour` hours ago or more."""
        return is_over(month, at, self.zones, hour=hour)


def store_scope(store: Store) -> Scope:
    return Scope(ScopeKind.STORE, store.code, store.name, (store,))


def region_scope(region: Region, stores: Iterable[Store]) -> Scope:
    """`stores` may hold those of other regions; they are left out."""
    own = tuple(store for store in stores if store.region_id == region.pk)
    return Scope(ScopeKind.REGION, region.name, region.name, own)


def all_scope(stores: Iterable[Store]) -> Scope:
    return Scope(ScopeKind.ALL, "", "", tuple(stores))


def every_scope() -> Iterator[Scope]:
    """Each store, each region, the whole."""
    stores = list(Store.objects.order_by("code"))
    yield from (store_scope(store) for store in stores)
    yield from (region_scope(region, stores) for region in Region.objects.order_by("name"))
    yield all_scope(stores)
