"""The audit log: who did what, to whom, from where. Rows are added and, when old, deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from recognition.core import client
from recognition.models import AuditEvent

Action = AuditEvent.Action


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
    AuditEvent.objects.create(
        user_id=(by and by.pk) or 0,
        user_name=by.get_username() if by else "",
        address=client.address.get(),
        action=action,
        subject=str(subject)[:255],
        details=details,
    )


def delete_old(days: int) -> int:
    """Delete what is older; how many events that were. 0 days: everything is kept."""
    if not days:
        return 0
    old = AuditEvent.objects.filter(at__lt=timezone.now() - timedelta(days=days))
    return old.delete()[0]
