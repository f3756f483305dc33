"""What Django's admin writes into its own log stands in the audit log as well.

Its own rows go with the account of whoever did it, and anybody with the right could delete them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry, LogEntryManager
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import translation

from recognition.core import audit

_DID = {ADDITION: "added", CHANGE: "changed", DELETION: "deleted"}
_ACTIONS = {
    ("recognition.label", ADDITION): audit.Action.LABEL_CHANGED,
    ("recognition.label", CHANGE): audit.Action.LABEL_CHANGED,
    ("auth.user", ADDITION): audit.Action.PERSON_ADDED,
    ("auth.user", CHANGE): audit.Action.PERSON_CHANGED,
    ("auth.user", DELETION): audit.Action.PERSON_DELETED,
    ("auth.group", ADDITION): audit.Action.ROLE_CHANGED,
    ("auth.group", CHANGE): audit.Action.ROLE_CHANGED,
    ("auth.group", DELETION): audit.Action.ROLE_CHANGED,
}
# What changes these records it itself, wherever it is asked to.
_RECORDED = {"recognition.photo", "recognition.apitoken"}


def _bulk_create(
    manager: LogEntryManager, objs: Iterable[LogEntry], *args: Any, **kwargs: Any
) -> list[LogEntry]:
    entries = super(LogEntryManager, manager).bulk_create(objs, *args, **kwargs)
    for entry in entries:
        mirror(entry)
    return entries


# Several entries at once are stored without a signal, and Django has no setting for this manager.
LogEntryManager.bulk_create = _bulk_create  # type: ignore[method-assign,assignment]


@receiver(post_save, sender=LogEntry)
def _stored(instance: LogEntry, created: bool, raw: bool, **kwargs: Any) -> None:
    if created and not raw:
        mirror(instance)


def mirror(entry: LogEntry) -> None:
    """An entry in a page's own words (not a list, as Django's forms write) comes from a function
    that records its event itself."""
    if entry.change_message and not entry.change_message.startswith("["):
        return
    table = entry.content_type
    name = f"{table.app_label}.{table.model}" if table else ""
    if name in _RECORDED:
        return
    audit.record(
        _ACTIONS.get((name, entry.action_flag), audit.Action.ADMIN_CHANGED),
        entry.user,
        entry.object_repr,
        table=name,
        id=str(entry.object_id or ""),
        did=_DID.get(entry.action_flag, ""),
        changes=_in_english(entry),
    )


def _in_english(entry: LogEntry) -> str:
    with translation.override("en"):
        return str(entry.get_change_message())
