"""Programs in a process of their own, for what an environment decides when Django starts."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from webapp.home import BASE_DIR


def said_by(program: str, environment: dict[str, str]) -> Any:
    """What the last line says that it prints, which is JSON."""
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])
