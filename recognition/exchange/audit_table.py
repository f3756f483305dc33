"""The audit log as a table, or as a line of JSON for each event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from recognition.exchange import audit_log
from recognition.models import AuditEvent
from recognition.photos.folders.dataset_tables import csv_lines
from recognition.photos.result_table import in_pieces

COLUMNS = ("at", "user_id", "user", "address", "action", "subject", "details", "id")


def as_csv(filters: audit_log.Filters) -> Iterator[bytes]:
    rows = (
        {
            **row,
            "address": row["address"] or "",
            "details": json.dumps(row["details"], ensure_ascii=False),
        }
        for row in _rows(filters)
    )
    return in_pieces(csv_lines(COLUMNS, rows))


def as_json_lines(filters: audit_log.Filters) -> Iterator[bytes]:
    return in_pieces(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in _rows(filters))


def _rows(filters: audit_log.Filters) -> Iterator[dict[str, Any]]:
    return map(_row, audit_log.everything(filters))


def _row(event: AuditEvent) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "user_id": event.user_id,
        "user": event.user_name,
        "address": event.address,
        "action": event.action,
        "subject": event.subject,
        "details": event.details,
        "id": str(event.id),
    }
