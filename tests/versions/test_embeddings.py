"""Embeddings from the database as numbers, and from files."""

from __future__ import annotations

from unittest.mock import MagicMock
from uuid import uuid4

import numpy as np
import pytest
from django.contrib.auth.models import User

from recognition.cnn.serving.classifier import Classifier
from recognition.models import ModelVersion, Photo, Prediction
from recognition.versions import looking
from recognition.versions.embeddings import from_files, normalised, stored
from recognition.versions.finder import folder
from recognition.versions.registry import register
from tests.support.rows import add_photo, due_photo, manifest
from tests.support.subjects import RIGHT, FakeFinder, looks_closer


def test_rows_have_length_one_and_keep_their_direction() -> None:
    rows = normalised([np.array(row, "<f2").tobytes() for row in ([3, 4], [0, -2])])
    assert rows.dtype == np.float32
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0.0, -1.0]]))


def test_an_embedding_of_zeros_stays_as_it_is() -> None:
    assert normalised([np.zeros(2, "<f2").tobytes()]).tolist() == [[0.0, 0.0]]


def test_the_embedding_that_counts_is_of_the_answer_that_is_shown(
    uploader: User, version: ModelVersion
) -> None:
    """Another answer of the same backbone may be newer, and of another part of the photo."""
    newer = register(2, manifest(name="Newer"))
    ModelVersion.objects.update(backbone_sha256="the same")
    newer.refresh_from_db()
    photo = due_photo(uploader, b"", np.ones(4))
    other = Prediction.objects.create(
        photo=photo, model_version=newer, embedding=np.zeros(4, "<f2").tobytes()
    )
    assert stored(newer, [photo.id])[photo.id].tolist() == [1, 1, 1, 1]
    Photo.objects.update(prediction=other)
    assert stored(newer, [photo.id])[photo.id].tolist() == [0, 0, 0, 0]


def test_of_files_it_is_the_main_subjects_as_people_said(
    uploader: User, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = FakeFinder()
    load = MagicMock()
    load.return_value.__enter__.return_value = network
    monkeypatch.setattr(Classifier, "load", load)
    monkeypatch.setattr(looking, "finder", lambda: "f" * 64)
    drawn = add_photo(uploader, box=list(RIGHT))
    gone = uuid4()
    [found] = from_files(looks_closer(version), [drawn.id, gone])
    assert [(look.main, look.closer) for look in network.looks] == [(RIGHT, True), (None, True)]
    assert found[drawn.id].tolist() == [0.5] * 1280
    assert load.call_args.kwargs["finder"] == folder()
