"""What lower apps tell followups: receipts changed, a member was handed over, somebody left, a calendar changed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from followups.services import follow_members, hand_out_steps, refresh_steps, refresh_steps_of_stores
from members.signals import members_handed_over, receipts_changed
from vipcrm.signals import calendars_changed, staff_moved


@receiver(receipts_changed, dispatch_uid="followups.refresh_steps")
def on_receipts_changed(receipt_ids: Sequence[int], at: datetime | None = None, **_rest: Any) -> Counter[str]:
    """Steps of these receipts, in the transaction that recorded them. Returns what was written, for `rebuild`."""
    return refresh_steps(receipt_ids, at=at)


@receiver(members_handed_over, dispatch_uid="followups.follow_members")
def on_members_handed_over(member_ids: Sequence[int], by_id: int | None, at: datetime, **_rest: Any) -> int:
    """Open steps go with the member."""
    return follow_members(member_ids, by_id=by_id, at=at)


@receiver(staff_moved, dispatch_uid="followups.hand_out_steps")
def on_staff_moved(staff_ids: Sequence[int], by_id: int | None, at: datetime, **_rest: Any) -> int:
    """Open steps of those who left go to colleagues."""
    return hand_out_steps(staff_ids, by_id=by_id, at=at)


@receiver(calendars_changed, dispatch_uid="followups.refresh_steps_of_stores")
def on_calendars_changed(store_ids: Sequence[int], at: datetime, **_rest: Any) -> Counter[str]:
    """Due days by the new calendar."""
    return refresh_steps_of_stores(store_ids, at=at)
