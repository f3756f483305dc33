"""What exports tell of when, with what and where photos were taken, and what comes in again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from recognition.exchange.exporting import Export, Selection
from recognition.models import Label, Photo
from recognition.photos import archives, intake
from recognition.photos.capture import columns, places
from recognition.photos.capture.columns import place_of
from tests.cnn.pixels.exif.test_reading import capture
from tests.support.exif import ZURICH, photo
from tests.support.files import arrived

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def stored(uploader: User) -> Photo:
    dog = Label.objects.get(slug="dog")
    [outcome] = intake.accept([(arrived(photo(offset="+02:00")), dog)], uploader)
    assert outcome.photo
    return Photo.objects.get(id=outcome.photo.id)


def exported(**selection: Any) -> dict[str, bytes]:
    content = b"".join(Export(Photo.objects.all(), Selection(**selection)).archive())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def row_of(files: dict[str, bytes]) -> dict[str, str]:
    [row] = csv.DictReader(io.StringIO(files["photos.csv"].decode("utf-8-sig")))
    return row


def test_time_and_camera_are_told_and_the_place_is_not(stored: Photo) -> None:
    files = exported()
    row = row_of(files)
    assert (row["taken_at"], row["camera"]) == ("2025-06-01T12:05:06+00:00", "Canon EOS R5")
    assert not {"latitude", "longitude"} & set(row)
    [image] = json.loads(files["coco.json"])["images"]
    assert (image["date_captured"], image["camera"]) == (row["taken_at"], row["camera"])
    assert not {"latitude", "longitude"} & set(image)
    content = files[row["file"]]
    assert columns.of_file(capture(content)).place is None
    assert hashlib.sha256(content).hexdigest() == row["sha256"] != stored.sha256


def test_the_place_is_told_where_it_is_wanted(stored: Photo) -> None:
    files = exported(place=True)
    row = row_of(files)
    assert (float(row["latitude"]), float(row["longitude"])) == pytest.approx(ZURICH, abs=1e-6)
    [image] = json.loads(files["coco.json"])["images"]
    assert image["latitude"] == float(row["latitude"])
    assert files[row["file"]] == stored.original_path.read_bytes()


def test_nobody_is_told_the_places_of_those_who_drop_them(stored: Photo, uploader: User) -> None:
    places.set_dropped(uploader, True)  # the job has not been here yet
    files = exported(place=True)
    row = row_of(files)
    assert row["latitude"] == ""
    assert columns.of_file(capture(files[row["file"]])).place is None


def test_yolo_and_the_table_tell_no_place_either(stored: Photo) -> None:
    export = Export(Photo.objects.all(), Selection())
    assert b"latitude" not in b"".join(export.table())
    content = b"".join(Export(Photo.objects.all(), Selection()).yolo())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [name] = [each for each in archive.namelist() if each.endswith(".jpg")]
        assert columns.of_file(capture(archive.read(name))).place is None


@pytest.mark.parametrize("with_place", [False, True])
def test_what_went_out_comes_in_again(
    with_place: bool, stored: Photo, reviewer: User, tmp_path: Any
) -> None:
    options = ["--with-place"] if with_place else []
    call_command("export_photos", str(tmp_path / "a.zip"), *options, stdout=io.StringIO())
    archive = arrived((tmp_path / "a.zip").read_bytes())
    archives.accept(archive, True, reviewer, intake.open_batch(reviewer))
    archive.discard()
    back = Photo.objects.get(owner=reviewer)
    told = (back.taken_at, back.camera, back.label, back.split, back.name)
    assert told == (stored.taken_at, stored.camera, stored.label, stored.split, stored.name)
    assert place_of(back) == (place_of(stored) if with_place else None)


def test_an_edited_table_is_told_what_makes_no_sense(stored: Photo, reviewer: User) -> None:
    files = exported(place=True)
    wrong = {b"2025-06-01T12:05:06+00:00": b"01.06.2025", b",47.376": b",147.376"}
    for good, bad in wrong.items():
        altered = files | {"photos.csv": files["photos.csv"].replace(good, bad)}
        assert altered != files
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as packed:
            for name, content in altered.items():
                packed.writestr(name, content)
        archive = arrived(stream.getvalue())
        with pytest.raises(archives.UnreadableArchive) as error:
            archives.accept(archive, True, reviewer, intake.open_batch(reviewer))
        archive.discard()
        assert {each.code for each in error.value.refusals} == {"table_bad_capture"}
        assert error.value.refusals[0].detail
