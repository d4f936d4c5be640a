"""The member list as a file: what is seen, as far as the reader sees it, and written down who took how many rows."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from members.forms.filters import ORDERS, MemberFilterForm
from members.models import Member
from members.overview import Programme, load_programme
from members.views.file import birthday_text
from members.views.lists import today_of
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction, Role
from vipcrm.models import Staff
from vipcrm.requests import StaffRequest
from vipcrm.tabular.writing import write_csv, write_xlsx

FORMS: dict[str, Any] = {"csv": write_csv, "xlsx": write_xlsx}
AT_ONCE = 2_000
IN_MEMORY = 2_000_000


@require_GET
def export_members(request: StaffRequest, form: str) -> HttpResponseBase:
    """CSV or XLSX of the list with its filters and its order. Phone numbers are masked but for an administrator:
    a file leaves the house, and opening one number is recorded, so opening all of them may not be a side door."""
    if form not in FORMS:
        raise Http404
    programme = load_programme(today_of(request.user))
    filters = MemberFilterForm(request.GET, staff=request.user, programme=programme)
    order = [key for key in ORDERS[filters.order] if key != "match_rank"]
    members = filters.all_rows().order_by(*order)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    with transaction.atomic():
        counted = Counted(_rows(members.iterator(AT_ONCE), programme, request.user))
        FORMS[form](file, _headers(), counted)
        record_event(
            AuditAction.EXPORTED,
            by=request.user,
            subject="members.member",
            rows=counted.count,
            filters=request.GET.urlencode(),
        )
    file.seek(0)
    return FileResponse(_as_binary(file), as_attachment=True, filename=f"members-{programme.today}.{form}")


def _as_binary(file: Any) -> IO[bytes]:
    return file


class Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterator[list[object]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[list[object]]:
        for row in self.rows:
            self.count += 1
            yield row


def _headers() -> list[str]:
    return [
        _("Card number"),
        _("Name"),
        _("Phone"),
        _("Tier"),
        _("Tier since"),
        _("Home store"),
        _("Advisor"),
        _("Birthday"),
        _("Source"),
        _("Status"),
        _("Enrolled on"),
        _("Purchases"),
        _("Spend ¥"),
        _("Last purchase"),
    ]


def _rows(members: Iterator[Member], programme: Programme, reader: Staff) -> Iterator[list[object]]:
    full = reader.role == Role.ADMIN
    for member in members:
        standing = member.standing
        yield [
            member.card_no,
            member.name,
            member.phone if full else member.masked_phone,
            programme.name(standing.tier),
            standing.tier_since,
            member.home_store.name,
            member.advisor.name if member.advisor else "",
            birthday_text(member),
            member.source_label,
            member.get_status_display(),
            member.enrolled_on,
            standing.purchases,
            standing.spend,
            standing.last_purchase_on,
        ]
