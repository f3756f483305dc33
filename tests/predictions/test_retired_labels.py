"""What a version says once labels that it knows are retired or merged."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.labels.merging import merge
from recognition.labels.tree import add, set_active
from recognition.models import Label, ModelVersion, Photo, Prediction
from recognition.predictions import backfill
from recognition.predictions.queue import claim, claim_backfill, store
from tests.support.rows import add_photo, answer_of, register_measured, training_run

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def retire(slug: str) -> None:
    set_active(label(slug), False)


def predicted(photo: Photo, version: ModelVersion, **probabilities: float) -> Prediction:
    """What is stored of an answer with these probabilities by label."""
    assert store(claim(version), [answer_of(**probabilities)]) == 1
    return Prediction.objects.select_related("label").get(photo=photo)


def top(row: Prediction) -> dict[str, float]:
    return {entry["label"]: round(entry["confidence"], 6) for entry in row.top}


def test_a_retired_label_counts_as_its_parent(uploader: User, version: ModelVersion) -> None:
    retire("taxi")
    row = predicted(add_photo(uploader), version, dog=0.4, taxi=0.35, car=0.15, neither=0.1)
    assert (row.label.slug, row.kind, row.confidence) == ("car", "vehicle", pytest.approx(0.5))
    assert top(row) == {"car": 0.5, "dog": 0.4, "neither": 0.1}
    assert row.margin == pytest.approx(0.1)
    assert row.fine == "cab"


def test_a_retired_label_counts_as_its_nearest_ancestor_in_use(
    uploader: User, version: ModelVersion
) -> None:
    vehicle = add("road-vehicle", "Road vehicle", "道路车辆", "vehicle")
    Label.objects.filter(slug="car").update(parent=vehicle)
    retire("car")
    retire("taxi")
    row = predicted(add_photo(uploader), version, taxi=0.5, car=0.3, dog=0.2)
    assert top(row) == {"road-vehicle": 0.8, "dog": 0.2, "neither": 0.0}
    assert row.label == vehicle


def test_without_an_ancestor_the_others_share_it_in_proportion(
    uploader: User, version: ModelVersion
) -> None:
    retire("dog")
    row = predicted(add_photo(uploader), version, dog=0.6, car=0.3, neither=0.1)
    assert (row.label.slug, row.confidence) == ("car", pytest.approx(0.75))
    assert top(row) == {"car": 0.75, "neither": 0.25, "taxi": 0.0}
    assert row.margin == pytest.approx(0.5)
    assert row.fine == "sports car"


def test_a_merged_label_counts_as_what_it_was_merged_into(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    merge(label("taxi"), label("dog"), reviewer)
    row = predicted(add_photo(uploader), version, taxi=0.35, dog=0.15, car=0.4, neither=0.1)
    assert top(row) == {"dog": 0.5, "car": 0.4, "neither": 0.1}
    assert (row.label.slug, row.kind) == ("dog", "animal")


def test_a_label_that_is_brought_back_is_said_again(uploader: User, version: ModelVersion) -> None:
    retire("dog")
    set_active(label("dog"), True)
    assert predicted(add_photo(uploader), version, dog=0.9, car=0.1).label.slug == "dog"


def test_what_is_neither_is_never_retired() -> None:
    retire("neither")
    assert label("neither").active


def test_a_photo_keeps_its_retired_label_without_being_contradicted(
    uploader: User, version: ModelVersion
) -> None:
    """No version can say it any more."""
    photo = add_photo(uploader, label=label("dog"))
    retire("dog")
    assert predicted(photo, version, dog=0.9, car=0.1).disagreement is None


def test_the_parent_does_not_contradict_a_retired_label(
    uploader: User, version: ModelVersion
) -> None:
    photo = add_photo(uploader, label=label("taxi"))
    retire("taxi")
    assert predicted(photo, version, taxi=0.9, dog=0.1).disagreement is None


def test_a_retired_label_is_contradicted_by_what_is_no_ancestor(
    uploader: User, version: ModelVersion
) -> None:
    photo = add_photo(uploader, label=label("taxi"))
    retire("taxi")
    row = predicted(photo, version, dog=0.6, taxi=0.2, car=0.1, neither=0.1)
    assert row.disagreement == pytest.approx(0.6 - 0.3)


def test_an_answer_from_before_stays_as_it_was_given(uploader: User, version: ModelVersion) -> None:
    photo = add_photo(uploader)
    before = predicted(photo, version, dog=0.9, car=0.1)
    retire("dog")
    after = Prediction.objects.select_related("label").get(photo=photo)
    assert (after.label, after.top) == (before.label, before.top)


def test_what_is_predicted_again_is_in_labels_in_use(uploader: User, version: ModelVersion) -> None:
    photo = add_photo(uploader)
    predicted(photo, version, taxi=0.9, dog=0.1)
    newer = register_measured(training_run(), 0.9, 10)
    retire("taxi")
    backfill.again([photo.id], newer)
    backfill.store(claim_backfill(newer), [answer_of(taxi=0.9, dog=0.1)])
    row = Prediction.objects.select_related("label").get(model_version=newer)
    assert (row.label.slug, row.confidence) == ("car", pytest.approx(0.9))
