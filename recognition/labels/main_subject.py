"""What a label is about: the main subject that the network found, or what people say instead.

The shown prediction follows: its first subject and its embedding are those of the box. If the
network has not looked at just this box, a predictor does so soon.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from recognition.core import wakeups
from recognition.labels import boxes
from recognition.models import ModelVersion, Photo, Prediction, State, Subject, View


def follow(photos: Sequence[Photo]) -> None:
    """After the boxes of these photos changed, which are locked with their shown predictions."""
    shown = [(photo, photo.prediction) for photo in photos if photo.prediction]
    found = of_predictions(prediction for _photo, prediction in shown)
    look_closer(
        prediction
        for photo, prediction in shown
        if not _is_main_at_once(photo, found.get(prediction.id, []))
    )


def look_closer(predictions: Iterable[Prediction]) -> None:
    """Let a predictor look at the boxes of these photos, whose predictions are locked. A version
    that knows no subjects has nothing to look at; a prediction that waits is told its boxes when
    its turn comes."""
    done = [prediction for prediction in predictions if prediction.state == State.DONE]
    versions = ModelVersion.objects.filter(view=View.SUBJECTS).values_list("id", flat=True)
    looks = set(versions) if done else set()
    due = [prediction.id for prediction in done if prediction.model_version_id in looks]
    if due:
        Prediction.objects.filter(id__in=due).update(look_due=timezone.now())
        transaction.on_commit(wakeups.wake_predictor)


def of_predictions(predictions: Iterable[Prediction]) -> dict[object, list[Subject]]:
    """The subjects of each of these predictions that has any, the main one first."""
    found: dict[object, list[Subject]] = {}
    ids = [prediction.id for prediction in predictions]
    for subject in Subject.objects.filter(prediction__in=ids).order_by("prediction", "rank"):
        found.setdefault(subject.prediction_id, []).append(subject)
    return found


def forget_drawn(photo: Photo, box: boxes.Box) -> None:
    """What nobody but people found is no subject any more; the main one is the photo's own."""
    drawn = [subject.id for subject in subjects_at(photo, box) if not subject.found]
    Subject.objects.filter(id__in=drawn, rank__gt=0).delete()


def subjects_at(photo: Photo, box: boxes.Box) -> list[Any]:
    """Subjects of the shown prediction, with `has_embedding`."""
    found = Subject.objects.filter(prediction=photo.prediction_id).defer("embedding")
    found = found.annotate(has_embedding=Q(embedding__isnull=False))
    return [subject for subject in found if boxes.same(subject.box, box)]


def _is_main_at_once(photo: Photo, subjects: list[Subject]) -> bool:
    """Make the subject whose box it is the first one, if there is one that was looked at."""
    if photo.box is None:
        return False
    is_same = [boxes.same(subject.box, photo.box) for subject in subjects]
    if True not in is_same:
        return False
    main = subjects.pop(is_same.index(True))
    if main.embedding is None:
        return False
    for rank, subject in enumerate([main, *subjects]):
        subject.rank = rank
    Subject.objects.bulk_update([main, *subjects], ["rank"])
    # The analyst compares embeddings.
    Prediction.objects.filter(id=main.prediction_id).update(
        embedding=main.embedding, analysis_due=timezone.now()
    )
    return True
