"""Notes on visits: no visit without one is the aim (handbook 2)."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import Member, Receipt, VisitNote
from vipcrm.models import Staff


class VisitNoteExists(Exception):
    """This sale already has a visit note."""


@transaction.atomic
def write_visit_note(
    member: Member,
    *,
    text: str,
    visited_on: date,
    satisfaction: int | None = None,
    receipt: Receipt | None = None,
    by: Staff,
) -> VisitNote:
    """The short story of a visit; with `receipt` that of a sale, once per sale: raises VisitNoteExists.

    `satisfaction` 1–5 or None.
    """
    try:
        with transaction.atomic():
            return VisitNote.objects.create(
                member=member,
                receipt=receipt,
                visited_on=visited_on,
                text=text.strip(),
                satisfaction=satisfaction,
                by=by,
            )
    except IntegrityError as error:
        if receipt is None or not VisitNote.objects.filter(receipt=receipt).exists():
            raise
        raise VisitNoteExists(_("This sale already has a visit note.")) from error
