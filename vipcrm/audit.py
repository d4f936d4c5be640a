"""Writing down what somebody must answer for."""

from typing import Any

from django.db import models

from vipcrm.enums import AuditAction
from vipcrm.models import AuditEvent, Staff


def subject_of(obj: models.Model) -> str:
    """`members.member:17` – stable address of a row in the audit trail."""
    return f"{obj._meta.label_lower}:{obj.pk}"


def record_event(
    action: AuditAction, *, by: Staff | None, subject: models.Model | str = "", rows: int | None = None, **detail: Any
) -> AuditEvent:
    """Adds one audit event inside the caller's transaction, so that an act and its record live or die together."""
    name = subject if isinstance(subject, str) else subject_of(subject)
    return AuditEvent.objects.create(action=action, by=by, subject=name, rows=rows, detail=detail)
