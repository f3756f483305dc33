"""Downloads that are made while they are sent: a few for one person, a few for all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from webapp import streams
from webapp.streams import few_at_once

Download = Callable[[User | None], HttpResponseBase]


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_STREAMS", 3)
    monkeypatch.setattr(streams, "MAX_STREAMS_PER_CLIENT", 2)
    streams._running.clear()


@pytest.fixture
def download(db: None) -> Iterator[Download]:
    begun = []

    def begin(user: User | None, path: str = "/api/v1/photos/results.csv") -> HttpResponseBase:
        request: HttpRequest = RequestFactory().get(path)
        request.user = user or AnonymousUser()
        response = few_at_once(lambda request: StreamingHttpResponse(iter([b"a"])))(request)
        begun.append(response)
        return response

    yield begin
    for response in begun:
        response.close()


def test_one_person_has_a_few(download: Download, uploader: User, other_uploader: User) -> None:
    first = download(uploader)
    assert [download(uploader).status_code for _ in range(2)] == [200, 503]
    assert download(other_uploader).status_code == 200
    first.close()
    assert download(uploader).status_code == 200


def test_all_together_have_a_few(
    download: Download, uploader: User, other_uploader: User, reviewer: User
) -> None:
    for user in (uploader, uploader, other_uploader):
        assert download(user).status_code == 200
    assert download(reviewer).status_code == 503


def test_who_is_refused_is_told_when_to_come_back(download: Download, uploader: User) -> None:
    *_two, refused = [download(uploader) for _ in range(3)]
    assert refused["Retry-After"] == "60"
    assert b'"code": "busy"' in refused.content
    page = download(uploader, "/history/results.csv")
    assert (page.status_code, b"<h1>" in page.content) == (503, True)


def test_files_hold_no_thread_and_are_not_counted(uploader: User) -> None:
    request = RequestFactory().get("/")
    request.user = uploader
    for _ in range(5):
        middleware = few_at_once(lambda request: FileResponse(io.BytesIO(b"a")))
        assert middleware(request).status_code == 200
