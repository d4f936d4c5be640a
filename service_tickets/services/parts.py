"""What is added to a notification: items, tasks, activities, texts, partners."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from service_tickets.enums import OPEN_TASKS, Action, Catalogue, HistoryKind
from service_tickets.models import Activity, CatalogueCode, Cause, HistoryEntry, Item, LongText, Notification, Task
from service_tickets.rules.actions import after_action, why_not, why_not_task
from service_tickets.rules.system import TASK_MOVES
from service_tickets.rules.values import Reason, State
from service_tickets.services.errors import MoveNotAllowed
from service_tickets.services.states import load_state, locked, refuse, store_state
from vipcrm.models import Staff


@dataclass(frozen=True)
class CauseInput:
    code: CatalogueCode | None = None
    text: str = ""
    maker: str = ""


@dataclass(frozen=True)
class ItemInput:
    """One item as keyed in; codes come from catalogues B (product type), F (colour), C (damage), 5 (causes)."""

    product_type: CatalogueCode | None = None
    colour: CatalogueCode | None = None
    material: str = ""
    name: str = ""
    quantity: int = 1
    damage: CatalogueCode | None = None
    text: str = ""
    causes: Sequence[CauseInput] = ()


@dataclass(frozen=True)
class TaskInput:
    text: str
    code: CatalogueCode | None = None
    item: Item | None = None
    responsible: Staff | None = None
    responsible_name: str = ""
    planned_start: date | None = None
    planned_end: date | None = None


@transaction.atomic
def add_item(notification: Notification, *, item: ItemInput, by: Staff, at: datetime) -> Item:
    """Adds an item with its causes."""
    fresh = _open_for(notification, Action.ADD_ITEM, by=by, at=at)
    return insert_item(fresh, item)


@transaction.atomic
def change_item(item: Item, *, to: ItemInput, expected: int | None = None, by: Staff, at: datetime) -> Item:
    """Replaces what an item says, its causes included; the history keeps both. Raises ChangedMeanwhile like a move."""
    fresh = _open_for(item.notification, Action.ADD_ITEM, by=by, at=at, expected=expected)
    _check_item(to)
    old = summary_of(Item.objects.get(pk=item.pk))
    for name in ("product_type", "colour", "material", "name", "quantity", "damage", "text"):
        setattr(item, name, getattr(to, name))
    item.save()
    item.causes.all().delete()
    _insert_causes(item, to.causes)
    if (new := summary_of(item)) != old:
        HistoryEntry.objects.create(
            notification=fresh, at=at, by=by, action=Action.ADD_ITEM, kind=HistoryKind.CHANGE, subject="item",
            old=old, new=new,
        )  # fmt: skip
    return item


def summary_of(item: Item) -> str:
    """What the history keeps of an item: thing, colour, quantity, damage, causes."""
    causes = [", ".join(filter(None, (c.code and c.code.name, c.text, c.maker))) for c in item.causes.all()]
    parts = (str(item), item.material, item.colour and item.colour.name, f"× {item.quantity}")
    return "·".join(filter(None, (*parts, item.damage and item.damage.name, *causes, item.text)))[:200]


def insert_item(notification: Notification, item: ItemInput) -> Item:
    """The bare rows of an item, for callers that hold the lock and have checked the action."""
    _check_item(item)
    made = Item.objects.create(
        notification=notification,
        position=_next_position(notification.items),
        product_type=item.product_type,
        colour=item.colour,
        material=item.material,
        name=item.name,
        quantity=item.quantity,
        damage=item.damage,
        text=item.text,
    )
    _insert_causes(made, item.causes)
    return made


def _insert_causes(item: Item, causes: Sequence[CauseInput]) -> None:
    Cause.objects.bulk_create(Cause(item=item, code=c.code, text=c.text, maker=c.maker) for c in causes)


def _check_item(item: ItemInput) -> None:
    check_code(item.product_type, Catalogue.PRODUCT)
    check_code(item.colour, Catalogue.COLOUR)
    check_code(item.damage, Catalogue.DAMAGE)
    for cause in item.causes:
        check_code(cause.code, Catalogue.CAUSE)


def check_code(code: CatalogueCode | None, catalogue: Catalogue) -> None:
    """Raises MoveNotAllowed where a code comes from another catalogue."""
    if code is not None and code.group.catalogue != catalogue:
        text = _("%(code)s is not a code of catalogue %(catalogue)s.")
        raise MoveNotAllowed([Reason("catalogue", text % {"code": code.code, "catalogue": catalogue.label})])


def _next_position(rows: object) -> int:
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1  # type: ignore[attr-defined]


@transaction.atomic
def add_task(notification: Notification, *, task: TaskInput, by: Staff, at: datetime) -> Task:
    """Adds a task: the notification cannot be completed before it is."""
    fresh = locked(notification)
    before = load_state(fresh)
    refuse(why_not(Action.ADD_TASK, before))
    made = insert_task(fresh, task, by=by, at=at)
    _after_task(fresh, before, Action.ADD_TASK, by=by, at=at)
    return made


def insert_task(notification: Notification, task: TaskInput, *, by: Staff, at: datetime) -> Task:
    """The bare rows of a task, for callers that hold the lock and set the notification's marks."""
    check_code(task.code, Catalogue.TASK)
    if task.item is not None and task.item.notification_id != notification.pk:
        raise MoveNotAllowed([Reason("item", _("The item belongs to another notification."))])
    made = Task.objects.create(
        notification=notification,
        position=_next_position(notification.tasks),
        text=task.text.strip() or (task.code.name if task.code else ""),
        code=task.code,
        item=task.item,
        responsible=task.responsible,
        responsible_name=task.responsible_name,
        planned_start=task.planned_start,
        planned_end=task.planned_end,
    )
    _write_task(made, "", Action.ADD_TASK, by=by, at=at)
    return made


@transaction.atomic
def move_task(task: Task, *, action: Action, by: Staff, at: datetime) -> Task:
    """Releases, completes, marks successful (Action.RELEASE_TASK, COMPLETE_TASK, CONFIRM_TASK)."""
    fresh = locked(task.notification)
    task = Task.objects.get(pk=task.pk)
    before = load_state(fresh)
    refuse(why_not_task(action, task.status, before))
    old, task.status = task.status, TASK_MOVES[action][1]
    task.save(update_fields=["status"])
    _write_task(task, old, action, by=by, at=at)
    _after_task(fresh, before, action, by=by, at=at)
    return task


def _write_task(task: Task, old: str, action: Action, *, by: Staff, at: datetime) -> None:
    HistoryEntry.objects.create(
        notification_id=task.notification_id,
        at=at,
        by=by,
        action=action,
        kind=HistoryKind.TASK,
        old=old,
        new=task.status,
        subject=task.text,
    )


def _after_task(fresh: Notification, before: State, action: Action, *, by: Staff, at: datetime) -> None:
    rows = list(fresh.tasks.order_by("position").values_list("status", "text"))
    known = replace(before, open_tasks=tuple(text for status, text in rows if status in OPEN_TASKS))
    after = after_action(action, known, [status for status, _text in rows])
    store_state(fresh, before, after, action=action, by=by, at=at)


@transaction.atomic
def add_activity(
    notification: Notification,
    *,
    text: str,
    done_at: datetime,
    code: CatalogueCode | None = None,
    by: Staff,
    at: datetime,
) -> Activity:
    """Writes down what was done, by whom, when."""
    check_code(code, Catalogue.ACTIVITY)
    if done_at > at:
        raise MoveNotAllowed([Reason("in_future", _("What was done cannot lie in the future."))])
    fresh = _open_for(notification, Action.ADD_ACTIVITY, by=by, at=at)
    return Activity.objects.create(notification=fresh, text=text, code=code, done_at=done_at, by=by)


@transaction.atomic
def add_long_text(notification: Notification, *, text: str, by: Staff, at: datetime) -> LongText:
    """Adds a dated entry to the long text; entries are never changed."""
    fresh = _open_for(notification, Action.ADD_TEXT, by=by, at=at)
    return LongText.objects.create(notification=fresh, text=text, at=at, by=by)


def _open_for(
    notification: Notification, action: Action, *, by: Staff, at: datetime, expected: int | None = None
) -> Notification:
    """The locked notification, if `action` is possible; what the action sets or takes away is stored."""
    fresh = locked(notification, expected)
    before = load_state(fresh)
    refuse(why_not(action, before))
    return store_state(fresh, before, after_action(action, before), action=action, by=by, at=at)
