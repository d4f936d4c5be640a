from django.dispatch import Signal

# The only ways members speaks to the apps above it (style.md). All are sent inside the transaction.
# receipts_changed: receipt_ids: list[int] – recorded, corrected, returned against, voided, or moved to another member.
receipts_changed = Signal()
# members_handed_over: member_ids, by_id, at – the advisor or the home store is another one now.
members_handed_over = Signal()
