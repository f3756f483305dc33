"""An original that is not what was uploaded never leaves as if it were: exports go on without."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from recognition.exchange.exporting import Export, Selection
from recognition.models import Label, Photo
from recognition.photos import intake
from tests.storage.conftest import Damage, cut, flip
from tests.support.files import arrived, encoded, picture

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def labelled(reviewer: User) -> list[Photo]:
    dog = Label.objects.get(slug="dog")
    uploads = [(arrived(encoded(picture(seed=seed)), f"{seed}.jpg"), dog) for seed in range(3)]
    photos = [outcome.photo for outcome in intake.accept(uploads, reviewer)]
    Photo.objects.filter(id=photos[2].id).update(name="missing.jpg")
    return [photo for photo in photos if photo]


def is_photo(name: str) -> bool:
    return name.endswith(".jpg")


@pytest.mark.parametrize("form", ["archive", "yolo"])
@pytest.mark.parametrize("damage", [cut, flip])
def test_an_export_leaves_it_out_and_says_so(
    form: str, damage: Damage, labelled: list[Photo]
) -> None:
    whole, damaged, missing = labelled
    damage(damaged.original_path)
    missing.original_path.unlink()
    export = Export(Photo.objects.all(), Selection())
    content = b"".join(getattr(export, form)())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        photos = [archive.read(name) for name in archive.namelist() if is_photo(name)]
        errors = archive.read("errors.txt").decode()
    assert photos == [whole.original_path.read_bytes()]
    assert f"the original of {damaged.id} is damaged: its sha256 differs" in errors
    assert f"the original of {missing.id} is missing" in errors
    assert export.problems == 2


def test_the_command_tells_by_its_exit_status(labelled: list[Photo], tmp_path: Path) -> None:
    call_command("export_photos", tmp_path / "whole.zip", stdout=io.StringIO())
    flip(labelled[1].original_path)
    stderr = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("export_photos", tmp_path / "rest.zip", stdout=io.StringIO(), stderr=stderr)
    assert ended.value.code == 1
    assert "1 originals are missing or damaged" in stderr.getvalue()
    assert zipfile.is_zipfile(tmp_path / "rest.zip")


def test_a_damaged_original_is_downloaded_only_by_who_was_told(
    labelled: list[Photo], client: Client, reviewer: User
) -> None:
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    photo = labelled[0]
    flip(photo.original_path)
    address = f"/photos/{photo.id}/original"
    told = client.get(address)
    assert (told.status_code, "is damaged" in told.text) == (409, True)
    taken: Any = client.get(address, {"damaged": "take"})
    assert b"".join(taken.streaming_content) == photo.original_path.read_bytes()
