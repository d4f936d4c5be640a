"""What members tells followups: receipts were recorded, corrected, returned, voided (style.md, the one signal)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from followups.services import refresh_steps
from members.signals import receipts_changed


@receiver(receipts_changed, dispatch_uid="followups.refresh_steps")
def on_receipts_changed(receipt_ids: Sequence[int], at: datetime | None = None, **_rest: Any) -> Counter[str]:
    """Steps of these receipts, in the transaction that recorded them. Returns what was written, for `rebuild`."""
    return refresh_steps(receipt_ids, at=at)
