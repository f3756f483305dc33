"""`python -m webapp.foreground [PROCESSES]`: what the Procfile names, by honcho, but quietly.

What they say goes into ARK_HOME/ark.log. The terminal shows the address, and what somebody should
know: warnings, errors, processes that end. With ARK_LOG_FORMAT=json, for programs that collect
lines, or ARK_VERBOSE=true, all is shown as it comes and there is no file.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path

from webapp import env
from webapp.home import ARK_HOME

LOG = "ark.log"
_MAX_BYTES = 5_000_000
_FILES = 3
_LINE = re.compile(r"\d\d:\d\d:\d\d (?P<process>\S+?)(?:\.\d+)? *\| ?(?P<text>.*)")
_READY = re.compile(r" *Ark is ready: (?P<address>\S+)")
_ROUTINE = re.compile(r"\s*$|(INFO|DEBUG)\s|\s*worker: (Warm|Cold|Hitting)\b")


class Quiet:
    """Decides what of honcho's lines people see, and how."""

    def __init__(self, log: Path | None) -> None:
        self._log = log
        self.is_stopping = False

    def shown(self, line: str) -> str | None:
        """What to print; None for a line that stays in the file."""
        if self.is_stopping:  # processes that lose each other complain at length
            return None
        found = _LINE.fullmatch(line)
        if not found:
            return line or None
        process, text = found["process"], found["text"]
        if ready := _READY.fullmatch(text):
            rest = f"What it does stands in {self._log}. " if self._log else ""
            return f"\n  Ark is ready: {ready['address']}\n  {rest}Ctrl-C stops it.\n"
        if _ROUTINE.match(text) or (process == "system" and "started (pid=" in text):
            return None
        return f"{process}: {text}"


def main(names: list[str]) -> int:
    command = ["honcho", "start", *names]
    if env.boolean("ARK_VERBOSE", False) or env.text("ARK_LOG_FORMAT", "json") == "json":
        os.execvp(command[0], command)  # noqa: S606
    print("Starting Ark: a few seconds ...", flush=True)
    write, log = _opened(ARK_HOME / LOG)
    quiet = Quiet(log)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as honcho:

        def stop(*_: object) -> None:
            if not quiet.is_stopping:
                print("\nStopping Ark ...", flush=True)
            quiet.is_stopping = True
            honcho.terminate()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        forward(honcho.stdout or (), quiet, write)
    if quiet.is_stopping:
        print("Ark has stopped.", flush=True)
        return 0
    return honcho.returncode


def forward(lines: Iterable[str], quiet: Quiet, write: Callable[[str], None]) -> None:
    for line in lines:
        text = line.rstrip("\n")
        write(text)
        if (shown := quiet.shown(text)) is not None:
            print(shown, flush=True)


def _opened(path: Path) -> tuple[Callable[[str], None], Path | None]:
    """How to write a line into the file, and the file; None if it cannot be written."""
    logging.raiseExceptions = False  # a full disk stops nothing
    try:
        handler = RotatingFileHandler(
            path, maxBytes=_MAX_BYTES, backupCount=_FILES - 1, encoding="utf-8"
        )
    except OSError as error:
        print(f"There will be no {path}: {error.strerror}.", flush=True)
        return lambda _line: None, None
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d"))

    def write(line: str) -> None:
        handler.handle(logging.LogRecord("ark", logging.INFO, "", 0, line, None, None))

    return write, path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
