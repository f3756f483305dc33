"""Jobs of a worker, one after another."""

from __future__ import annotations

import logging
from unittest.mock import Mock

import pytest

from recognition.workers.loop import run_each


def test_the_jobs_are_done_in_order() -> None:
    done: list[int] = []
    run_each([lambda: done.append(1), lambda: done.append(2)], "analyst")
    assert done == [1, 2]


def test_a_job_that_fails_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Mock(side_effect=RuntimeError("out of order")), Mock()
    with caplog.at_level(logging.ERROR):
        run_each([broken, sound], "analyst")
    sound.assert_called_once()
    assert "the analyst failed" in caplog.text
    assert "out of order" in caplog.text
