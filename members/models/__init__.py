from members.models.goods import Product
from members.models.imports import ImportRun
from members.models.people import AdvisorChange, Consent, Member, StatusChange
from members.models.sales import Receipt, ReceiptLine, SaleEntry
from members.models.tiers import ManualTier, OpeningBalance, ProgrammeVersion, Standing, Tier, TierChange
from members.models.visits import VisitNote

__all__ = [
    "AdvisorChange",
    "Consent",
    "ImportRun",
    "ManualTier",
    "Member",
    "OpeningBalance",
    "Product",
    "ProgrammeVersion",
    "Receipt",
    "ReceiptLine",
    "SaleEntry",
    "Standing",
    "StatusChange",
    "Tier",
    "TierChange",
    "VisitNote",
]
