"""What reviewers see next keeps up with the labels."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User

from recognition.analysis import analysis, refresher
from recognition.analysis.neighbours import Evidence, LabelledPhotos
from recognition.labels import labelling
from recognition.models import Label, Photo, Prediction, Via
from tests.support.rows import due_photo, embedding

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture(autouse=True)
def labelled(monkeypatch: pytest.MonkeyPatch) -> LabelledPhotos:
    fresh = LabelledPhotos()
    monkeypatch.setattr(analysis, "labelled", fresh)
    return fresh


def analysed(owner: User, seed: int, like: int, similarity: float, **fields: object) -> Photo:
    found = {
        "prediction__novelty": 1.0,
        "prediction__margin": 0.5,
        "prediction__analysis_due": None,
    }
    row = embedding(seed, like, similarity)
    return due_photo(owner, b"", row, **{**found, **fields})


def confirm(photo: Photo, by: User) -> None:
    labelling.decide(photo.id, Label.objects.get(slug="dog"), by, Via.QUEUE)


def novelty(photo: Photo) -> float:
    return Prediction.objects.get(photo=photo).novelty


def test_a_label_makes_what_looks_alike_less_new(
    uploader: User, reviewer: User, labelled: LabelledPhotos
) -> None:
    labelled.catch_up()
    photo, other, far = (
        analysed(uploader, seed, 9, similarity) for seed, similarity in [(1, 1), (2, 0.8), (3, 0)]
    )
    confirm(photo, reviewer)
    labelled.catch_up()
    refresher.refresh()
    assert novelty(other) == pytest.approx(0.2, abs=0.01)
    assert novelty(far) == pytest.approx(1.0, abs=0.1)
    assert Prediction.objects.get(photo=other).similar[0]["photo"] == str(photo.id)


def test_the_most_novel_are_right_although_few_were_looked_at(
    uploader: User, reviewer: User, labelled: LabelledPhotos, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the first turn out to be known, others take their place and are looked at too."""
    monkeypatch.setattr(refresher, "FIRST", 2)
    known = [analysed(uploader, seed, 9, 0.9) for seed in range(1, 4)]
    new = analysed(uploader, 4, 8, 1, prediction__novelty=0.7)
    confirm(known[0], reviewer)
    labelled.catch_up()
    refresher.refresh()
    by_novelty = Prediction.objects.filter(review__isnull=False).order_by("-novelty")
    assert by_novelty[0].photo_id == new.id


def test_a_photo_that_waits_for_the_analyst_goes_on_waiting(
    uploader: User, labelled: LabelledPhotos
) -> None:
    due_photo(uploader, b"", embedding(1))
    labelled.catch_up()
    refresher.refresh()
    row = Prediction.objects.get()
    assert (row.novelty, row.analysis_due is None) == (None, False)


def test_an_answer_that_was_replaced_meanwhile_gets_no_evidence(
    uploader: User, labelled: LabelledPhotos, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysed(uploader, 1, 9, 1)
    labelled.catch_up()
    find = labelled.evidence

    def find_slowly(*arguments: Any) -> list[Evidence]:
        Prediction.objects.update(review=None, margin=None, novelty=None)
        return find(*arguments)

    monkeypatch.setattr(labelled, "evidence", find_slowly)
    refresher.refresh()
    assert Prediction.objects.get().novelty is None


def test_evidence_is_refreshed_when_labels_changed_and_not_too_often(
    uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = Mock()
    monkeypatch.setattr(refresher, "refresh", refresh)
    photo = analysed(uploader, 1, 9, 1)
    work = refresher.Refresher()
    work.refresh_if_due()
    work.refresh_if_due()
    assert refresh.call_count == 1  # at the start, and then only when something changes
    confirm(photo, reviewer)
    work.refresh_if_due()
    assert refresh.call_count == 1  # just done
    monkeypatch.setattr(work, "_next_s", 0)
    work.refresh_if_due()
    assert refresh.call_count == 2
