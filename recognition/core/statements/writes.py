"""New and changed rows, by statements that are made once for each table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, Model


def insert(rows: Sequence[Model]) -> None:
    """Add rows of one table, which have their keys, as `bulk_create` does; in a transaction."""
    if not rows:
        return
    sql, fields = _inserting(type(rows[0]), connection.vendor)
    _execute(sql, [_values(row, fields, is_new=True) for row in rows])
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update(rows: Sequence[Model], names: tuple[str, ...]) -> None:
    """Write these columns of rows of one table, as `bulk_update` does; in a transaction."""
    if not rows:
        return
    sql, fields = _updating(type(rows[0]), names, connection.vendor)
    _execute(sql, [_values(row, fields, is_new=False) for row in rows])


def _execute(sql: str, values: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(sql, values[0])
        else:
            cursor.executemany(sql, values)


@cache
def _inserting(model: type[Model], vendor: str) -> tuple[str, list[Field[Any, Any]]]:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns, places = ", ".join(_columns(fields)), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({places})", fields  # noqa: S608


@cache
def _updating(
    model: type[Model], names: tuple[str, ...], vendor: str
) -> tuple[str, list[Field[Any, Any]]]:
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields, key = [by_name[name] for name in names], model._meta.pk
    changes = ", ".join(f"{column} = %s" for column in _columns(fields))
    [of_key] = _columns([key])
    return f"UPDATE {_table(model)} SET {changes} WHERE {of_key} = %s", [*fields, key]  # noqa: S608


def _columns(fields: Iterable[Field[Any, Any]]) -> list[str]:
    return [connection.ops.quote_name(field.column or "") for field in fields]


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _values(row: Model, fields: Sequence[Field[Any, Any]], is_new: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, is_new), connection) for field in fields]
