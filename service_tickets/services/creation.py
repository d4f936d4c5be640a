"""New notifications: the number, the data filled in, the first statuses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from members.models import Member, Receipt
from service_tickets.enums import (
    Action,
    HistoryKind,
    Kind,
    NotificationType,
    PaidState,
    Priority,
    SystemStatus,
    TaskStatus,
)
from service_tickets.models import ExtraStatus, HistoryEntry, LongText, Notification, UserStatus
from service_tickets.rules.actions import first_state, missing_reason, needs_approval
from service_tickets.rules.dates import number_text, usual_end
from service_tickets.rules.system import task_marks
from service_tickets.rules.values import Reason, State
from service_tickets.services.errors import MoveNotAllowed
from service_tickets.services.partners import PartnerInput, insert_partner
from service_tickets.services.parts import CauseInput, ItemInput, TaskInput, insert_item, insert_task
from service_tickets.services.required import missing_functions
from service_tickets.services.states import profile_of
from vipcrm.enums import Role
from vipcrm.models import Staff, Store

SHORT_TEXT = 40


@dataclass(frozen=True)
class Header:
    """The header fields that a person can write. Days are the store's."""

    type: NotificationType
    description: str
    required_start: date
    required_end: date
    kind: str = ""
    reporter: str = ""
    priority: str = Priority.MEDIUM
    paid: str = PaidState.PAID
    agent: Staff | None = None
    work_centre: str = ""
    location: str = ""
    sales_group: str = ""
    po_number: str = ""
    po_date: date | None = None
    sold_to: Member | None = None  # None: the member


def draft_header(
    *,
    store: Store,
    today: date,
    by: Staff,
    type_: NotificationType = NotificationType.Z1,
    receipt: Receipt | None = None,
    copy_of: Notification | None = None,
) -> Header:
    """The header with everything filled in that is known already: from a copied notification, a receipt, the store.

    Z1 takes the receipt's number and date as PO; Z2 leaves them to head office's delivery (types table).
    """
    if copy_of is not None:
        names = [name for name in Header.__dataclass_fields__ if name not in {"type", "required_start", "required_end"}]
        kept = {name: getattr(copy_of, name) for name in names}
        end = usual_end(today, priority=copy_of.priority, kind=copy_of.kind)
        return Header(type=NotificationType(copy_of.type), required_start=today, required_end=end, **kept)
    is_service = type_ == NotificationType.Z1
    return Header(
        type=type_,
        description="",
        required_start=today,
        required_end=usual_end(today, priority=Priority.MEDIUM, kind=""),
        reporter=by.name,
        paid=PaidState.PAID if is_service else PaidState.UNPAID,
        agent=_agent_of(store, type_),
        po_number=receipt.number if receipt and is_service else "",
        po_date=receipt.sold_on if receipt and is_service else None,
    )


def _agent_of(store: Store, type_: NotificationType) -> Staff | None:
    """The service agent of the store (Z2: a complaint handler of head office), where there is just one."""
    agents = Staff.objects.active().filter(role=Role.SERVICE_AGENT)
    wanted = agents.filter(store__is_head_office=True) if type_ == NotificationType.Z2 else agents.filter(store=store)
    found: list[Staff] = list(wanted[:2])
    return found[0] if len(found) == 1 else None


def items_of(notification: Notification) -> list[ItemInput]:
    """The items as they would be keyed in again: what is copied with a reference."""
    rows = notification.items.select_related("product_type__group", "colour__group", "damage__group")
    return [
        ItemInput(
            product_type=item.product_type,
            colour=item.colour,
            material=item.material,
            name=item.name,
            quantity=item.quantity,
            damage=item.damage,
            text=item.text,
            causes=[CauseInput(cause.code, cause.text, cause.maker) for cause in item.causes.all()],
        )
        for item in rows.prefetch_related("causes__code__group")
    ]


@transaction.atomic
def create_notification(
    *,
    store: Store,
    header: Header,
    member: Member | None = None,
    receipt: Receipt | None = None,
    followup_step: int | None = None,
    copied_from: Notification | None = None,
    text: str = "",
    items: Sequence[ItemInput] = (),
    tasks: Sequence[TaskInput] = (),
    partners: Sequence[PartnerInput] = (),
    incomplete: bool = False,
    by: Staff,
    at: datetime,
) -> Notification:
    """Creates a notification with its first statuses, history, long text, items, tasks; returns it with its number.

    The number is taken last and under a lock that ends with the transaction: none is lost, none is given twice.
    Raises MoveNotAllowed where the member or a required partner is missing. `incomplete`: partners may still be
    missing; they are asked for before anybody puts it in process.
    """
    member = member or (receipt.member if receipt else None)
    _check_belongs(header, member, receipt)
    if not incomplete:
        _check_partners(header, member, partners)
    state = first_state(profile_of(header.type))
    state = replace(state, asked=header.type == NotificationType.Z2)
    notification = _insert(
        store, header, state, by=by, at=at, member=member, receipt=receipt,
        followup_step=followup_step, copied_from=copied_from, task_count=len(tasks),
    )  # fmt: skip
    for item in items:
        insert_item(notification, item)
    for task in tasks:
        insert_task(notification, task, by=by, at=at)
    for partner in partners:
        insert_partner(notification, partner)
    if text.strip():
        LongText.objects.create(notification=notification, text=text.strip(), at=at, by=by)
    return notification


def _check_belongs(header: Header, member: Member | None, receipt: Receipt | None) -> None:
    if member is None and receipt is None:
        raise MoveNotAllowed([Reason("nobody", _("A notification belongs to a member or a receipt."))])
    if not header.description.strip():
        raise MoveNotAllowed([Reason("no_text", _("Say in a few words what it is about."))])
    if header.required_end < header.required_start:
        raise MoveNotAllowed([Reason("dates", _("The required end is not before the start."))])


def _check_partners(header: Header, member: Member | None, partners: Sequence[PartnerInput]) -> None:
    played = {partner.function.code for partner in partners}
    in_header = {"SP": header.sold_to or member, "SH": member, "VW": header.agent}
    played |= {code for code, who in in_header.items() if who is not None}
    if missing := missing_functions(header.type, played):
        raise MoveNotAllowed([missing_reason(missing)])


def _insert(
    store: Store, header: Header, state: State, *, by: Staff, at: datetime, task_count: int, **links: object
) -> Notification:
    tz_day = at.astimezone(store.tz).date()
    if task_count:
        state = replace(state, marks=state.marks | task_marks([TaskStatus.CREATED]))
    goes_at_once = state.asked and not needs_approval(state)
    statuses = {s.code: s for s in UserStatus.objects.filter(profile__type=header.type)}
    values = {name: getattr(header, name) for name in Header.__dataclass_fields__}
    values["description"] = header.description.strip()[:SHORT_TEXT]
    notification = Notification.objects.create(
        **values,
        **links,
        store=store,
        sales_org=store.sales_org,
        business_area=store.business_area,
        phase=state.phase,
        marks=sorted(state.marks),
        user_status=statuses[state.numbered.code] if state.numbered else None,
        asked_at=at if state.asked else None,
        approved_at=at if state.approved else None,
        passed_on_to=Store.objects.filter(is_head_office=True).order_by("code").first() if goes_at_once else None,
        passed_on_at=at if goes_at_once else None,
        created_at=at,
        created_on=tz_day,
        created_by=by,
        number=next_number(),
    )
    ExtraStatus.objects.bulk_create(
        ExtraStatus(notification=notification, status=statuses[s.code]) for s in state.extras
    )
    _write_first(notification, state, by=by, at=at)
    return notification


def _write_first(notification: Notification, state: State, *, by: Staff, at: datetime) -> None:
    changes = [(HistoryKind.SYSTEM, SystemStatus.OSNO), *((HistoryKind.SYSTEM, mark) for mark in sorted(state.marks))]
    changes += [(HistoryKind.USER, status.code) for status in state.user]  # type: ignore[misc]
    HistoryEntry.objects.bulk_create(
        HistoryEntry(notification=notification, at=at, by=by, action=Action.CREATE, kind=kind, new=code)
        for kind, code in changes
    )


NEXT_NUMBER = """
INSERT INTO service_tickets_numberrange AS r (name, last) VALUES ('notification', 10000001)
ON CONFLICT (name) DO UPDATE SET last = r.last + 1 RETURNING last
"""


def next_number() -> str:
    """The next number, ten digits. Its row stays locked until the transaction ends; a rollback gives it back."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER)
        return number_text(cursor.fetchone()[0])


@transaction.atomic
def open_complaint(
    *, member: Member, step_ref: int | None, receipt: Receipt | None, text: str, by: Staff, at: datetime
) -> Notification:
    """A complaint that came up in a follow-up becomes a service notification; the one thing followups calls.

    `text` is what the customer said: its beginning becomes the short text, all of it the long text. A partner that the
    type requires may be missing: what she said is never lost for that. Safe to repeat: the same `step_ref` gives the
    same notification.
    """
    earlier = Notification.objects.filter(followup_step=step_ref).first() if step_ref is not None else None
    if earlier is not None:
        return earlier
    store = member.home_store
    today = at.astimezone(store.tz).date()
    draft = draft_header(store=store, today=today, by=by, receipt=receipt)
    header = replace(
        draft,
        kind=Kind.COMPLAINT,
        description=_first_words(text),
        required_end=usual_end(today, priority=draft.priority, kind=Kind.COMPLAINT),
    )
    return create_notification(
        store=store, header=header, member=member, receipt=receipt, followup_step=step_ref, text=text,
        incomplete=True, by=by, at=at,
    )  # fmt: skip


def _first_words(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0][:SHORT_TEXT] if lines else _("Complaint from a follow-up")
