"""One line a request, and an id that binds its lines together."""

from __future__ import annotations

import json
import logging
import logging.config
import sys
import uuid

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from recognition.core import client
from recognition.photos.uploads import ASKS, MAY_SEND
from webapp import logs
from webapp.request_log import RequestFilter, log_requests
from webapp.server.waiting import Wait


@pytest.fixture
def access_lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="webapp.access")
    return caplog


def _only_line(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    [record] = [record for record in caplog.records if record.name == "webapp.access"]
    return record


def test_a_request_is_one_line_without_its_query(
    access_lines: pytest.LogCaptureFixture, uploader: User
) -> None:
    client = Client()
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/history/?text=secret")
    line = _only_line(access_lines)
    assert (line.method, line.path, line.status, line.user) == (
        "GET",
        "/history/",
        200,
        uploader.pk,
    )
    assert line.milliseconds > 0
    assert "secret" not in line.getMessage()


def test_strangers_have_no_user(db: None, access_lines: pytest.LogCaptureFixture) -> None:
    Client().get("/history/")
    assert _only_line(access_lines).user is None


def test_health_is_asked_all_the_time_and_not_logged(
    access_lines: pytest.LogCaptureFixture,
) -> None:
    Client().get("/healthz")
    assert not access_lines.records


def test_a_sane_id_is_kept_and_another_one_replaced() -> None:
    for given, is_kept in [("abc-123", True), ("a b", False), ("x" * 65, False), ("\n", False)]:
        answered = Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
        assert (answered == given) is is_kept
        assert answered


def test_json_lines_carry_the_id_and_no_request() -> None:
    configuration = logs.configuration()["formatters"]["json"]
    formatter = logging.config.DictConfigurator({}).configure_formatter(configuration)
    record = logging.LogRecord("ark", logging.INFO, "", 0, "said %s", ("so",), None)
    record.request, record.request_id = object(), "abc"
    line = json.loads(formatter.format(record))
    assert line.pop("time")
    assert line == {"level": "INFO", "logger": "ark", "message": "said so", "request_id": "abc"}


def _formatter(name: str) -> logging.Formatter:
    configuration = logs.configuration()["formatters"][name]
    return logging.config.DictConfigurator({}).configure_formatter(configuration)


@pytest.mark.parametrize("name", ["plain", "json"])
@pytest.mark.parametrize(
    "sent", ["\n", "\r", "\x1b[2J", "\x7f", "\x85", "\x9b2J", "\u2028", "\u202e", "\0"]
)
def test_nobody_forges_a_line(name: str, sent: str) -> None:
    record = logging.LogRecord("a", logging.INFO, "", 0, "GET %s", (f"/x{sent}INFO b: c",), None)
    line = _formatter(name).format(record)
    assert sent not in line
    assert "INFO b: c" in line
    assert len(line.splitlines()) == 1


def test_the_lines_of_an_exception_do_not_look_like_others() -> None:
    try:
        raise ValueError("x\nINFO webapp.access: GET / 200\x1b[2J")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    first, *rest = _formatter("plain").format(record).split("\n")
    assert first == "ERROR a: failed"
    assert all(line.startswith("    ") and "\x1b" not in line for line in rest)


@pytest.mark.parametrize("path", ["/x%0AINFO%20django.security:%20forged", "/%1b[2J"])
def test_a_path_cannot_forge_one_either(
    path: str, db: None, access_lines: pytest.LogCaptureFixture
) -> None:
    Client().get(path)
    assert len(_formatter("plain").format(_only_line(access_lines)).splitlines()) == 1


@pytest.mark.parametrize("name", ["plain", "json"])
def test_lines_tell_the_address_of_whose_request_they_are_about(name: str) -> None:
    token = client.address.set("203.0.113.9")
    try:
        record = logging.LogRecord("django.security", logging.WARNING, "", 0, "no", (), None)
        RequestFilter().filter(record)
    finally:
        client.address.reset(token)
    assert "203.0.113.9" in _formatter(name).format(record)


def test_a_question_is_not_logged(access_lines: pytest.LogCaptureFixture, uploader: User) -> None:
    """Only the request that follows it."""
    asking = Client()
    asking.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    assert asking.post("/batches/", **{ASKS: 5_000_000}).status_code == MAY_SEND
    assert not [record for record in access_lines.records if record.name == "webapp.access"]


def test_who_waits_is_logged_when_answered(access_lines: pytest.LogCaptureFixture) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        response.wait = Wait(uuid.uuid4(), 1, lambda: True, lambda: (200, b""))
        return response

    response = log_requests(view)(RequestFactory().get("/photo/"))
    assert not access_lines.records
    response.wait.note(200)
    assert _only_line(access_lines).status == 200
