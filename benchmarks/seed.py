"""Fill an empty instance with synthetic photos, predictions and decisions, to measure pages on.

    python -m benchmarks.seed 1000000

The same number gives the same rows; the last of them was uploaded just now, whenever that is. There
are no files behind them: thumbnails are missing.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.synthetic import Row, SyntheticPhotos  # noqa: E402
from recognition.labels.tree import LabelTree  # noqa: E402
from recognition.models import (  # noqa: E402
    Batch,
    BulkDecision,
    Decision,
    Photo,
    Prediction,
    Promise,
    Suspect,
)
from recognition.review import levels, promise, reviewed, statistics  # noqa: E402
from recognition.versions import registry  # noqa: E402

CHUNK = 5_000
_TIMES = [(Batch, "created"), (BulkDecision, "at"), (Decision, "at")]
_TIMES += [(Photo, "created"), (Prediction, "created")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=int)
    fill(parser.parse_args().photos)
    if connection.vendor == "postgresql":  # as its autovacuum does sooner or later
        connection.cursor().execute("VACUUM ANALYZE")


def fill(count: int) -> None:
    with times_as_given():
        synthetic = SyntheticPhotos(count, newest=timezone.now())
        rows, made = iter(synthetic), 0
        while chunk := list(islice(rows, CHUNK)):
            write(chunk)
            made += len(chunk)
            print(f"{made:,} of {count:,}", flush=True)
        BulkDecision.objects.bulk_update(synthetic.bulks, ["photos"], batch_size=500)
    note_findings()


def note_findings() -> None:
    """Store the reports that the analyst would make."""
    statistics.refresh_if_due()
    Promise(pk=1, active=True).save()
    found = promise.report()
    evidence = reviewed.evidence(registry.live_version(), LabelTree())
    found.data["evidence"] = levels.as_json(evidence)
    found.save()


@transaction.atomic
def write(rows: list[Row]) -> None:
    new = [record for row in rows for record in row.new]
    for model in (Batch, BulkDecision):
        model.objects.bulk_create([record for record in new if isinstance(record, model)])
    Photo.objects.bulk_create([row.photo for row in rows])
    Prediction.objects.bulk_create([row.photo.prediction for row in rows])
    Decision.objects.bulk_create([decision for row in rows for decision in row.decisions])
    Suspect.objects.bulk_create([row.suspect for row in rows if row.suspect])


@contextmanager
def times_as_given() -> Iterator[None]:
    """Keep the rows' own times instead of the time of their insertion."""
    fields = [model._meta.get_field(name) for model, name in _TIMES]
    for field in fields:
        field.auto_now_add = False
    yield
    for field in fields:
        field.auto_now_add = True


if __name__ == "__main__":
    main()
