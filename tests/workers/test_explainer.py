"""The explainer: loads torch when somebody asks, and leaves the machine to others."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from recognition.core import heartbeats
from recognition.workers import explainer
from tests.support.instance import wait_until
from webapp.home import BASE_DIR


@pytest.mark.usefixtures("version")
def test_with_nothing_to_do_it_is_heard_and_cleans_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def is_heard() -> None:
        wait_until(lambda: heartbeats.is_heard(heartbeats.EXPLAINER), 30)

    monkeypatch.setattr(explainer, "JOBS", (*explainer.JOBS, is_heard))
    explainer.work()
    assert "failed" not in caplog.text


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="another kind of system")
def test_the_process_ends_at_once_yields_to_others_and_waits_with_torch() -> None:
    program = """
import os, signal, sys
from recognition.workers import explainer
from tests.support.instance import wait_until
explainer.set_up_process()
print(open("/proc/self/autogroup").read(), "torch" in sys.modules, flush=True)
os.kill(os.getpid(), signal.SIGTERM)
"""
    run = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", program],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert "nice 10" in run.stdout
    assert "False" in run.stdout
    assert run.returncode == -signal.SIGTERM
