"""Queries whose SQL is made once.

To put a statement together takes Django some ten times as long as either database takes to answer
it. What differs from one time to the next are values, so the rest is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)
_MARK = 31_232  # any number that stands in no query, and fits into every column


class _Statement(NamedTuple):
    """places: for each parameter, which of the values it is; -1 if it is always the same."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[int, ...]
    compiler: Any
    converters: Any
    populators: Any

    def with_values(self, values: Sequence[Any]) -> list[Any]:
        pairs = zip(self.places, self.parameters, strict=True)
        return [same if place < 0 else values[place] for place, same in pairs]


class Prepared(Generic[Row]):
    """Called with values, it gives the rows of the query that `build` makes of such values.

    kinds: their types (str, int or UUID). Each must come into the statement as it is, neither
    changed nor looked at, and stand for one value: not for a list, nor None.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], *kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._made: dict[str, _Statement] = {}  # by the kind of database

    def __call__(self, *values: str | int | UUID) -> list[Row]:
        return self.objects(self.rows(*values))

    def rows(self, *values: str | int | UUID) -> list[tuple[Any, ...]]:
        """As the database gives them: the same if nothing has changed."""
        statement = self._statement()
        with connection.cursor() as cursor:
            given = [_adapted(value) for value in values]
            cursor.execute(statement.sql, statement.with_values(given))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def objects(self, rows: list[tuple[Any, ...]]) -> list[Row]:
        return _objects(self._statement(), rows) if rows else []

    def _statement(self) -> _Statement:
        return self._made.get(connection.vendor) or self._make()

    def _make(self) -> _Statement:
        marks = [_mark(number, kind) for number, kind in enumerate(self._kinds)]
        compiler: Any = self._build(*marks).query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        adapted = [_adapted(mark) for mark in marks]
        places = tuple(adapted.index(one) if one in adapted else -1 for one in parameters)
        if set(places) - {-1} != set(range(len(marks))):
            raise TypeError("A value does not come into the statement as it is.")
        made = self._made[connection.vendor] = _Statement(
            sql,
            tuple(parameters),
            places,
            compiler,
            compiler.get_converters([column[0] for column in compiler.select]),
            get_related_populators(  # type: ignore[call-arg]  # stubs of a later Django
                compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS
            ),
        )
        return made


class PreparedOfIds(Generic[Row]):
    """Called with values of these kinds and then ids, as many as there are; a statement is made for
    each number of them."""

    def __init__(self, build: Callable[..., QuerySet[Row]], *kinds: type) -> None:
        self._of = cache(lambda count: Prepared(build, *kinds, *[UUID] * (count - len(kinds))))

    def __call__(self, *values: str | int | UUID) -> list[Row]:
        return self._of(len(values))(*values)


def _objects(statement: _Statement, rows: list[Any]) -> list[Any]:
    """What Django's ModelIterable makes of rows."""
    compiler = statement.compiler
    model, columns = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    start, end = columns[0], columns[-1] + 1
    names = [column[0].target.attname for column in compiler.select[start:end]]
    found = []
    for row in compiler.apply_converters(rows, statement.converters):
        one = model.from_db(DEFAULT_DB_ALIAS, names, row[start:end])
        for populator in statement.populators:
            populator.populate(row, one)
        for name, place in (compiler.annotation_col_map or {}).items():
            setattr(one, name, row[place])
        found.append(one)
    return found


def _mark(number: int, kind: type) -> Any:
    """A value that stands in no query by chance."""
    if kind is str:
        return f"value {number} of a query"
    return UUID(int=_MARK + number) if kind is UUID else _MARK + number


def _adapted(value: Any) -> Any:
    """As the database takes it."""
    is_foreign = isinstance(value, UUID) and not connection.features.has_native_uuid_field
    return value.hex if is_foreign else value
