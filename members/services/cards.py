"""Card numbers given by the system (handbook 2)."""

from django.db import connection

from vipcrm.models import Store


def next_card_number(store: Store) -> str:
    """The next free card number of a store. Two clerks never get the same one; one that is not used leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_card_no(%s)", [store.code])
        return str(cursor.fetchone()[0])
