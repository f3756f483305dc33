"""Three small versions of the network: two of one backbone, one of another.

The embedding of a photo is made up: all zeros but for one place, which decides the answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from django.contrib.auth.models import User
from pytest_django import Settings

from recognition.cnn.manifest import Manifest, read_manifest
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.store.checkpoint import build_network, save_version
from recognition.cnn.taxonomy import Label as TaxonomyLabel
from recognition.models import (
    ComparedPhoto,
    Comparison,
    Label,
    ModelVersion,
    Photo,
    Split,
    State,
    split_of,
)
from recognition.versions.comparison.comparing import compare_pending, request
from recognition.versions.registry import register
from tests.support.rows import add_photo, manifest

EMBEDDING_SIZE = 84
# Which class each place of the embedding speaks for. The classes are dog, car, taxi or cat,
# neither. Places 4 and 5 are told apart by the second version the other way round.
FIRST = (0, 1, 2, 3, 0, 1)
SECOND = (0, 1, 2, 3, 1, 0)
CAT = TaxonomyLabel("cat", "animal", "Cat", "猫", None, (2,))


@pytest.fixture(scope="session")
def small_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Versions 1 and 2, of one backbone, and 3. Version 2 knows cats, and no taxis."""
    store = tmp_path_factory.mktemp("models_store")
    plain = manifest(network="lenet5", preprocessing=NETWORKS["lenet5"].preprocessing)
    dog, car, _taxi, neither = plain.labels
    with_cat = replace(plain, labels=(dog, car, CAT, neither), name="With cats")
    _save(store / "1", plain, FIRST, backbone=1)
    _save(store / "2", with_cat, SECOND, backbone=1)
    _save(store / "3", replace(plain, name="Other backbone"), FIRST, backbone=3)
    return store


def _save(folder: Path, its_manifest: Manifest, speaks_for: tuple[int, ...], backbone: int) -> None:
    torch.manual_seed(backbone)
    model = build_network(its_manifest)
    with torch.no_grad():
        model.head.fine.weight.zero_()
        model.head.fine.bias.zero_()
        for place, class_number in enumerate(speaks_for):
            model.head.fine.weight[class_number, place] = 3.0
    with patch(
        "recognition.cnn.store.checkpoint.find_spec", return_value=None
    ):  # no OpenVINO: quicker
        save_version(folder, its_manifest, model)


@pytest.fixture
def versions(db: None, small_versions: Path, settings: Settings) -> list[ModelVersion]:
    settings.ARK_MODELS_STORE = small_versions
    settings.ARK_ENGINE = "torch"
    return [register(number, read_manifest(small_versions / str(number))) for number in (1, 2, 3)]


@pytest.fixture
def baseline(versions: list[ModelVersion]) -> ModelVersion:
    return versions[0]


@pytest.fixture
def candidate(versions: list[ModelVersion]) -> ModelVersion:
    return versions[1]


@pytest.fixture
def photo_of(baseline: ModelVersion, uploader: User) -> Callable[..., Photo]:
    """Makes a photo of the test split with this place of its embedding set, and maybe a label."""

    def make(place: int, label: str = "", split: Split = Split.TEST, **fields) -> Photo:
        embedding = np.zeros(EMBEDDING_SIZE, "<f2")
        embedding[place] = 1
        said = {
            "id": id_in(split),
            "prediction__state": State.DONE,
            "prediction__label": Label.objects.get(slug="dog"),
            "prediction__embedding": embedding.tobytes(),
        }
        if label:
            said["label"] = Label.objects.get(slug=label)
        return add_photo(uploader, **{**said, **fields})

    return make


@pytest.fixture
def compared(
    baseline: ModelVersion, candidate: ModelVersion, photo_of: Callable[..., Photo]
) -> Callable[[], Comparison]:
    def make() -> Comparison:
        row = request(candidate, baseline)
        compare_pending()
        row.refresh_from_db()
        return row

    return make


def outcomes(comparison: Comparison, part: str = ComparedPhoto.Part.TEST) -> dict:
    rows = comparison.photos.filter(part=part)
    return {row.photo_id: (row.outcome, row.before.slug, row.after.slug) for row in rows}


def id_in(split: Split) -> uuid.UUID:
    """A new id of this split."""
    while split_of(found := uuid.uuid4()) != split:
        pass
    return found


def write_original(photo: Photo, content: bytes) -> None:
    photo.original_path.parent.mkdir(parents=True, exist_ok=True)
    photo.original_path.write_bytes(content)
