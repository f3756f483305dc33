"""Photos are found by their names whatever the case, and however an accent is written.

Not in one transaction, which would hold a million rows: interrupted, it goes on where it was.
"""

from uuid import UUID

from django.db import migrations, models, transaction

from recognition.models.names import PlainNameField, plain

CHUNK = 5000
_LENGTH = 255


class _Once:
    """Leaves out what an interrupted attempt has done."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if not self._is_done(_present(schema_editor.connection)):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class _AddField(_Once, migrations.AddField):
    def _is_done(self, present):
        return self.name in present


class _AddIndex(_Once, migrations.AddIndex):
    def _is_done(self, present):
        return self.index.name in present


class _RemoveIndex(_Once, migrations.RemoveIndex):
    def _is_done(self, present):
        return self.name not in present


def _present(connection):
    """The columns and indexes of the table of photos."""
    with connection.cursor() as cursor:
        table = "recognition_photo"
        columns = connection.introspection.get_table_description(cursor, table)
        indexes = connection.introspection.get_constraints(cursor, table)
        return {column.name for column in columns} | set(indexes)


def fill(apps, schema_editor):
    """In portions by primary key."""
    Photo = apps.get_model("recognition", "Photo")
    connection, key = schema_editor.connection, Photo._meta.pk
    query = "UPDATE recognition_photo SET plain_name = %s WHERE id = %s"
    last = UUID(int=0)
    while True:
        missing = Photo.objects.filter(id__gt=last, plain_name=None).order_by("id")
        rows = list(missing.values_list("id", "name")[:CHUNK])
        if not rows:
            return
        values = [
            (plain(name)[:_LENGTH], key.get_db_prep_value(id_, connection)) for id_, name in rows
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(query, values)
        last = rows[-1][0]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("recognition", "0016_fair_turns")]
    operations = [
        _AddField("photo", "plain_name", PlainNameField()),
        migrations.RunPython(fill, migrations.RunPython.noop),
        _AddIndex(
            "photo",
            models.Index(
                fields=["plain_name", "id"],
                opclasses=["varchar_pattern_ops", "uuid_ops"],
                name="photo_plain_name",
            ),
        ),
        _RemoveIndex("photo", "photo_name"),
    ]
