"""What leaves one instance and comes into another is the same."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User

from recognition.exchange.exporting import Export, Selection
from recognition.exchange.importing import FolderImport
from recognition.models import Batch, Decision, Label, Photo, Prediction
from tests.support import whole_sets

pytestmark = pytest.mark.usefixtures("version")
PHOTOS = 120


def exported(path: Path) -> dict:
    content = b"".join(Export(Photo.objects.all(), Selection(place=True)).archive())
    path.write_bytes(content)
    return whole_sets.told(path)


def take_in(folder: Path, owner: User) -> None:
    outcomes = list(FolderImport(folder, owner, labelled=True, makes_labels=True))
    assert [outcome for outcome in outcomes if outcome.refusal] == []


def empty() -> None:
    """As an instance that has just been set up."""
    Photo.objects.update(prediction=None)
    for model in (Prediction, Decision, Photo, Batch):
        model.objects.all().delete()  # type: ignore[attr-defined]
    Label.objects.filter(slug__in=["pickup", "wolf-like"]).delete()


def test_all_that_was_said_is_the_same_elsewhere(
    tmp_path: Path, uploader: User, reviewer: User
) -> None:
    whole_sets.write(tmp_path / "made", PHOTOS)
    take_in(tmp_path / "made", uploader)
    here = exported(tmp_path / "out.zip")
    empty()
    with ZipFile(tmp_path / "out.zip") as archive:
        archive.extractall(tmp_path / "out")
    take_in(tmp_path / "out", reviewer)
    there = exported(tmp_path / "again.zip")
    assert len(here["photos"]) == PHOTOS
    assert there == here
    said = list(here["photos"].values())
    assert {row["split"] for row in said} == {"train", "validation", "test"}
    assert {row["camera"] for row in said} == {"", "Canon EOS R5", "Pinhole 针孔"}
    assert sum(row["box_by"] == "person" for row in said) == PHOTOS // 3
    assert len(here["parts"]) == PHOTOS // 5
