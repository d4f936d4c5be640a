"""Short ways to a notification in some state, through the real services."""

from dataclasses import replace
from datetime import date, timedelta

from django.urls import reverse

from service_tickets import services
from service_tickets.enums import Action, NotificationType
from service_tickets.rules.actions import replay
from service_tickets.services.states import profile_of
from tests.service_tickets.conftest import NOW

TODAY = date(2026, 11, 21)


def header(**fields):
    values = {
        "type": NotificationType.Z1,
        "description": "双面大衣袖口开线",
        "required_start": TODAY,
        "required_end": TODAY + timedelta(days=5),
    }
    return services.Header(**{**values, **fields})


def notify(member, by, *, at=NOW, type_="Z1", **fields):
    """A notification as the service makes it; `fields` are header fields or arguments of create_notification."""
    names = set(services.Header.__dataclass_fields__)
    head = header(type=NotificationType(type_), **{k: v for k, v in fields.items() if k in names})
    rest = {k: v for k, v in fields.items() if k not in names}
    return services.create_notification(
        store=rest.pop("store", member.home_store), header=head, member=member, by=by, at=at, **rest
    )


def do(notification, action, by, at=NOW):
    return services.perform(notification, action=action, by=by, at=at)


def in_process(member, by, **fields):
    return do(notify(member, by, **fields), Action.PUT_IN_PROCESS, by)


def surveyed(member, by, **fields):
    """In process with the survey done: can be completed."""
    return services.set_user_status(in_process(member, by, **fields), code="KCJS", by=by, at=NOW)


def completed(member, by, **fields):
    return services.complete(surveyed(member, by, **fields), completed_at=NOW, by=by, at=NOW)


def reasons(callable_, *args, **kwargs):
    """Codes of the reasons with which a move is refused; fails if it is not."""
    try:
        callable_(*args, **kwargs)
    except services.MoveNotAllowed as refused:
        return [reason.code for reason in refused.reasons]
    raise AssertionError("it was allowed")


def statuses(notification):
    """(system codes, user codes) as stored."""
    notification.refresh_from_db()
    user = {notification.user_status.code} if notification.user_status else set()
    user |= set(notification.extra_statuses.values_list("status__code", flat=True))
    return {str(s) for s in notification.system_statuses}, user


def replayed(notification):
    """(system codes, user codes) that the history leads to."""
    rows = notification.history.order_by("id").values_list("kind", "old", "new")
    return replay(rows, profile_of(notification.type))


def changed(header_, **fields):
    return replace(header_, **fields)


def url(name, *args):
    return reverse(f"service_tickets:{name}", args=args)


def body(response):
    return response.content.decode()
