"""webapp.foreground: what `make run` shows while it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.instance import wait_until
from webapp.foreground import Quiet
from webapp.home import BASE_DIR

HONCHO = """#!/bin/sh
echo "13:05:40 system      | web.1 started (pid=1)"
echo "13:05:47 web.1       | "
echo "13:05:47 web.1       |   Ark is ready: http://localhost:8000/"
echo "13:06:01 web.1       | INFO webapp.access: GET / 200 in 2 ms"
echo "13:06:02 predictor.1 | WARNING recognition: something is odd"
trap 'echo "13:07:02 system      | web.1 stopped (rc=-15)"; exit 1' TERM
while :; do sleep 0.05; done
"""


@pytest.mark.parametrize(
    "line",
    [
        "13:05:40 system      | web.1 started (pid=22929)",
        "13:05:47 web.1       | ",
        "13:05:57 predictor.1 | INFO recognition.predictions.model_cache: version 1 is loaded",
        "13:06:01 web.1       | INFO webapp.access: GET /sign-in/ 200 in 194 ms [127.0.0.1]",
    ],
)
def test_routine_stays_in_the_file(line: str) -> None:
    assert Quiet(None).shown(line) is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("13:05:57 web.1 | WARNING x: slow", "web: WARNING x: slow"),
        ("13:05:57 web.1 | ERROR x: broken", "web: ERROR x: broken"),
        ("13:05:57 web.1 |     ValueError: 3", "web:     ValueError: 3"),
        ("13:05:57 web.1 | ended with code 1; ...", "web: ended with code 1; ..."),
        ("13:05:57 system | web.1 stopped (rc=1)", "system: web.1 stopped (rc=1)"),
        ("make: nothing to do", "make: nothing to do"),
    ],
)
def test_what_somebody_should_know_is_shown(line: str, shown: str) -> None:
    assert Quiet(None).shown(line) == shown


@pytest.mark.parametrize(
    "text",
    ["SIGINT received", "web.1 stopped (rc=-15)", "ERROR celery.worker: a connection was lost"],
)
def test_what_is_said_while_all_stop_is_no_news(text: str) -> None:
    quiet = Quiet(None)
    quiet.is_stopping = True
    assert quiet.shown(f"13:07:02 system      | {text}") is None


class Run:
    """webapp.foreground with a honcho that says what it always says."""

    def __init__(self, folder: Path, log_format: str) -> None:
        honcho = folder / "bin" / "honcho"
        honcho.parent.mkdir()
        honcho.write_text(HONCHO)
        honcho.chmod(0o755)
        self.log = folder / "ark.log"
        self.said = folder / "said"
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "webapp.foreground"],
                cwd=BASE_DIR,
                stdout=out,
                env={
                    **os.environ,
                    "PATH": f"{honcho.parent}:{os.environ['PATH']}",
                    "ARK_HOME": str(folder),
                    "ARK_LOG_FORMAT": log_format,
                    "SECRET_KEY": "x" * 50,
                },
            )

    def ended(self) -> tuple[int, str]:
        """Once it has said what it had to, and was asked to stop."""
        wait_until(lambda: "something is odd" in self.said.read_text())
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30), self.said.read_text()


def test_the_address_ends_what_is_said_and_the_rest_is_in_a_file(tmp_path: Path) -> None:
    run = Run(tmp_path, "plain")
    code, said = run.ended()
    assert [line.strip() for line in said.splitlines() if line.strip()] == [
        "Starting Ark: a few seconds ...",
        "Ark is ready: http://localhost:8000/",
        f"What it does stands in {run.log}. Ctrl-C stops it.",
        "predictor: WARNING recognition: something is odd",
        "Stopping Ark ...",
        "Ark has stopped.",
    ]
    assert code == 0
    assert "GET / 200" in run.log.read_text()
    assert run.log.stat().st_mode & 0o077 == 0


def test_programs_that_collect_lines_get_all_of_them(tmp_path: Path) -> None:
    run = Run(tmp_path, "json")
    _code, said = run.ended()
    assert "GET / 200" in said
    assert not run.log.exists()
