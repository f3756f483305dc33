"""Fill an empty instance with made-up photos and predictions, to measure lists on.

    python -m benchmarks.seed 1000000

The same number gives the same rows. There are no files behind them: thumbnails are missing.
"""

from __future__ import annotations

import argparse
import os
import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from recognition import registry  # noqa: E402
from recognition.models import Label, ModelVersion, Photo, Prediction, State  # noqa: E402

CHUNK = 5_000
NEWEST = datetime(2026, 1, 1, tzinfo=timezone.utc)
SECONDS_BETWEEN = 20
OWNERS = 50
NAMES = ("IMG_{:04d}.JPG", "PXL_2025{:04d}.jpg", "DSC{:05d}.JPG", "photo {}.png", "車{}.jpg")
LABELLED, FAILED, PENDING = 0.1, 0.02, 0.001


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=int)
    fill(parser.parse_args().photos)


def fill(count: int) -> None:
    for model in (Photo, Prediction):  # this process gives the times, not the clock
        model._meta.get_field("created").auto_now_add = False
    photos = made_up_photos(count)
    made = 0
    while chunk := list(islice(photos, CHUNK)):
        with transaction.atomic():
            Photo.objects.bulk_create(chunk)
            Prediction.objects.bulk_create([photo.prediction for photo in chunk])
        made += len(chunk)
        print(f"{made:,} of {count:,}", flush=True)
    if connection.vendor == "postgresql":  # as its autovacuum does sooner or later
        connection.cursor().execute("VACUUM ANALYZE")


def made_up_photos(count: int) -> Iterator[Photo]:
    """Photos with their prediction, oldest first."""
    draw = random.Random(count)
    owners = _owners()
    labels = list(Label.objects.order_by("slug"))
    version = registry.live_version()
    for index in range(count):
        photo = _photo(draw, index, owners, labels)
        photo.created = NEWEST - timedelta(seconds=SECONDS_BETWEEN * (count - index))
        photo.prediction = _prediction(draw, photo, version, labels)
        yield photo


def _owners() -> list[User]:
    names = [f"owner{number:02d}" for number in range(OWNERS)]
    User.objects.bulk_create([User(username=name) for name in names], ignore_conflicts=True)
    return list(User.objects.filter(username__in=names).order_by("username"))


def _photo(draw: random.Random, index: int, owners: list[User], labels: list[Label]) -> Photo:
    is_labelled = draw.random() < LABELLED
    return Photo(
        id=_uuid(draw),
        owner=draw.choices(owners, weights=range(OWNERS, 0, -1))[0],
        name=draw.choice(NAMES).format(draw.randrange(10_000)),
        format="JPEG",
        sha256=f"{index:064x}",
        width=4032,
        height=3024,
        size_bytes=draw.randrange(100_000, 8_000_000),
        label=draw.choice(labels) if is_labelled else None,
        labelled_by=owners[0] if is_labelled else None,
        labelled_at=NEWEST if is_labelled else None,
    )


def _prediction(
    draw: random.Random, photo: Photo, version: ModelVersion, labels: list[Label]
) -> Prediction:
    prediction = Prediction(
        id=_uuid(draw), photo=photo, model_version=version, created=photo.created
    )
    fate = draw.random()
    if fate < FAILED:
        prediction.state, prediction.error = State.FAILED, "truncated"
    elif fate > FAILED + PENDING:
        label = labels[min(int(draw.expovariate(0.1)), len(labels) - 1)]  # some are rare
        prediction.state = State.DONE
        prediction.label, prediction.kind = label, label.kind
        prediction.confidence = draw.betavariate(5, 1)
        prediction.top = [{"label": label.slug, "confidence": prediction.confidence}]
        prediction.fine = label.slug
        prediction.milliseconds = draw.uniform(4, 40)
        prediction.embedding = draw.randbytes(2 * 1280)
    return prediction


def _uuid(draw: random.Random) -> uuid.UUID:
    return uuid.UUID(int=draw.getrandbits(128), version=4)


if __name__ == "__main__":
    main()
