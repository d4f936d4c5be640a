"""Card numbers given by the system (handbook 2)."""

from django.db import connection

from vipcrm.models import Store


def next_card_number(store: Store) -> str:
    """The next free card number of a store. Two clerks never get the same one; one that is not used leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_card_no(%s)", [store.code])
        return str(cursor.fetchone()[0])


def next_card_numbers(store: Store, count: int) -> list[str]:
    """As many free card numbers of a store as an import needs, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_card_no(%s) FROM generate_series(1, %s)", [store.code, count])
        return [row[0] for row in cursor.fetchall()]
