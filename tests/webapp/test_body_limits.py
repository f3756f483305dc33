"""Who may send how much where; nothing of anybody else ever lies in `incoming`."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client
from django.urls import get_resolver, reverse

from recognition.models import Batch
from recognition.photos import uploads
from recognition.photos.uploads import ASKS, DISK_IS_FULL, MAY_SEND, SpoolUploadHandler
from tests.support.files import encoded, picture
from tests.support.tokens import token_of
from webapp.body_limits import _takes_files

MEGABYTE = 1024 * 1024
PHOTOS, BULK = "/api/v1/photos/", "/api/v1/photos/bulk/"
SITE_UPLOADS = ("/batches/",)


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fields of files that reach the disk, if only for a moment."""
    fields = []
    file_complete = SpoolUploadHandler.file_complete

    def note(handler: SpoolUploadHandler, size: int) -> Any:
        fields.append(handler.field_name)
        return file_complete(handler, size)

    monkeypatch.setattr(SpoolUploadHandler, "file_complete", note)
    return fields


def _signed_in(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _ask(client: Client, path: str, size: int = 2 * MEGABYTE, **extra: Any) -> Any:
    return client.post(path, **{ASKS: size, **extra})


def _photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", encoded(picture()))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sign-in/", 413),
        ("/api/v1/labels/", 413),
        ("/api/v1/nowhere/", 413),
        ("/nowhere/", 404),
        (PHOTOS, 401),
        (BULK, 401),
        ("/batches/", 302),
        ("/admin/training/import/", 302),
    ],
)
def test_a_stranger_may_send_nothing_large(path: str, status: int) -> None:
    assert _ask(Client(enforce_csrf_checks=True), path).status_code == status


@pytest.mark.parametrize("path", [PHOTOS, BULK, "/batches/"])
def test_who_may_upload_may_send(path: str, uploader: User) -> None:
    if path == "/batches/":
        answer = _ask(_signed_in(uploader), path)
    else:
        token = token_of(uploader)
        answer = _ask(Client(), path, HTTP_AUTHORIZATION=f"Token {token}")
    assert answer.status_code == MAY_SEND


def test_a_batch_takes_the_files_of_its_owner(uploader: User, other_uploader: User) -> None:
    path = reverse("add-to-batch", args=[Batch.objects.create(owner=uploader).id])
    assert _ask(_signed_in(uploader), path).status_code == MAY_SEND


def test_bundles_are_for_who_may_train(uploader: User, trainer: User) -> None:
    path = "/admin/training/import/"
    assert _ask(_signed_in(trainer), path).status_code == MAY_SEND
    assert _ask(_signed_in(uploader), path).status_code in (302, 403)


def test_a_question_changes_nothing(uploader: User) -> None:
    assert _ask(_signed_in(uploader), "/batches/").status_code == MAY_SEND
    assert not Batch.objects.exists()
    assert _ask(_signed_in(uploader), "/language/", size=10).status_code == 413
    assert _ask(_signed_in(uploader), "/sign-out/", size=10).status_code == 413


def test_an_answer_without_a_token_of_the_form_is_refused_all_the_same(uploader: User) -> None:
    assert _signed_in(uploader).post("/batches/", {"images": _photo()}).status_code == 403


def test_more_than_any_upload_may_have_is_refused(uploader: User, settings: Any) -> None:
    settings.ARK_MAX_BULK_MB = 1
    answer = _ask(Client(), PHOTOS, HTTP_ACCEPT_LANGUAGE="en")
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


def test_the_refusal_is_a_page_on_the_site(client: Client, db: None) -> None:
    page = client.post("/sign-in/", {"username": "a" * 2 * MEGABYTE})
    assert page.status_code == 413
    assert "1 MB" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in/", "/batches/", "/language/", PHOTOS])
def test_a_strangers_file_never_reaches_the_disk(
    path: str, client: Client, received: list[str]
) -> None:
    client.post(path, {"images": _photo(), "image": _photo(), "archive": _photo()})
    assert received == []


@pytest.mark.parametrize("path", ["/password/", "/language/", "/batches/"])
def test_a_view_that_takes_no_files_gets_none(
    path: str, uploader: User, received: list[str]
) -> None:
    client = Client()
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    client.post(path, {"images": _photo()})
    assert received == (["images"] if path == "/batches/" else [])


def test_only_these_views_take_files() -> None:
    def all_views(resolver: Any) -> Any:
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from all_views(pattern)
            else:
                yield pattern.name, pattern.callback

    taking = {name for name, view in all_views(get_resolver()) if _takes_files(view, "POST")}
    uploads = {"photo-list", "photo-bulk", "open-batch", "add-to-batch", "ask-folders"}
    assert taking == uploads | {"training-import"}


@pytest.fixture
def request_of() -> Callable[[int], HttpRequest]:
    def make(size: int) -> HttpRequest:
        request = HttpRequest()
        request.META["CONTENT_LENGTH"] = str(size)
        return request

    return make


def test_uploads_leave_room_on_the_disk(
    request_of: Callable[[int], HttpRequest], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ARK_MIN_FREE_MB = 512
    free = 520 * MEGABYTE
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda folder: _Usage(free))
    uploads.must_fit(request_of(3 * MEGABYTE))
    with pytest.raises(OSError, match="space") as full:
        uploads.must_fit(request_of(5 * MEGABYTE))
    assert full.value.errno == errno.ENOSPC


def test_a_disk_that_was_full_while_the_body_came_is_told(
    request_of: Callable[[int], HttpRequest],
) -> None:
    request = request_of(0)
    request.META[DISK_IS_FULL] = True
    with pytest.raises(OSError, match="space"):
        uploads.must_fit(request)


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free
