"""One line a request, and an id that binds its lines together."""

from __future__ import annotations

import json
import logging
import logging.config

import pytest
from django.contrib.auth.models import User
from django.test import Client

from webapp import logs


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
