"""What files say of their making becomes columns, at every door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone

from recognition.exchange.importing import FolderImport
from recognition.models import Photo, Split
from recognition.photos import archives, intake
from recognition.photos.capture import columns
from tests.support.exif import ZURICH, photo
from tests.support.files import arrived, picture, zipped

CAMERA = "Canon EOS R5"


def taken_in(content: bytes, owner: User) -> Photo:
    [outcome] = intake.accept([(arrived(content), None)], owner)
    assert outcome.photo
    return Photo.objects.get(id=outcome.photo.id)


def unpack(files: Mapping[str, bytes], owner: User) -> None:
    archive = arrived(zipped(files))
    archives.accept(archive, False, owner, intake.open_batch(owner))
    archive.discard()


@override_settings(TIME_ZONE="Asia/Shanghai")
def test_a_photo_is_stored_with_when_with_what_and_where(uploader: User) -> None:
    stored = taken_in(photo(offset="+02:00"), uploader)
    assert stored.taken_at == datetime(2025, 6, 1, 12, 5, 6, tzinfo=UTC)
    assert stored.camera == CAMERA
    assert (stored.latitude, stored.longitude) == pytest.approx(ZURICH, abs=1e-6)
    assert (stored.capture_due, stored.taken_or_uploaded) == (None, stored.taken_at)


@override_settings(TIME_ZONE="Asia/Shanghai")
def test_a_clock_without_a_zone_is_this_instances(uploader: User) -> None:
    assert taken_in(photo(), uploader).taken_at == datetime(2025, 6, 1, 6, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("taken", ["9999:12:31 23:59:59", "1826:01:01 00:00:00"])
def test_the_ends_of_time_are_no_problem(taken: str, uploader: User) -> None:
    stored = taken_in(photo(taken=taken, offset="-12:00"), uploader)
    assert (stored.taken_at is None) == taken.startswith("9")


def test_a_photo_of_tomorrow_has_no_time() -> None:
    soon, late = (timezone.now() + timedelta(hours=hours) for hours in (1, 30))
    said = [{"taken": at.isoformat()[:19], "offset_minutes": 0} for at in (soon, late)]
    assert [columns.of_file(each).taken_at is None for each in said] == [False, True]


def test_archives_and_folders_are_read_as_well(uploader: User, tmp_path: Path) -> None:
    files = {"dog/a.jpg": photo(), "dog/b.heic": photo("HEIF", picture(seed=1))}
    unpack(files, uploader)
    (tmp_path / "c.png").write_bytes(photo("PNG", picture(seed=2)))
    list(FolderImport(tmp_path, uploader))
    assert list(Photo.objects.values_list("camera", flat=True)) == [CAMERA] * 3


def test_a_table_says_more_than_the_file(uploader: User) -> None:
    table = (
        "file,label,split,taken_at,camera,latitude,longitude\n"
        "dog/a.jpg,dog,test,2020-01-02T03:04:05+08:00,Pinhole,,\n"
        "dog/b.jpg,dog,validation,,,12.5,-3.25\n"
    )
    files = {"photos.csv": table.encode(), "dog/a.jpg": photo(place=ZURICH)}
    files["dog/b.jpg"] = photo(image=picture(seed=1), taken="", make="", model="", place=None)
    unpack(files, uploader)
    one, other = Photo.objects.order_by("name")
    assert one.taken_at == datetime(2020, 1, 1, 19, 4, 5, tzinfo=UTC)
    assert (one.camera, one.latitude) == ("Pinhole", pytest.approx(ZURICH[0], abs=1e-6))
    assert (other.taken_at, other.camera) == (None, None)
    assert (other.latitude, other.longitude) == (12.5, -3.25)
    assert (one.split, other.split) == (Split.TEST, Split.VALIDATION)


@pytest.mark.parametrize(
    "cell", ["2020/1/2 3:04", "2020-01-02 03:04:00", "2020.1.2 3:04:00", " 2020/01/02 03:04 "]
)
@override_settings(TIME_ZONE="Asia/Shanghai")
def test_a_time_is_read_as_a_spreadsheet_has_saved_it(cell: str) -> None:
    row = dict.fromkeys(columns.COLUMNS, "") | {"taken_at": cell}
    assert columns.of_row(row).taken_at == datetime(2020, 1, 1, 19, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ("2020/2/30 3:04,,,", "2020/2/30 3:04"),
        ("1/2/2020 3:04,,,", "1/2/2020 3:04"),
        ("yesterday,,,", "yesterday"),
        ("2999-01-01T00:00:00+00:00,,,", "2999-01-01T00:00:00+00:00"),
        (",,91,0", "91 0"),
        (",,nan,0", "nan 0"),
        (",,12,", "12 "),
    ],
)
def test_what_a_table_says_and_makes_no_sense_is_told(cells: str, wrong: str) -> None:
    row = dict(zip(columns.COLUMNS, cells.split(","), strict=True))
    with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
        columns.of_row(row)
