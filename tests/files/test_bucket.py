from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from recognition.files import bucket as files
from tests.support.instance import free_port


def keys(bucket: Any) -> list[str]:
    return [found.key for found in bucket.objects.all()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"a photo")
    return path


def test_what_is_put_is_fetched(bucket: Any, file: Path, tmp_path: Path) -> None:
    files.put(file, "originals/ab/1")
    files.fetch("originals/ab/1", tmp_path / "new" / "b.jpg")
    assert (tmp_path / "new" / "b.jpg").read_bytes() == b"a photo"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["b.jpg"]


@pytest.mark.usefixtures("bucket")
def test_what_is_not_there_is_told_as_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.fetch("originals/ab/1", tmp_path / "b.jpg")
    assert list(tmp_path.glob("*.jpg")) == []
    assert not files.exists("originals/ab/1")


def test_what_is_removed_twice_is_removed(bucket: Any, file: Path) -> None:
    files.put(file, "a/1")
    files.put(file, "a/2")
    files.remove(["a/1", "a/3"])
    files.remove(["a/1"])
    assert keys(bucket) == ["a/2"]


@pytest.mark.usefixtures("bucket")
def test_it_tells_sizes_and_what_lies_below(file: Path) -> None:
    files.put(file, "a/1")
    files.put(file, "a/2")
    files.put_empty("b/1")
    assert files.sizes(["a/1", "b/1", "b/2"]) == [7, 0, None]
    assert [entry.key for entry in files.entries("a/")] == ["a/1", "a/2"]


def test_a_link_needs_no_key_and_names_the_file(
    bucket: Any, file: Path, s3_url: str, settings: Any
) -> None:
    files.put(file, "originals/ab/1")
    assert files.link("originals/ab/1", "my cat.jpg") is None  # browsers do not reach it
    settings.ARK_S3_PUBLIC_URL = s3_url
    settings.STORAGES = {**settings.STORAGES, "links": settings.STORAGES["default"]}
    answer = requests.get(files.link("originals/ab/1", "my cat.jpg") or "", timeout=10)
    assert answer.content == b"a photo"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my cat.jpg"'
    without = requests.get(f"{s3_url}/{bucket.name}/originals/ab/1", timeout=10)
    assert without.status_code >= 400


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_away_is_told_as_such(
    file: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.settings import bucket as configured

    away = configured.store(f"http://127.0.0.1:{free_port()}")
    settings.STORAGES = {**settings.STORAGES, "default": away}
    for attempt in (
        lambda: files.put(file, "a/1"),
        lambda: files.fetch("a/1", file.with_name("b")),
        lambda: files.exists("a/1"),
        lambda: files.remove(["a/1", "a/2"]),
        lambda: list(files.entries("a/")),
    ):
        with pytest.raises(files.BucketAway):
            attempt()
