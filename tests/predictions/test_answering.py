"""Where no label is sure enough its parent is the answer."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.cnn import narrowest
from recognition.labels.tree import set_active
from recognition.models import Label, ModelVersion, Photo, Promise
from recognition.predictions import queue
from tests.support.rows import add_photo, answer_of

UNSURE = {"taxi": 0.38, "car": 0.35, "dog": 0.2}


@pytest.fixture(autouse=True)
def vehicle(version: ModelVersion) -> Label:
    """Above the version's car, which stands above its taxi."""
    names = {"name_en": "Vehicle", "name_zh": "交通工具"}
    group = Label.objects.create(slug="vehicle", kind="vehicle", **names)
    Label.objects.filter(slug="car").update(parent=group)
    return group


def answered(owner: User, **probabilities: float) -> Photo:
    photo = add_photo(owner)
    version = ModelVersion.objects.get()
    queue.store(queue.claim(version), [answer_of(**probabilities)])
    return Photo.objects.select_related("prediction__label").get(id=photo.id)


def promised(version: ModelVersion, **floors: float) -> None:
    ids = {label.slug: str(label.id) for label in Label.objects.all()}
    by_id = {ids[slug]: floors[slug] for slug in floors}
    rules = {"version_id": version.id, "floors": by_id, "groups": by_id}
    Promise.objects.create(active=True, applied={**rules, "check_rate": 0.0})


@pytest.fixture(autouse=True)
def _four_labels_can_be_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrowest, "ENOUGH", 0.4)


def test_a_photo_of_which_no_label_is_sure_gets_its_parent(uploader: User) -> None:
    prediction = answered(uploader, **UNSURE).prediction
    assert (prediction.label.slug, prediction.kind) == ("car", "vehicle")
    assert prediction.confidence == pytest.approx(0.73)
    assert [said["label"] for said in prediction.top] == ["taxi", "car", "dog", "neither"]


def test_a_retired_group_is_passed_over(uploader: User, vehicle: Label) -> None:
    set_active(vehicle, False)
    assert answered(uploader, car=0.3, neither=0.3).prediction.label.slug == "car"
    set_active(Label.objects.get(slug="car"), False)
    assert answered(uploader, **UNSURE).prediction.label.slug == "taxi"


def test_a_label_that_people_set_below_a_broad_answer_is_no_contradiction(uploader: User) -> None:
    photo = add_photo(uploader, label=Label.objects.get(slug="taxi"))
    queue.store(queue.claim(ModelVersion.objects.get()), [answer_of(car=0.9, dog=0.1)])
    assert Photo.objects.get(id=photo.id).prediction.disagreement is None


def test_the_promise_says_how_broad_an_answer_is(uploader: User, version: ModelVersion) -> None:
    promised(version, taxi=0.8, car=0.9, vehicle=0.9)
    assert answered(uploader, taxi=0.85, car=0.1).prediction.label.slug == "taxi"
    assert answered(uploader, taxi=0.75, car=0.2).prediction.label.slug == "car"
    assert answered(uploader, taxi=0.75, dog=0.2).prediction.label.slug == "taxi"


def test_what_another_version_promised_says_nothing(uploader: User, version: ModelVersion) -> None:
    promised(version, car=0.9)
    Promise.objects.update(applied={"version_id": 99, "floors": {}, "check_rate": 0.0})
    assert answered(uploader, taxi=0.75, car=0.2).prediction.label.slug == "taxi"
    Promise.objects.update(applied=None)
    assert answered(uploader, taxi=0.75, car=0.2).prediction.label.slug == "taxi"
