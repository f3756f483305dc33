"""Many decided as one: only what is as it was seen, and nothing from under another reviewer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.labels import labelling
from recognition.labels.tree import set_active
from recognition.models import BulkDecision, Decision, Label, Photo, ReviewLease, Via
from recognition.review import bulk
from recognition.review.bulk import Left, Snapshot, UndoPreview
from tests.support.rows import add_photo, predicted_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


@pytest.fixture
def dogs(uploader: User) -> list[Photo]:
    """Two photos that the network calls dogs."""
    photos = [settled_photo(uploader) for _ in range(2)]
    return list(Photo.objects.filter(id__in=[photo.id for photo in photos]).order_by("id"))


def decide(
    photos: list[Photo], by: User, slug: str | None = None
) -> tuple[BulkDecision | None, Counter[Left]]:
    snapshots = [Snapshot.of(photo) for photo in photos]
    return bulk.decide(snapshots, label(slug) if slug else None, by, Via.GRID)


def test_a_snapshot_is_read_as_it_was_written(uploader: User, dogs: list[Photo]) -> None:
    for photo in (*dogs, add_photo(uploader, label=label("car"))):
        assert Snapshot.parse(str(Snapshot.of(photo))) == Snapshot.of(photo)
    assert Snapshot.parse("nonsense") is None


def test_without_a_label_each_gets_what_the_network_says(dogs: list[Photo], reviewer: User) -> None:
    made, left = decide(dogs, reviewer)
    assert made is not None
    assert (made.photos, +left) == (2, Counter())
    assert Photo.objects.filter(label=label("dog")).count() == 2


def test_a_merged_label_gives_the_one_it_was_merged_into(dogs: list[Photo], reviewer: User) -> None:
    Label.objects.filter(slug="dog").update(merged_into=label("car"), active=False)
    decide(dogs, reviewer)
    assert Photo.objects.filter(label=label("car")).count() == 2


def test_a_retired_label_gives_its_parent(uploader: User, reviewer: User) -> None:
    photo = predicted_photo(uploader, "taxi", 0.9)
    set_active(label("taxi"), False)
    decide([photo], reviewer)
    assert Photo.objects.get().label == label("car")


def test_reasons_to_leave_a_photo(uploader: User, reviewer: User, dogs: list[Photo]) -> None:
    held, labelled = dogs
    soon = timezone.now() + timedelta(minutes=1)
    ReviewLease.objects.create(photo=held, reviewer=uploader, expires=soon)
    labelled.label = label("dog")
    labelled.save()
    photos = [held, labelled, add_photo(uploader)]
    reasons = [change.left for change in bulk.changes(photos, None, reviewer)]
    assert reasons == [Left.HELD, Left.SAME, Left.UNKNOWN]
    Label.objects.filter(slug="taxi").update(active=False)
    assert bulk.changes([labelled], label("taxi"), reviewer)[0].left == Left.RETIRED


def test_where_nothing_changes_there_is_no_decision(reviewer: User, dogs: list[Photo]) -> None:
    decide(dogs, reviewer)
    labelled = list(Photo.objects.all())
    assert decide(labelled, reviewer, "dog") == (None, Counter({Left.SAME: 2}))
    assert BulkDecision.objects.count() == 1


def test_what_changed_since_it_was_seen_is_left(
    reviewer: User, uploader: User, dogs: list[Photo]
) -> None:
    labelling.decide(dogs[0].id, label("car"), uploader, Via.QUEUE)
    made, left = decide(dogs, reviewer, "taxi")
    assert made is not None
    assert (made.photos, left) == (1, Counter({Left.CHANGED: 1}))
    assert Photo.objects.get(id=dogs[0].id).label == label("car")


def test_photos_that_one_may_not_see_are_left(other_uploader: User, dogs: list[Photo]) -> None:
    assert decide(dogs, other_uploader) == (None, Counter({Left.CHANGED: 2}))
    assert not Decision.objects.exists()


def test_the_preview_is_what_undoing_then_does(
    reviewer: User, uploader: User, dogs: list[Photo]
) -> None:
    made, _left = decide(dogs, reviewer)
    assert made is not None
    labelling.decide(dogs[0].id, label("car"), uploader, Via.QUEUE)
    assert bulk.preview_undo(made) == UndoPreview(back=1, since=1)
    assert labelling.undo_bulk(made, reviewer) == (1, 1)
    made.refresh_from_db()
    assert bulk.preview_undo(made) == UndoPreview(0, 0)
