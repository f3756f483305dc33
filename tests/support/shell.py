"""`manage.py shell` for programs that follow each other: Django is loaded once, which takes a
second, and each program runs in a process that is forked off."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_SERVER = """
import json, os, sys, traceback
import django
from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()
for line in sys.stdin:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writing, 1)
        code = 1
        try:
            execute_from_command_line(["manage.py", *json.loads(line)])
            sys.stdout.flush()
            code = 0
        except BaseException:
            traceback.print_exc()
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as stream:
        printed = stream.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([code, printed]), flush=True)
"""


class Shell:
    def __init__(self, code: Path, environment: dict[str, str]) -> None:
        """code: the checkout."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            cwd=code,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        """What is printed. Raises CalledProcessError."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        code, printed = json.loads(answer) if answer else (1, "")
        if code:
            raise subprocess.CalledProcessError(code, arguments, printed)
        return printed

    def end(self) -> None:
        self._process.communicate()
