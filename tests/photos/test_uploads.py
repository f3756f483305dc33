"""Files reach the disk once, hashed on the way, and never stay where they arrived."""

from __future__ import annotations

import hashlib
import io
import os
from typing import Any

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from recognition.models import Photo
from recognition.photos import intake
from recognition.photos.uploads import SpooledUpload, SpoolUploadHandler
from tests.support.files import encoded, full_disk, incoming, picture, sent

JPEG = encoded(picture())
BULK = "/api/v1/photos/bulk/"
PHOTOS = "/api/v1/photos/"


class BrokenLine(io.BytesIO):
    """A connection that is gone when half of the request has been read."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= len(self.getvalue()) // 2:
            raise OSError("connection reset by peer")
        return super().read(min(1000, size or 1000))


@pytest.fixture
def handler(settings: Any) -> SpoolUploadHandler:
    settings.ARK_MAX_UPLOAD_MB = settings.ARK_MAX_BULK_MB = 1
    handler = SpoolUploadHandler()
    handler.handle_raw_input(None, {}, 0, b"")
    return handler


def receive(handler: SpoolUploadHandler, content: bytes, field: str = "image") -> SpooledUpload:
    handler.new_file(field, "photo.jpg", "image/jpeg", len(content))
    for start in range(0, len(content), handler.chunk_size):
        handler.receive_data_chunk(content[start : start + handler.chunk_size], start)
    return handler.file_complete(len(content))


def test_a_file_arrives_with_its_hash(handler: SpoolUploadHandler) -> None:
    upload = receive(handler, JPEG)
    assert upload.path.read_bytes() == JPEG
    assert (upload.name, upload.size) == ("photo.jpg", len(JPEG))
    assert upload.sha256 == hashlib.sha256(JPEG).hexdigest()
    handler.discard()


def test_a_file_that_is_too_large_is_not_kept_whole(handler: SpoolUploadHandler) -> None:
    upload = receive(handler, bytes(5_000_000))
    assert upload.size == 5_000_000  # so that it is refused
    assert upload.path.stat().st_size <= 1024 * 1024 + handler.chunk_size
    handler.discard()


def test_an_archive_may_be_as_large_as_a_request(
    handler: SpoolUploadHandler, settings: Any
) -> None:
    settings.ARK_MAX_BULK_MB = 5
    upload = receive(handler, bytes(5_000_000), "archive")
    assert upload.path.stat().st_size == 5_000_000
    handler.discard()


def test_an_empty_file_arrives(handler: SpoolUploadHandler) -> None:
    assert receive(handler, b"").size == 0
    handler.discard()


def test_a_full_disk_leaves_nothing_behind(handler: SpoolUploadHandler) -> None:
    with full_disk(0):
        handler.new_file("image", "photo.jpg", "image/jpeg", len(JPEG))
        handler.receive_data_chunk(JPEG[:100], 0)  # is not written before the file is closed
        handler.discard()
    assert incoming() == []


@pytest.mark.usefixtures("version")
def test_a_request_that_breaks_off_leaves_nothing_behind(api: APIClient) -> None:
    body = encode_multipart(BOUNDARY, {"images": [sent(JPEG), sent(JPEG), sent(JPEG)]})
    answer = api.request(
        REQUEST_METHOD="POST",
        PATH_INFO=BULK,
        CONTENT_TYPE=MULTIPART_CONTENT,
        CONTENT_LENGTH=str(len(body)),
        **{"wsgi.input": BrokenLine(body)},
    )
    assert answer.status_code == 400
    assert incoming() == []
    assert not Photo.objects.exists()


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (PHOTOS, {"image": JPEG, "label": b"dog"}),  # forbidden
        (PHOTOS, {"picture": JPEG}),  # the wrong field
        (BULK, {"archive": JPEG}),  # not an archive
        ("/api/v1/nowhere/", {"image": JPEG}),
        ("/api/v1/labels/", {"image": JPEG}),  # the wrong method
    ],
)
def test_a_refused_request_leaves_nothing_behind(
    path: str, fields: dict[str, bytes], api: APIClient
) -> None:
    files = {
        name: content if name == "label" else sent(content) for name, content in fields.items()
    }
    assert api.post(path, files).status_code >= 400
    assert incoming() == []


@pytest.mark.django_db
def test_a_stranger_leaves_nothing_behind() -> None:
    assert APIClient().post(PHOTOS, {"image": sent(JPEG)}).status_code == 401
    assert incoming() == []


@pytest.mark.usefixtures("version")
def test_a_request_larger_than_allowed_is_refused_unread(
    api: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ARK_MAX_BULK_MB = 1
    monkeypatch.setattr(SpoolUploadHandler, "new_file", None)
    answer = api.post(BULK, {"images": [sent(bytes(700_000)), sent(bytes(700_000))]})
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


@pytest.mark.usefixtures("version")
def test_more_files_than_allowed_are_refused(api: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 3
    answer = api.post(BULK, {"images": [sent(JPEG)] * 4})
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")
    assert incoming() == []


@pytest.mark.usefixtures("version")
def test_many_files_do_not_stay_open(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    open_files: list[int] = []
    accept = intake.accept

    def count(*arguments: Any) -> Any:
        open_files.append(len(os.listdir("/proc/self/fd")))
        return accept(*arguments)

    monkeypatch.setattr(intake, "accept", count)
    for files in (1, 300):
        assert api.post(BULK, {"images": [sent(JPEG)] * files}).status_code == 202
    assert open_files[1] <= open_files[0] + 5
