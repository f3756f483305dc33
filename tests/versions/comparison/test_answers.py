"""Answers from stored embeddings, and from files where there are none of the same backbone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from recognition.models import ModelVersion, Photo, Prediction
from recognition.versions.comparison import answers as module
from recognition.versions.comparison.answers import answers
from tests.support.files import encoded, picture
from tests.versions.comparison.conftest import write_original


def best(said: module.Answers) -> list[str]:
    return [said.labels[column].slug for column in said.log_probabilities.argmax(axis=1)]


def test_versions_of_one_backbone_answer_from_the_same_embeddings(
    baseline: ModelVersion, candidate: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    photos = [photo_of(4).id, photo_of(5).id, photo_of(2).id]
    assert best(answers(baseline, photos)) == ["dog", "car", "taxi"]
    assert best(answers(candidate, photos)) == ["car", "dog", "cat"]


def test_answers_are_probabilities_in_the_order_asked_for(
    baseline: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    photos = [photo_of(place).id for place in (1, 0, 3)]
    said = answers(baseline, photos[::-1])
    assert said.photo_ids == photos[::-1]
    assert np.exp(said.log_probabilities).sum(axis=1) == pytest.approx([1, 1, 1])


def test_another_backbone_reads_the_files(
    versions: list[ModelVersion], photo_of: Callable[..., Photo]
) -> None:
    first, second = photo_of(0), photo_of(1)
    write_original(second, encoded(picture()))
    said = answers(versions[2], [first.id, second.id])
    assert said.photo_ids == [second.id]
    assert said.unreadable == 1


def test_what_a_version_of_its_own_backbone_stored_is_not_read_again(
    versions: list[ModelVersion], photo_of: Callable[..., Photo]
) -> None:
    photo = photo_of(1)
    Prediction.objects.filter(photo=photo).update(model_version=versions[2])
    assert best(answers(versions[2], [photo.id])) == ["car"]


def test_only_so_many_files_are_read(
    versions: list[ModelVersion],
    photo_of: Callable[..., Photo],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 2)
    photos = [photo_of(0) for _ in range(3)]
    for photo in photos:
        write_original(photo, encoded(picture()))
    said = answers(versions[2], [photo.id for photo in photos])
    assert said.photo_ids == [photo.id for photo in photos[:2]]
    assert (said.unreadable, said.unread) == (0, 1)


def test_without_photos_there_are_no_answers(baseline: ModelVersion) -> None:
    said = answers(baseline, [])
    assert said.log_probabilities.shape == (0, 4)
