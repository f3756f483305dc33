"""Who holds a lease: a process on a machine; and whether it is still there."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path


def worker_name() -> str:
    """This machine and this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def dead_here(owners: Iterable[str]) -> list[str]:
    """Those of these workers that were processes of this machine and are no more."""
    here = socket.gethostname() + ":"
    return [
        owner
        for owner in set(owners)
        if owner.startswith(here) and not Path(f"/proc/{owner.removeprefix(here)}").exists()
    ]
