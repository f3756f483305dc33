"""Thumbnails, previews and originals."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from PIL import Image

from recognition.models import Photo
from recognition.photos import deletion, imaging, intake, renditions
from tests.support.files import arrived, encoded, picture

pytestmark = pytest.mark.usefixtures("version")


def accepted(owner: User, content: bytes, name: str = "photo.jpg") -> Photo:
    [outcome] = intake.accept([(arrived(content, name), None)], owner)
    return outcome.photo


def get(client: Client, view: str, photo: Photo):
    return client.get(reverse(view, args=[photo.id]))


def body(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.fixture
def tagged(uploader: User, photos: list[Path]) -> Photo:
    """A photo whose file says where it was taken, and more."""
    exif = Image.Exif()
    exif[0x010E] = "a secret description"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    image = Image.open(photos[0]).resize((2000, 1500))
    content = encoded(
        image, exif=exif, comment=b"a secret comment", icc_profile=b"a secret profile"
    )
    return accepted(uploader, content, "holiday/Ü 1.jpg")


@pytest.mark.parametrize(("view", "side"), [("thumbnail", 320), ("preview", 1280)])
def test_what_is_shown_carries_no_metadata(
    client: Client, tagged: Photo, view: str, side: int
) -> None:
    response = get(client, view, tagged)
    content = body(response)
    shown = Image.open(io.BytesIO(content))
    assert shown.format == "JPEG"
    assert max(shown.size) == side
    assert not shown.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(shown.info)
    assert b"secret" not in content
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "private, max-age=300, must-revalidate"
    assert "Cookie" in response["Vary"]  # kept for this session only


def test_the_original_comes_back_byte_for_byte_as_a_download(client: Client, tagged: Photo) -> None:
    response = get(client, "original", tagged)
    content = body(response)
    assert b"secret comment" in content
    assert content == tagged.original_path.read_bytes()
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9C%201.jpg"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_picture_is_drawn_once(
    client: Client, tagged: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = Mock(wraps=imaging.render)
    monkeypatch.setattr(imaging, "render", render)
    assert body(get(client, "thumbnail", tagged)) == body(get(client, "thumbnail", tagged))
    assert render.call_count == 1


@pytest.mark.parametrize("content", [b"", b"no picture any more"])
def test_what_cannot_be_drawn_has_a_placeholder(
    client: Client, tagged: Photo, content: bytes
) -> None:
    tagged.original_path.write_bytes(content)
    assert get(client, "thumbnail", tagged).url == "/static/img/no-picture.svg"


def test_a_missing_original(client: Client, tagged: Photo) -> None:
    tagged.original_path.unlink()
    assert get(client, "preview", tagged).url == "/static/img/no-picture.svg"
    assert get(client, "original", tagged).status_code == 404


def test_a_picture_that_is_deleted_before_it_is_sent_has_a_placeholder(
    client: Client, tagged: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = renditions.drawn

    def draw_too_early(*arguments: Any) -> Path:
        path = draw(*arguments)
        path.unlink()
        return path

    monkeypatch.setattr(renditions, "drawn", draw_too_early)
    assert get(client, "thumbnail", tagged).url == "/static/img/no-picture.svg"


def test_a_deleted_photo_leaves_no_picture(
    client: Client, tagged: Photo, django_capture_on_commit_callbacks
) -> None:
    body(get(client, "thumbnail", tagged))
    paths = [tagged.original_path, tagged.rendition_path(320)]
    assert all(path.exists() for path in paths)
    with django_capture_on_commit_callbacks(execute=True):
        deletion.delete_photo(tagged, for_ever=True)
    assert not any(path.exists() for path in paths)


def test_a_format_that_browsers_cannot_draw_is_shown_as_jpeg(
    client: Client, uploader: User
) -> None:
    heic = accepted(uploader, encoded(picture(), "HEIF"), "phone.heic")
    assert Image.open(io.BytesIO(body(get(client, "thumbnail", heic)))).format == "JPEG"


def test_a_picture_that_is_the_same_is_not_sent_again(client: Client, tagged: Photo) -> None:
    etag = get(client, "thumbnail", tagged)["ETag"]
    url = reverse("thumbnail", args=[tagged.id])
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again["ETag"], again.content) == (304, etag, b"")


def test_who_is_signed_out_is_not_even_told_that_it_is_the_same(
    client: Client, tagged: Photo
) -> None:
    etag = get(client, "thumbnail", tagged)["ETag"]
    client.logout()
    url = reverse("thumbnail", args=[tagged.id])
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 302
