"""A process that begins anew."""

from __future__ import annotations

import os
import subprocess
import sys

from webapp.home import BASE_DIR


def test_a_process_begins_anew_in_its_own_place_with_nothing_loaded() -> None:
    program = """
import os, sys
from recognition.core import process
print(os.getpid(), "heavy" in sys.modules, *sys.argv[1:], flush=True)
sys.modules["heavy"] = sys
if "BEGUN" not in os.environ:
    os.environ["BEGUN"] = "yes"
    process.begin_anew()
"""
    run = subprocess.run(
        [sys.executable, "-c", program, "--queues", "teach"],
        cwd=BASE_DIR,
        env={name: value for name, value in os.environ.items() if name != "BEGUN"},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = run.stdout.splitlines()
    assert first == second
    assert first.endswith("False --queues teach")
