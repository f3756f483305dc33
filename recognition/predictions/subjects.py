"""Store the subjects that a version found in photos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recognition.cnn.serving.classifier import Answer, FoundSubject
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.models import Prediction, Subject
from recognition.predictions.answering import Answering

_ROUNDED = 4  # digits of a box: a pixel of a photo of 10,000


def replace(
    answers: Mapping[Prediction, Answer], groups: LabelGroups, answering: Answering
) -> None:
    """As `add`, instead of the subjects that these predictions had."""
    Subject.objects.filter(prediction__in=answers).delete()
    add(answers, groups, answering)


def add(answers: Mapping[Prediction, Answer], groups: LabelGroups, answering: Answering) -> None:
    """Store the subjects of these answers, which are of one version and as it gave them. The
    predictions are locked, or not seen by others yet.

    groups: how the version's labels go into those in use.
    """
    Subject.objects.bulk_create(
        subject
        for row, answer in answers.items()
        for subject in _rows(row, answer.subjects or (), groups, answering)
    )


def _rows(
    row: Prediction, found: Iterable[FoundSubject], groups: LabelGroups, answering: Answering
) -> Iterable[Subject]:
    for rank, subject in enumerate(found):
        said = subject.grouped(groups)
        label, confidence = answering(said.top)
        yield Subject(
            prediction=row,
            rank=rank,
            box=[round(float(side), _ROUNDED) for side in subject.box],
            found=subject.found,
            score=subject.score,
            label=label,
            kind=label.kind,
            confidence=confidence,
            top=[{"label": slug, "confidence": share} for slug, share in said.top],
            embedding=subject.embedding.astype("<f2").tobytes(),
        )
