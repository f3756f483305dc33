"""A photo over which the predictor fails again and again fails itself; the operator is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recognition.cnn.serving.classifier import Look
from recognition.core import failures
from recognition.models import ModelVersion, Prediction, State
from recognition.predictions import model_cache
from recognition.workers import predictor
from recognition.workers.predictor import predict_pending
from tests.support.rows import FakeClassifier
from tests.workers.test_predictor import pictures, upload


class Failing(FakeClassifier):
    """Fails over every batch in which one of these photos is."""

    def __init__(self, *bad: str) -> None:
        super().__init__()
        self.bad = bad

    def stream(self, batches: Iterable[Sequence[Look]]) -> Iterator[list]:
        def looked_at() -> Iterator[Sequence[Look]]:
            for batch in batches:
                if any(str(look.source).endswith(self.bad) for look in batch):
                    raise IndexError("list index out of range")
                yield batch

        return super().stream(looked_at())


@pytest.fixture
def classifier(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> Failing:
    fake = Failing()
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())
    monkeypatch.setattr(model_cache, "load_classifier", lambda version, in_haste: fake)
    monkeypatch.setattr(failures, "_counts", {})
    monkeypatch.setattr(failures, "_told", {})
    return fake


def wake(times: int) -> None:
    for _wake_up in range(times):
        try:
            predict_pending()
        except IndexError:
            continue


def test_one_photo_takes_no_other_along(uploader: User, classifier: Failing) -> None:
    bad, *_others = upload(uploader, *pictures(5))
    classifier.bad = (bad.original_path.name,)
    wake(6)
    states = dict(Prediction.objects.values_list("photo_id", "state"))
    assert states.pop(bad.id) == State.FAILED
    assert set(states.values()) == {State.DONE}
    assert Prediction.objects.get(photo=bad).error == "crashed"


def test_a_version_that_answers_nothing_is_told_and_nothing_runs_for_ever(
    uploader: User, classifier: Failing, client: Client
) -> None:
    upload(uploader, *pictures(2))
    classifier.bad = ("",)
    wake(10)
    assert set(Prediction.objects.values_list("state", flat=True)) == {State.FAILED}
    checks = client.get("/readyz").json()
    assert "IndexError" in str(checks)
    assert client.get("/readyz").status_code == 503
    classifier.bad = ()
    upload(uploader, *pictures(3)[2:])
    wake(1)
    assert failures.lasting() == []
