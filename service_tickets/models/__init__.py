from service_tickets.models.catalogues import CatalogueCode, CatalogueGroup, PartnerFunction
from service_tickets.models.notifications import ExtraStatus, Notification, NumberRange
from service_tickets.models.parts import Activity, Cause, HistoryEntry, Item, LongText, Partner, Task
from service_tickets.models.profiles import StatusProfile, UserStatus

__all__ = [
    "Activity",
    "CatalogueCode",
    "CatalogueGroup",
    "Cause",
    "ExtraStatus",
    "HistoryEntry",
    "Item",
    "LongText",
    "Notification",
    "NumberRange",
    "Partner",
    "PartnerFunction",
    "StatusProfile",
    "Task",
    "UserStatus",
]
