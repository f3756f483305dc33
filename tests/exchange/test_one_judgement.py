"""The same file gets the same answer at every door, and what goes out comes in again."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import translation
from rest_framework.test import APIClient

from recognition.exchange.exporting import Export, Selection
from recognition.exchange.importing import FolderImport
from recognition.models import Label, Photo
from recognition.photos import archives, intake
from recognition.photos.intake import Outcome
from recognition.photos.refusals import Refusal
from tests.support.files import (
    ENCODERS,
    NOT_IMAGES,
    UNSUPPORTED,
    arrived,
    encoded,
    noise,
    picture,
    sent,
    zipped,
)
from tests.support.foreign import FOREIGN
from tests.support.hostile import png_with
from tests.support.tiffs import bmp32, tiff_of

pytestmark = [pytest.mark.usefixtures("version"), pytest.mark.django_db]
BRANDS = (b"hevm", b"hevs", b"mif2", b"miaf", b"MiHB")


def _photos() -> dict[str, bytes]:
    """Of every kind that is accepted, each with pixels of its own."""
    found = {
        f"{name.replace(' ', '-')}.x": encode(picture(seed=seed))
        for seed, (name, encode) in enumerate(ENCODERS.items())
    }
    for seed, brand in enumerate(BRANDS, 100):
        heic = encoded(picture(seed=seed), "HEIF")
        found[f"{brand.decode()}.heic"] = heic[:8] + brand + heic[12:]
    pixels = np.asarray(picture(seed=200))
    found["big.tif"] = tiff_of(pixels, 2, is_big=True)
    found["alpha.bmp"] = bmp32(np.dstack([pixels, np.zeros_like(pixels[..., 0])]))
    found["text.png"] = png_with()
    return found


def _files() -> dict[str, bytes]:
    refused = {name: content for name, (content, _kind) in FOREIGN.items()}
    refused |= {f"not {name}": content for name, content in NOT_IMAGES.items()}
    refused |= {f"other {name}": make() for name, make in UNSUPPORTED.items()}
    refused["cut.jpg"] = encoded(noise())[:4000]
    return _photos() | {name.replace(" ", "-"): content for name, content in refused.items()}


def _said(outcome: Outcome) -> str:
    return outcome.refusal.detail if outcome.refusal else ""


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return _files()


def test_every_door_says_the_same(
    files: dict[str, bytes], uploader: User, other_uploader: User, reviewer: User, tmp_path: Path
) -> None:
    names = list(files)
    uploads = [(arrived(files[name], name), None) for name in names]
    alone = {outcome.name: _said(outcome) for outcome in intake.accept(uploads, uploader)}
    archive = arrived(zipped(files), "photos.zip")
    batch = intake.open_batch(other_uploader)
    packed = {
        outcome.name: _said(outcome)
        for outcome in archives.accept(archive, False, other_uploader, batch)
    }
    archive.discard()
    for name in names:
        (tmp_path / name).write_bytes(files[name])
    folder = {outcome.name: _said(outcome) for outcome in FolderImport(tmp_path, reviewer)}
    assert packed == alone
    assert folder == alone
    assert {name for name in names if not alone[name]} == set(_photos())


def test_what_goes_out_comes_in_again(uploader: User, other_uploader: User) -> None:
    photos = _photos()
    label = Label.objects.get(slug="dog")
    list(intake.accept([(arrived(photos[name], name), label) for name in photos], uploader))
    content = b"".join(Export(Photo.objects.all(), Selection()).archive())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) > len(photos)
    batch = intake.open_batch(other_uploader)
    archive = arrived(content, "set.zip")
    back = archives.accept(archive, False, other_uploader, batch)
    assert [outcome for outcome in back if outcome.refusal] == []
    archive.discard()
    stored = Photo.objects.filter(owner=other_uploader)
    assert set(stored.values_list("sha256", flat=True)) == set(
        Photo.objects.filter(owner=uploader).values_list("sha256", flat=True)
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [("nef", "RAW files"), ("mov", "Videos"), ("JPEG XL 0", "JPEG XL is"), ("PDF 0", "PDF is")],
)
def test_the_answer_names_it(kind: str, words: str, api: APIClient) -> None:
    answer = api.post("/api/v1/photos/", {"image": sent(FOREIGN[kind][0])})
    assert answer.status_code == 400
    assert answer.json()["code"] == "unsupported_format"
    assert words in answer.json()["detail"]
    assert "JPEG" in answer.json()["detail"]


def test_a_rare_kind_is_named_too(api: APIClient) -> None:
    floats = tiff_of(np.zeros((8, 8, 3), np.float32), 2)
    answer = api.post("/api/v1/photos/", {"image": sent(floats)})
    assert answer.json()["code"] == "unsupported_format"
    assert "This kind of TIFF" in answer.json()["detail"]


def test_a_refusal_without_a_name_lists_what_is_read() -> None:
    with translation.override("en"):
        assert "HEIC" in Refusal("unsupported_format").detail
