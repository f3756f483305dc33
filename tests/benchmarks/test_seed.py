"""Made-up rows hold together as real ones do."""

from __future__ import annotations

import pytest
from django.db.models import Count
from django.utils import timezone

from benchmarks import seed
from benchmarks.synthetic import SyntheticPhotos
from recognition.models import (
    Batch,
    BulkDecision,
    Decision,
    Photo,
    Prediction,
    Review,
    State,
    Suspect,
    Via,
)
from recognition.review import statistics

PHOTOS = 1500


@pytest.fixture
def rows(version: None, groups: None) -> None:
    seed.fill(PHOTOS)


pytestmark = pytest.mark.usefixtures("rows")


def test_there_is_some_of_everything() -> None:
    assert Photo.objects.count() == Prediction.objects.count() == PHOTOS
    assert all(model.objects.exists() for model in (Batch, BulkDecision, Decision, Suspect))
    assert set(Prediction.objects.values_list("state", flat=True)) >= {State.DONE, State.FAILED}
    assert set(Prediction.objects.values_list("review", flat=True)) == {None, *Review.values}
    assert Prediction.objects.filter(accepted__isnull=False).exists()
    assert Prediction.objects.filter(disagreement__isnull=False).exists()


def test_labels_are_those_of_the_last_decisions() -> None:
    for photo in Photo.objects.all():
        decision = photo.decisions.first()
        assert photo.label_id == (decision.to_label_id if decision else None)


def test_what_waits_for_review_has_no_label() -> None:
    assert not Photo.objects.filter(label__isnull=False, prediction__review__isnull=False).exists()
    left_alone = Photo.objects.filter(prediction__state=State.DONE, label=None)
    accepted = left_alone.filter(prediction__review=None)
    assert not accepted.filter(prediction__accepted=None).exists()


def test_bulk_decisions_know_how_many_they_are() -> None:
    counted = BulkDecision.objects.annotate(found=Count("decision"))
    assert all(bulk.photos == bulk.found for bulk in counted)


def test_nothing_is_decided_before_the_photo_came_or_after_today() -> None:
    for decision in Decision.objects.select_related("photo").exclude(via=Via.LISTS):
        assert decision.photo.created <= decision.at <= timezone.now()


def test_near_duplicates_share_the_id_of_the_first() -> None:
    groups = Photo.objects.filter(group__isnull=False).order_by().values_list("group")
    sizes = dict(groups.annotate(Count("id")))
    assert sizes
    assert set(sizes.values()) <= {1, 2, 3, 4}  # the last group may be cut off
    assert Photo.objects.filter(id__in=sizes).count() == len(sizes)


def test_suspects_are_labelled_otherwise_than_predicted() -> None:
    for suspect in Suspect.objects.select_related("photo__prediction"):
        assert suspect.label_id == suspect.photo.label_id != suspect.suggested_id


def test_the_clock_gives_times_again() -> None:
    assert Photo._meta.get_field("created").auto_now_add


def test_the_same_number_gives_the_same_rows() -> None:
    newest = timezone.now()
    once, again = ([row.photo for row in SyntheticPhotos(50, newest)] for _ in range(2))
    assert [(p.id, p.name, p.label_id) for p in once] == [(p.id, p.name, p.label_id) for p in again]


def test_figures_are_ready_for_the_front_page() -> None:
    assert statistics.share_labelled() == pytest.approx(0.15, abs=0.03)
    assert sum(day["decisions"] for day in statistics.measure()["agreement"]["days"]) > 50
