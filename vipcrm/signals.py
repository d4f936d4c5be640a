from django.dispatch import Signal

# What vipcrm tells the apps above it, inside the transaction that wrote it. Sent twice it does no harm.
# calendars_changed: store_ids, at – the days or hours on which these stores are open.
calendars_changed = Signal()
# staff_moved: staff_ids, by_id, at – they left, or work in another store now. Answers: how much was handed out.
staff_moved = Signal()
