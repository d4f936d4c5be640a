"""A tier set by hand (handbook 3.7): a fact with a reason and a person, which the replay takes in."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import ManualTier, Member, Tier
from members.services.refresh import refresh_members
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.models import Staff


class TierNotSet(Exception):
    """The tier cannot be set as asked; the message says why."""


@transaction.atomic
def set_tier(
    member: Member, *, tier: str, reason: str, until: date | None = None, by: Staff, at: datetime
) -> ManualTier:
    """Sets a tier from now on; `until` None = until the next review. Purchases may lift above it.

    Supervisors only (handbook 1). Raises TierNotSet; recorded in the audit trail.
    """
    today = at.astimezone(member.home_store.tz).date()
    if not by.is_supervisor:
        raise TierNotSet(_("Only a store manager or above sets a tier by hand."))
    if not reason.strip():
        raise TierNotSet(_("Say why the tier is set by hand."))
    if until is not None and until <= today:
        raise TierNotSet(_("The last day lies after today."))
    if not Tier.objects.filter(code=tier).exists():
        raise TierNotSet(_("There is no tier “%(tier)s”.") % {"tier": tier})
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    manual: ManualTier = ManualTier.objects.create(
        member=member, tier=tier, at=at, on=today, until=until, reason=reason.strip()[:200], by=by
    )
    refresh_members([member.pk], at=at)
    record_event(AuditAction.TIER_SET, by=by, subject=member, tier=tier, reason=manual.reason)
    return manual
