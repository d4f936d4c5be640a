from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a staff member is; decides rows and actions (handbook 1)."""

    CLERK = "clerk", _("Clerk")
    STORE_MANAGER = "store_manager", _("Store manager")
    REGION_MANAGER = "region_manager", _("Region manager")
    SERVICE_AGENT = "service_agent", _("Service agent")
    ADMIN = "admin", _("Administrator")


# "Supervisor" = store manager or above (handbook 1).
SUPERVISORS = frozenset({Role.STORE_MANAGER, Role.REGION_MANAGER, Role.ADMIN})
STORE_BOUND = frozenset({Role.CLERK, Role.STORE_MANAGER, Role.SERVICE_AGENT})


class AuditAction(models.TextChoices):
    """What is written down because somebody must be able to ask later who did it."""

    PHONE_OPENED = "phone_opened", _("Phone number opened")
    EXPORTED = "exported", _("List exported")
    LOOKED_UP = "looked_up", _("Member of another store looked up")
    IMPORTED = "imported", _("File imported")
    RECEIPT_VOIDED = "receipt_voided", _("Receipt voided")
    TIER_SET = "tier_set", _("Tier set by hand")
    MEMBER_CHANGED = "member_changed", _("Member file changed")
    PDF_PRINTED = "pdf_printed", _("PDF printed")
