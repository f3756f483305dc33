"""The Python client, against a real instance."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ark_client import Ark, ArkError
from ark_client.__main__ import _no_formula, main

from tests.support import exif
from tests.support.instance import Instance


@pytest.fixture(scope="module")
def reviewer(instance: Instance) -> Ark:
    return Ark(instance.url, instance.token_of("rita", "Reviewer"))


@pytest.fixture
def uploader(instance: Instance) -> Ark:
    return Ark(instance.url, instance.token_of("ursula"))


def test_a_photo_is_uploaded_and_answered(uploader: Ark, photos: list[Path]) -> None:
    photo = uploader.settled(uploader.upload(photos[0]))
    assert (photo.state, photo.name) == ("done", photos[0].name)
    assert photo.prediction
    assert photo.prediction.label == photo.prediction.top[0].label
    assert 0 < photo.prediction.confidence <= 1
    assert uploader.upload(photos[0].read_bytes(), "again.jpg").id == photo.id


def test_a_photo_says_when_with_what_and_where(uploader: Ark) -> None:
    taken = uploader.upload(exif.photo(offset="+02:00"), "taken.jpg")
    assert taken.taken_at == datetime(2025, 6, 1, 12, 5, 6, tzinfo=UTC)
    assert (taken.camera, taken.place) == ("Canon EOS R5", pytest.approx(exif.ZURICH, abs=1e-6))


def test_a_refusal_says_why(uploader: Ark) -> None:
    with pytest.raises(ArkError) as refused:
        uploader.upload(b"no photo", "notes.txt")
    assert (refused.value.status, refused.value.code) == (400, "not_an_image")
    assert refused.value.detail


def test_many_come_back_in_their_order(uploader: Ark, photos: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no photo")
    paths = [photos[1], bad, tmp_path / "missing.jpg", photos[2]]
    found = list(uploader.upload_many(paths, progress=False))
    assert [path for path, _outcome in found] == paths
    first, refused, missing, last = (outcome for _path, outcome in found)
    assert (first.state, last.state) == ("done", "done")
    assert (refused.code, missing.code) == ("not_an_image", "unreadable")


def test_lists_go_on_over_all_pages(
    reviewer: Ark, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    uploaded = {reviewer.upload(path).id for path in photos[3:8]}
    found = [photo.id for photo in reviewer.photos(page_size="2")]
    assert len(found) == len(set(found))
    assert uploaded <= set(found)


def test_a_label_is_set(reviewer: Ark, photos: list[Path]) -> None:
    photo = reviewer.upload(photos[9])
    assert reviewer.set_label(photo.id, "dog", (0.1, 0.1, 0.9, 0.9)).label == "dog"
    assert photo.id in {labelled.id for labelled in reviewer.photos(label="dog")}
    assert "dog" in {label.slug for label in reviewer.labels()}


@pytest.mark.parametrize("name", ["=1+1.jpg", "＝1.jpg", " @sum.jpg", "-1.jpg", "\u200b+1.jpg"])
def test_no_spreadsheet_runs_the_name_of_a_photo(name: str) -> None:
    assert _no_formula(name) == f"'{name}"
    assert _no_formula(f"photos/{name}") == f"photos/{name}"


def test_deleting_twice_has_no_further_effect(uploader: Ark, photos: list[Path]) -> None:
    photo = uploader.upload(photos[10])
    for _ in range(2):
        uploader.delete(photo.id)
    with pytest.raises(ArkError) as refused:
        uploader.photo(photo.id)
    assert refused.value.status == 404


def test_the_command_line_writes_a_table(
    instance: Instance,
    photos: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("one.jpg", "two.jpg", ".hidden.jpg"):
        (tmp_path / name).write_bytes(photos[11].read_bytes() + name.encode())
    (tmp_path / "zzz.txt").write_text("no photo")
    token = instance.token_of("carl")
    status = main(["upload", str(tmp_path), "--url", instance.url, "--token", token])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert status == 1
    assert [Path(row["file"]).name for row in rows] == ["one.jpg", "two.jpg", "zzz.txt"]
    assert [row["state"] for row in rows] == ["done", "done", "refused"]
    assert rows[0]["label"]
    assert rows[2]["error"]
