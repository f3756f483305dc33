"""bin/keep-running: what dies is started again, until it is asked to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.instance import wait_until
from webapp.home import BASE_DIR

NOTES_ITS_ID_AND_WAITS = """
import os, sys, time
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(600)
"""


class Kept:
    """A program under bin/keep-running, in a process group of its own as honcho starts it."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "ids"
        self.notes.touch()
        command = [BASE_DIR / "bin" / "keep-running", sys.executable, "-c", NOTES_ITS_ID_AND_WAITS]
        self.process = subprocess.Popen(
            [*command, self.notes],
            start_new_session=True,
            stderr=subprocess.PIPE,
            text=True,
            # Tests in the background are started with it ignored, which no shell can undo.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )

    @property
    def started(self) -> list[int]:
        return [int(line) for line in self.notes.read_text().split()]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path)
    wait_until(lambda: len(kept.started) == 1)
    yield kept
    if kept.process.poll() is None:
        os.killpg(kept.process.pid, signal.SIGKILL)
    kept.process.communicate()


def test_what_dies_is_started_again(kept: Kept) -> None:
    os.kill(kept.started[0], signal.SIGKILL)
    wait_until(lambda: len(kept.started) == 2)
    assert kept.process.poll() is None


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_both(kept: Kept, signal_number: int) -> None:
    os.killpg(kept.process.pid, signal_number)
    kept.process.wait(timeout=120)
    assert len(kept.started) == 1
    assert not Path(f"/proc/{kept.started[0]}").exists()


def test_a_stop_between_two_starts_starts_nothing_more(kept: Kept) -> None:
    os.kill(kept.started[0], signal.SIGKILL)
    assert "started again" in _next_line_with(kept, "started again")  # now it sleeps for a second
    os.killpg(kept.process.pid, signal.SIGTERM)
    kept.process.wait(timeout=120)
    assert len(kept.started) == 1


def _next_line_with(kept: Kept, words: str) -> str:
    assert kept.process.stderr is not None
    return next(line for line in kept.process.stderr if words in line)
