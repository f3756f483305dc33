"""What a process has of the memory."""

from __future__ import annotations

import os
import subprocess

from benchmarks import resident


def test_what_is_its_own_is_no_more_than_its_share_and_that_no_more_than_all() -> None:
    memory = resident.of_process(os.getpid())
    assert memory is not None
    assert 1 < memory.uss <= memory.pss <= memory.rss


def test_a_process_that_has_ended_has_none() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert resident.of_process(ended.pid) is None
