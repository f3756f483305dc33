"""Rows as lines of JSON, the same for each kind of database."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from django.apps import apps as installed
from django.db import connection, models, transaction
from django.utils.duration import duration_iso_string

from recognition.backup.layout import BadBackup

_PAGE = 2000
_AT_ONCE = 200
_MOST_BYTES_A_ROW = 64 * 1024 * 1024
# Sessions end with a backup, and rates are counted anew.
LEFT_OUT = {"sessions.session", "usersessions.usersession"}


def tables() -> dict[str, type[models.Model]]:
    """By their labels, such as "recognition.photo"; also those between two tables."""
    found = installed.get_models(include_auto_created=True)
    stored = (model for model in found if model._meta.managed and not model._meta.proxy)
    return {
        model._meta.label_lower: model
        for model in stored
        if model._meta.label_lower not in LEFT_OUT
    }


@contextmanager
def one_moment() -> Iterator[None]:
    """Inside, all that is read is as it was at one moment, and nobody is held up by it."""
    if connection.vendor != "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    connection.ensure_connection()
    sqlite: Any = connection
    before = sqlite.transaction_mode
    sqlite.transaction_mode = "DEFERRED"  # it only reads: writers go on beside it
    try:
        with transaction.atomic():
            yield
    finally:
        sqlite.transaction_mode = before


def dump(model: type[models.Model], stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Write all rows of a table; yield each, as it was read."""
    names = list(_fields_of(model))
    rows = model._base_manager.order_by("pk").values_list(*names)
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1, mtime=0) as lines:
        for row in rows.iterator(_PAGE):
            values = dict(zip(names, row, strict=True))
            lines.write(json.dumps(values, default=_plain, ensure_ascii=False).encode() + b"\n")
            yield values


def load(model: type[models.Model], stream: IO[bytes]) -> Iterator[int]:
    """Insert all rows of a table exactly as they were; yield how many, page by page. `model` may be
    that of an earlier state of the tables. Raises BadBackup."""
    fields = _fields_of(model)
    documents = lines_of(stream)
    while page := list(islice(documents, _AT_ONCE)):
        try:
            rows = [_row(model, fields, document) for document in page]
        except (KeyError, TypeError, ValueError) as error:
            raise BadBackup(f"A row of {model._meta.label} cannot be read: {error!r}") from error
        # Raw, so that no field sets itself to now.
        model._base_manager._insert(rows, fields=list(fields.values()), raw=True)  # type: ignore[attr-defined]
        yield len(rows)


def lines_of(stream: IO[bytes]) -> Iterator[Any]:
    """Raises BadBackup."""
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as lines:
            while line := lines.readline(_MOST_BYTES_A_ROW):
                yield json.loads(line)
    except (OSError, EOFError, ValueError, RecursionError) as error:
        raise BadBackup(f"The rows cannot be read: {error}") from error


def _fields_of(model: type[models.Model]) -> dict[str, Any]:
    """By their columns' names; what the database works out by itself is left to it."""
    fields = model._meta.concrete_fields
    return {field.attname: field for field in fields if not field.generated}


def _row(model: type[models.Model], fields: dict[str, Any], document: Any) -> models.Model:
    values = {name: _value(field, document[name]) for name, field in fields.items()}
    return model(**values)


def _value(field: Any, value: Any) -> Any:
    return value if value is None else field.to_python(value)


def _plain(value: Any) -> Any:
    """What JSON does not know, as `Field.to_python` reads it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    raise TypeError(type(value))
