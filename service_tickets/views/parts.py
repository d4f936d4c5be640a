"""Doors to items, tasks, activities and texts."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from service_tickets import services
from service_tickets.access import item_for_write, notification_for_write, task_for_write
from service_tickets.enums import Action
from service_tickets.forms.items import ItemForm
from service_tickets.forms.parts import ActivityForm, TaskForm, TextForm
from service_tickets.rules.system import TASK_MOVES
from service_tickets.views.answers import do, form_methods, save, store_time, who_and_when
from vipcrm.requests import StaffRequest

ITEM_PAGE = "service_tickets/item_form.html"


@form_methods
def item_add(request: StaffRequest, pk: int) -> HttpResponse:
    """One more item with its causes."""
    notification = notification_for_write(request, pk)
    form = ItemForm.opened(request.POST or None)
    return save(
        request,
        form,
        notification,
        lambda: services.add_item(notification, item=form.to_item(), **who_and_when(request)),
        _("Item added."),
        title=_("Add an item"),
        button=_("Save item"),
        icon="check",
        template=ITEM_PAGE,
    )


@form_methods
def item_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """What an item says, its causes included."""
    item = item_for_write(request, pk)
    codes = [item.product_type_id, item.colour_id, item.damage_id, *item.causes.values_list("code_id", flat=True)]
    form = ItemForm.opened(request.POST or None, initial=ItemForm.initial_of(item), also=codes)
    return save(
        request,
        form,
        item.notification,
        lambda: services.change_item(
            item, to=form.to_item(), expected=form.cleaned_data["version"], **who_and_when(request)
        ),
        _("Item saved."),
        title=_("Change the item"),
        button=_("Save item"),
        icon="check",
        template=ITEM_PAGE,
    )


@form_methods
def task_add(request: StaffRequest, pk: int) -> HttpResponse:
    """One more task; the notification cannot be completed before it is."""
    notification = notification_for_write(request, pk)
    form = TaskForm(request.POST or None, notification=notification)
    return save(
        request,
        form,
        notification,
        lambda: services.add_task(notification, task=form.to_task(), **who_and_when(request)),
        _("Task added."),
        title=_("Add a task"),
        button=_("Save task"),
        icon="check",
    )


@require_POST
def task_move(request: StaffRequest, pk: int, action: str) -> HttpResponse:
    """Releases, completes, marks successful."""
    task = task_for_write(request, pk)
    if action not in set(TASK_MOVES):
        raise Http404
    frame = who_and_when(request)
    return do(
        request,
        task.notification,
        lambda: services.move_task(task, action=Action(action), **frame),
        _("Task “%(text)s”: %(status)s.") % {"text": task.text, "status": TASK_MOVES[Action(action)][1].label},
    )


@form_methods
def activity_add(request: StaffRequest, pk: int) -> HttpResponse:
    """What was done, by whom, when."""
    notification = notification_for_write(request, pk)
    with store_time(notification):
        form = ActivityForm(request.POST or None)
        return save(
            request,
            form,
            notification,
            lambda: services.add_activity(
                notification,
                text=form.cleaned_data["text"],
                done_at=form.cleaned_data["done_at"],
                code=form.catalogues.pick(form.cleaned_data["activity"]),
                **who_and_when(request),
            ),
            _("Written down."),
            title=_("Write what was done"),
            button=_("Save"),
            icon="check",
        )


@form_methods
def text_add(request: StaffRequest, pk: int) -> HttpResponse:
    """One more dated entry of the long text."""
    notification = notification_for_write(request, pk)
    form = TextForm(request.POST or None)
    return save(
        request,
        form,
        notification,
        lambda: services.add_long_text(notification, text=form.cleaned_data["text"], **who_and_when(request)),
        _("Text added."),
        title=_("Add a text"),
        button=_("Save text"),
        icon="check",
    )
