"""Make many more rows of those that `seed` made, inside PostgreSQL: ten million in some minutes.

    DATABASE_URL=... python -m benchmarks.seed 50000
    DATABASE_URL=... python -m benchmarks.multiply 200

Each copy is some two days older than the one before, so that 200 copies of 50,000 photos are those
of a year. Every fifth copy belongs to one owner, who then has millions; another owner keeps what
`seed` gave them, which is few. A fifth of the photos, the oldest, have an older version's answer
besides. Copies have short embeddings and no similar photos: real embeddings lie apart from their
rows (TOAST), so what walks along rows and indexes takes no notice of them.
"""

from __future__ import annotations

import argparse
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.seed import note_findings  # noqa: E402
from recognition.models import DataSet, ModelVersion, TrashedPhoto  # noqa: E402
from recognition.versions import registry  # noqa: E402

_UNIT_S = 65.536  # 2 to the power of 16 ms: the first eight digits of an id count these
_SHIFT = 2_385  # of them between two copies
_TABLES = ("batch", "bulkdecision", "photo", "prediction", "subject", "decision", "suspect")
_ID = "(lpad(to_hex(('x' || left({0}::text, 8))::bit(32)::bigint - %(back)s), 8, '0')"
_ID += " || substr({0}::text, 9))::uuid"
_HASH = "encode(sha256(({0} || %(copy)s)::bytea), 'hex')"
_OWNER = "CASE WHEN %(copy)s %% 5 = 0 OR {0} = %(few)s THEN %(many)s ELSE {0} END"
_AS_COPIED = {
    "sha256": _HASH,
    "owner_id": _OWNER,
    "perceptual_hash": "{0} # %(bits)s",
    "similar": "'[]'::jsonb",
    "embedding": "substr({0}, 1, 32)",
}
_BY_TYPE = {"uuid": _ID, "timestamp with time zone": "{0} - %(seconds)s * interval '1 second'"}
_OLDER_ID = "(left(prediction.id::text, 18) || '-8' || substr(md5(prediction.id::text), 1, 3)"
_OLDER_ID += " || '-' || right(md5(prediction.id::text), 12))::uuid"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("copies", type=int, help="of what is there, itself included")
    copies = parser.parse_args().copies
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # foreign keys hold by the making
        _add_subjects(cursor)
        later = _let_go_of_indexes(cursor)
        for number in range(1, copies):
            for table in _TABLES:
                _copy(cursor, table, number)
            if number % 10 == 0:
                print(f"{time.strftime('%X')} {number} of {copies}", flush=True)
        _add_older_answers(cursor)
        for statement in later:
            print(time.strftime("%X"), statement, flush=True)
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")
        _fill_trash(cursor)
        _add_examples(cursor)
        cursor.execute("VACUUM (ANALYZE, FREEZE)")
    note_findings()


def _copy(cursor: object, table: str, number: int) -> None:
    columns = _columns(cursor, table)
    first = User.objects.get(username="owner00").pk
    given = {
        "back": number * _SHIFT,
        "seconds": number * _SHIFT * _UNIT_S,
        "copy": number,
        "bits": (number * 0x9E3779B97F4A7C15) % 2**63,
        "many": first,
        "few": User.objects.get(username="owner49").pk,
    }
    made = ", ".join(_made(column, kind) for column, kind in columns.items())
    names = ", ".join(f'"{column}"' for column in columns)
    source = f"(SELECT * FROM recognition_{table}_seed) AS seed"
    cursor.execute(f"INSERT INTO recognition_{table} ({names}) SELECT {made} FROM {source}", given)


def _made(column: str, kind: str) -> str:
    way = _AS_COPIED.get(column) or _BY_TYPE.get(kind, "{0}")
    return way.format(f'"{column}"')


def _columns(cursor: object, table: str) -> dict[str, str]:
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
        "AND is_generated = 'NEVER' AND table_schema = 'public'",
        [f"recognition_{table}"],
    )
    return dict(cursor.fetchall())


def _add_subjects(cursor: object) -> None:
    """Of a third of what was seen; then set aside what is to be copied."""
    cursor.execute(
        "INSERT INTO recognition_subject (id, rank, box, found, score, kind, confidence, top, "
        "label_id, prediction_id) SELECT id, 0, '[0.1, 0.1, 0.8, 0.9]', 'dog', 0.8, kind, "
        "confidence, '[]', label_id, id FROM recognition_prediction "
        "WHERE label_id IS NOT NULL AND right(id::text, 1) < '5' ON CONFLICT DO NOTHING"
    )
    for table in _TABLES:
        cursor.execute(f"CREATE TEMP TABLE recognition_{table}_seed AS TABLE recognition_{table}")


def _let_go_of_indexes(cursor: object) -> list[str]:
    """Drop them, which makes writing fast; return what makes them again."""
    later = []
    tables = [f"recognition_{table}" for table in _TABLES]
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s) AND NOT EXISTS "
        "(SELECT FROM pg_constraint AS other WHERE other.confrelid <> 0 "
        "AND other.conindid = pg_constraint.conindid)",
        [tables],
    )
    for table, name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        later.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
        "AND tablename = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint "
        "WHERE conname = indexname AND contype IN ('p', 'u'))",
        [tables],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f'DROP INDEX "{name}"')
        later.append(definition)
    return later


def _add_older_answers(cursor: object) -> None:
    live = registry.live_version()
    older = ModelVersion.objects.get(pk=live.pk)
    older.pk, older.number, older.live = None, live.number + 1, False
    older.save()
    columns = [name for name in _columns(cursor, "prediction") if name != "id"]
    not_shown = dict.fromkeys(("review", "margin", "disagreement", "accepted", "novelty"), "NULL")
    instead = not_shown | {"model_version_id": str(older.pk)}
    made = ", ".join(instead.get(name, f'prediction."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"INSERT INTO recognition_prediction (id, {names}) SELECT {_OLDER_ID}, {made} "
        "FROM recognition_prediction AS prediction WHERE state = 'done' AND created < "
        "(SELECT min(created) + (max(created) - min(created)) / 5 FROM recognition_prediction)"
    )


def _fill_trash(cursor: object) -> None:
    """One in a hundred, as if they had been uploaded and deleted."""
    table = TrashedPhoto._meta.db_table
    copied = "owner_id, name, format, width, height, size_bytes, created"
    cursor.execute(
        f"INSERT INTO {table} (id, sha256, trashed_at, kept, {copied}) SELECT gen_random_uuid(), "
        f"md5(sha256) || md5(sha256), created, '{{}}', {copied} FROM recognition_photo "
        "WHERE right(id::text, 2) IN ('00', '77', 'aa')"
    )


def _add_examples(cursor: object) -> None:
    """A data set of all labelled photos."""
    dataset = DataSet.objects.create(fingerprint="0" * 64)
    cursor.execute(
        "INSERT INTO recognition_trainingexample (dataset_id, photo_id, label_id, split) "
        "SELECT %s, id, label_id, 'train' FROM recognition_photo WHERE label_id IS NOT NULL",
        [dataset.pk],
    )


if __name__ == "__main__":
    main()
