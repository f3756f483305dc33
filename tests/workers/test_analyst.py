"""When the analyst works, and when it leaves the machine to the predictor."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User

from recognition.core import heartbeats
from recognition.workers.analyst import Analyst
from tests.support.rows import add_photo, settled_photo
from webapp.home import BASE_DIR

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def job() -> Mock:
    return Mock()


@pytest.fixture
def analyst(job: Mock) -> Analyst:
    """One that has just worked."""
    analyst = Analyst(job)
    analyst.work()
    job.reset_mock()
    return analyst


def test_the_analyst_holds_back_while_predictions_wait(
    analyst: Analyst, job: Mock, uploader: User
) -> None:
    heartbeats.beat("box:7")
    add_photo(uploader)
    analyst.work()
    job.assert_not_called()


def test_the_analyst_does_not_hold_back_for_ever(
    analyst: Analyst, job: Mock, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeats.beat("box:7")
    add_photo(uploader)
    monkeypatch.setattr("recognition.workers.analyst.HOLD_BACK_S", 0)
    analyst.work()
    job.assert_called_once()


def test_predictions_that_nobody_makes_do_not_hold_the_analyst_back(
    analyst: Analyst, job: Mock, uploader: User
) -> None:
    add_photo(uploader)
    analyst.work()
    job.assert_called_once()


def test_the_analyst_holds_back_while_photos_keep_coming(
    analyst: Analyst, job: Mock, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recognition.workers.analyst.QUIET_S", 3600)
    settled_photo(uploader)
    analyst.work()
    job.assert_not_called()


def test_when_all_is_predicted_the_analyst_works(
    analyst: Analyst, job: Mock, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeats.beat("box:7")
    settled_photo(uploader)
    monkeypatch.setattr("recognition.workers.analyst.QUIET_S", 0)
    analyst.work()
    job.assert_called_once()


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="another kind of system")
def test_the_process_ends_at_once_and_leaves_the_machine_to_others() -> None:
    program = """
from recognition.workers import analyst
analyst.set_up_process()
print(open("/proc/self/autogroup").read(), flush=True)
import os, signal
os.kill(os.getpid(), signal.SIGTERM)
"""
    run = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", program],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert "nice 19" in run.stdout
    assert run.returncode == -signal.SIGTERM
