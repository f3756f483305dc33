"""Indexes of large tables, made while people work: PostgreSQL does not lock the table meanwhile.

A migration with these is not atomic. If it is broken off, it can run again.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations import AddIndex, RemoveIndex

_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


class AddIndexMeanwhile(AddIndexConcurrently):
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        if _is_there(schema_editor, table, self.index.name):
            return
        way = AddIndexConcurrently if _is_postgresql(schema_editor) else AddIndex
        way.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        way = AddIndexConcurrently if _is_postgresql(schema_editor) else AddIndex
        way.database_backwards(self, app_label, schema_editor, from_state, to_state)


class RemoveIndexMeanwhile(RemoveIndexConcurrently):
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        if _is_there(schema_editor, table, self.name):
            way = RemoveIndexConcurrently if _is_postgresql(schema_editor) else RemoveIndex
            way.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        way = RemoveIndexConcurrently if _is_postgresql(schema_editor) else RemoveIndex
        way.database_backwards(self, app_label, schema_editor, from_state, to_state)


def _is_postgresql(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")


def _is_there(schema_editor: Any, table: str, index: str) -> bool:
    """Whether the table has this index. What PostgreSQL did not finish is removed: it never uses
    that."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if index not in connection.introspection.get_constraints(cursor, table):
            return False
        if not _is_postgresql(schema_editor):
            return True
        cursor.execute(_IS_VALID, [index])
        if cursor.fetchone()[0]:
            return True
    schema_editor.execute(f'DROP INDEX CONCURRENTLY "{index}"')
    return False
