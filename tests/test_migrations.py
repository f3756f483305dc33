"""Data that older versions left behind."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from recognition.models import Decision, Label, Photo, Prediction, Review
from tests.support.rows import settled_photo

review_of_what_is_there = import_module("recognition.migrations.0003_review_of_what_is_there")

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("version")


def _forget_the_review() -> None:
    Decision.objects.all().delete()
    Prediction.objects.update(review=None, margin=None, disagreement=None, analysis_due=None)


def test_photos_from_before_the_review_take_part_in_it(uploader: User) -> None:
    open_photo = settled_photo(uploader)
    wrong = settled_photo(uploader, label=Label.objects.get(slug="car"))
    _forget_the_review()
    review_of_what_is_there.fill_queue(apps, None)
    waiting, disagreeing = (Photo.objects.get(id=it.id).prediction for it in (open_photo, wrong))
    assert (waiting.review, waiting.disagreement) == (Review.WAITING, None)
    assert waiting.margin == pytest.approx(0.85)
    assert (disagreeing.review, disagreeing.disagreement) == (None, pytest.approx(0.9))
    assert waiting.analysis_due == waiting.created


def test_labels_from_before_the_review_are_decisions(uploader: User, reviewer: User) -> None:
    photo = settled_photo(
        uploader, label=Label.objects.get(slug="car"), labelled_by=reviewer, labelled_at=LONG_AGO
    )
    _forget_the_review()
    review_of_what_is_there.record_decisions(apps, None)
    decision = Decision.objects.get()
    assert decision.at == LONG_AGO
    assert (decision.photo, decision.by, decision.to_label.slug) == (photo, reviewer, "car")
