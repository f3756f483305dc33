"""The audit log: who did what, to whom, from where. Rows are added and, when old, deleted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from recognition.core import client
from recognition.models import AuditEvent, Report

logger = logging.getLogger("ark.audit")

Action = AuditEvent.Action
REPORT = "audit"  # {"cleaned": the day on which old rows were last looked for}
_STEP = 2000


def record(
    action: AuditEvent.Action,
    by: User | AnonymousUser | None,
    subject: object = "",
    **details: Any,
) -> None:
    """Add an event, in the caller's transaction: what is undone was not done.

    subject: whom or what it was done to, as people know it. details: values that JSON knows, never
    a secret.
    """
    event = AuditEvent.objects.create(
        user_id=(by and by.pk) or 0,
        user_name=by.get_username() if by else "",
        address=client.address.get(),
        action=action,
        subject=str(subject).replace("\0", "")[:255],
        details=details,
    )
    transaction.on_commit(lambda: _log(event))


def changes(before: Model, after: Mapping[str, Any]) -> dict[str, list[str]]:
    """Details of an event: the fields that change, each from what to what."""
    pairs = {name: [str(getattr(before, name)), str(value)] for name, value in after.items()}
    return {name: [old, new] for name, (old, new) in pairs.items() if old != new}


def _log(event: AuditEvent) -> None:
    """A line without names, for who collects logs elsewhere."""
    known = {"action": event.action, "user_id": event.user_id, "address": event.address}
    logger.info(
        "audit %(action)s by user %(user_id)d from %(address)s", known, extra={"event": event.id}
    )


def delete_old_if_due() -> None:
    """The analyst's job, once a day: events are kept for ARK_AUDIT_DAYS."""
    today = timezone.localdate()
    if _last_cleaned() == today.isoformat():
        return
    deleted = delete_old(settings.ARK_AUDIT_DAYS)
    _note_cleaned(today)
    if deleted:
        logger.info("%d old events of the audit log were deleted", deleted)


def delete_old(days: int) -> int:
    """Delete what is older, in small steps; how many events that were. 0 days: everything is
    kept."""
    if not days:
        return 0
    until = timezone.now() - timedelta(days=days)
    old = AuditEvent.objects.filter(at__lt=until).order_by("at", "id").values_list("id", flat=True)
    deleted = 0
    while ids := list(old[:_STEP]):
        rows = AuditEvent.objects.filter(id__in=ids)
        deleted += rows._raw_delete(rows.db)  # `delete` is refused
    return deleted


def _last_cleaned() -> str:
    cleaned: str = Report.named(REPORT).data.get("cleaned", "")
    return cleaned


def _note_cleaned(day: date) -> None:
    Report.objects.update_or_create(
        name=REPORT, defaults={"data": {"cleaned": day.isoformat()}, "made": timezone.now()}
    )
