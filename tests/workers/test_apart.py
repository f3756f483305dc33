"""What takes long to decode is predicted beside everything else."""

from __future__ import annotations

from threading import Event

import pytest
from django.contrib.auth.models import User
from PIL import Image

from recognition.cnn.serving.classifier import HeavyPhoto, Look, Outcome
from recognition.models import ModelVersion, Photo, Prediction, State, Weight
from recognition.photos import intake
from recognition.predictions import model_cache
from recognition.workers import predictor
from recognition.workers.apart import Apart
from recognition.workers.predictor import predict_pending
from tests.support.files import arrived, encoded, picture
from tests.support.rows import FakeClassifier, answer

HEAVY = encoded(Image.new("1", (6000, 5000)), "PNG")


class SlowApart(FakeClassifier):
    """Takes as long as it is told for what takes long."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = Event()
        self.looks: list[Look] = []

    def predict_apart(self, look: Look) -> Outcome:
        self.looks.append(look)
        self.may_end.wait(30)
        return answer("car", "vehicle")


@pytest.fixture
def classifier(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> SlowApart:
    fake = SlowApart()
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())
    monkeypatch.setattr(predictor, "apart", Apart())
    monkeypatch.setattr(model_cache, "load_classifier", lambda version, in_haste: fake)
    return fake


def upload(owner: User, content: bytes) -> Photo:
    [outcome] = intake.accept([(arrived(content), None)], owner)
    return outcome.photo


def state(photo: Photo) -> State:
    return Prediction.objects.get(photo=photo).state


def test_others_are_answered_meanwhile(
    uploader: User, classifier: SlowApart, monkeypatch: pytest.MonkeyPatch
) -> None:
    heavy, light = upload(uploader, HEAVY), upload(uploader, encoded(picture()))
    monkeypatch.setattr(predictor, "MAX_DRAIN_S", 0.5)
    assert predict_pending() == 1
    assert (state(light), state(heavy)) == (State.DONE, State.RUNNING)
    late = upload(uploader, encoded(picture(seed=1)))
    assert predict_pending() == 1
    assert state(late) == State.DONE
    classifier.may_end.set()
    assert predict_pending() == 1
    assert state(heavy) == State.DONE
    assert Prediction.objects.get(photo=heavy).label.slug == "car"


def test_they_come_one_after_the_other(uploader: User, classifier: SlowApart) -> None:
    contents = [encoded(Image.new("1", (6000, 5000 + turn)), "PNG") for turn in range(3)]
    photos = [upload(uploader, content) for content in contents]
    classifier.may_end.set()
    assert predict_pending() == 3
    assert [look.source for look in classifier.looks] == [photo.original_path for photo in photos]


def test_what_turns_out_to_take_long_waits_again(
    uploader: User, classifier: SlowApart, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = upload(uploader, encoded(picture()))
    monkeypatch.setattr(classifier, "stream", lambda batches: ([HeavyPhoto()] for _ in batches))
    classifier.may_end.set()
    assert predict_pending() == 1
    row = Prediction.objects.get(photo=photo)
    assert (row.state, row.weight) == (State.DONE, Weight.HEAVY)


def test_what_the_version_before_was_still_decoding_is_answered_by_the_new_one(
    uploader: User, classifier: SlowApart, monkeypatch: pytest.MonkeyPatch
) -> None:
    heavy, light = upload(uploader, HEAVY), upload(uploader, encoded(picture()))
    monkeypatch.setattr(predictor, "MAX_DRAIN_S", 0.5)
    assert predict_pending() == 1
    ModelVersion.objects.update(live=False)
    promoted = ModelVersion.objects.create(number=2, live=True, sha256="2", labels=[])
    classifier.may_end.set()
    monkeypatch.setattr(predictor, "MAX_DRAIN_S", 60)
    assert predict_pending() == 1
    by = {row.photo_id: row.model_version_id for row in Prediction.objects.all()}
    assert (by[heavy.id], by[light.id] == promoted.id) == (promoted.id, False)
    assert len(classifier.looks) == 2
