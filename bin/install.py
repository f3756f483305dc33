"""`python bin/install.py LOCK`: installs what a lock file names, and shows how far it is.

It goes into the environment that runs this. pip alone says either nothing for minutes, or hundreds
of lines. CPU=1, or the address of an index of PyTorch's wheels, leaves out CUDA, which takes more
than half of the room: torch then comes from PyTorch's own index, for PyPI's holds CUDA. Later runs
remember it. Needs nothing but Python and its pip.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
FROM_THAT_INDEX = ("torch", "torchvision")
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?P<rest>.*)")
_FOR_CUDA = re.compile(r"nvidia-|cuda-|triton$")
_FETCHED = re.compile(r"\s*(?:Downloading|Using cached) (?:\S*/)?(?P<file>\S+) \((?P<size>[^)]+)\)")
_THERE = re.compile(r"Requirement already satisfied: (?P<name>[A-Za-z0-9._-]+)")
_UNPACKING = "Installing collected packages"
_LARGE = re.compile(
    r"\d{2,}\.\d MB|GB"
)  # without a terminal, only files of 10 MB or more are named
_PATIENCE_S = 10
_FALSE = ("", "0", "no", "off", "false")


def main(lock: str) -> int:
    home = Path(sys.prefix)
    text = Path(lock).read_text(encoding="utf-8")
    remembered = home / "cpu-only"
    asked = os.environ.get("CPU", "").strip() or (
        remembered.read_text().strip() if remembered.exists() else ""
    )
    options: list[str] = []
    if asked.lower() not in _FALSE:
        index = asked.rstrip("/") if "://" in asked else CPU_INDEX
        if missing := missing_from(index, text):
            print(f"{missing}\nInstalling PyTorch with CUDA instead: 3 GB more.", flush=True)
        else:
            text, options = without_cuda(text), ["--extra-index-url", index]
            remembered.write_text(f"{asked}\n")
    elif not _has_gpu():
        print("There is no NVIDIA GPU here: `make run CPU=1` would leave out 3 GB of CUDA.")
    return _install(text, options, home)


def without_cuda(lock: str) -> str:
    """The same versions, but those of PyTorch that know no GPU."""
    return "\n".join(
        f"{pin['name']}=={pin['version']}+cpu{pin['rest']}"
        if pin and pin["name"] in FROM_THAT_INDEX and sys.platform == "linux"
        else line
        for line in lock.splitlines()
        for pin in [_PIN.match(line)]
        if not (pin and _FOR_CUDA.match(pin["name"]))
    )


def missing_from(index: str, lock: str) -> str:
    """Why PyTorch cannot come from there, in a sentence; empty if it can."""
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    for pin in filter(None, map(_PIN.match, lock.splitlines())):
        if pin["name"] not in FROM_THAT_INDEX or sys.platform != "linux":
            continue
        wheel = f"{pin['name']}-{pin['version']}+cpu-{python}-"
        address = f"{index}/{pin['name']}/"
        try:
            with urllib.request.urlopen(address, timeout=_PATIENCE_S) as answer:  # noqa: S310
                page = answer.read().decode(errors="replace")
        except (OSError, ValueError) as error:
            return f"{address} cannot be read: {getattr(error, 'reason', error)}"
        if wheel not in page.replace("%2B", "+").replace("%2b", "+"):
            return f"{address} has no {wheel}*.whl."
    return ""


@dataclass
class Progress:
    """What pip's lines say of how far it is."""

    total: int
    number: int = 0
    current: str = ""
    is_unpacking: bool = False
    _seen: set[str] = field(default_factory=set)

    def take(self, line: str) -> bool:
        """Whether there is something new to tell."""
        if line.startswith(_UNPACKING):
            self.is_unpacking = True
            return True
        if (found := _THERE.match(line)) and found["name"] not in self._seen:
            self._seen.add(found["name"])
            self.number += 1
            return False
        found = _FETCHED.match(line)
        if not found or found["file"].endswith(".metadata") or found["file"] in self._seen:
            return False
        self._seen.add(found["file"])
        self.number += 1
        self.current = f"{'-'.join(found['file'].split('-')[:2])}, {found['size']}"
        return True

    @property
    def text(self) -> str:
        if self.is_unpacking:
            return "Everything is here; it is unpacked: one to three minutes"
        return f"{min(self.number, self.total)} of {self.total}: {self.current or 'looking'}"


def _install(text: str, options: list[str], home: Path) -> int:
    total = sum(1 for line in text.splitlines() if _applies(line))
    print(_beforehand(total, bool(options), (home / "installed").exists()), flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=home, prefix="install-") as folder:
        # pip unpacks here and not in /tmp, which is often too small for PyTorch.
        lock = Path(folder) / "requirements.txt"
        lock.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--requirement", str(lock), *options]
        code, last = _followed(command, Progress(total), Path(folder))
    if code:
        print("\n".join([*last, "", "Nothing was lost; `make run` goes on where this ended."]))
    else:
        print(f"Installed in {_span(time.monotonic() - began)}.", flush=True)
    return code


def _followed(command: list[str], progress: Progress, folder: Path) -> tuple[int, Iterable[str]]:
    """pip's exit status, and the end of what it said."""
    last: deque[str] = deque(maxlen=20)
    over = threading.Event()
    is_seen = sys.stdout.isatty()
    ticker = threading.Thread(target=_tick, args=(progress, folder, over), daemon=True)
    with subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        if is_seen:
            ticker.start()
        for line in pip.stdout or ():
            last.append(line.rstrip())
            is_new = progress.take(line)
            if is_new and not is_seen and (progress.is_unpacking or _LARGE.search(line)):
                print(f"  {progress.text}", flush=True)
    over.set()
    if is_seen:
        ticker.join()
    return pip.returncode, last


def _tick(progress: Progress, folder: Path, over: threading.Event) -> None:
    """One line on the terminal, written anew each second."""
    began = time.monotonic()
    while not over.wait(1):
        here = "" if progress.is_unpacking else f" · {_megabytes(folder)} MB on their way"
        line = f"  {progress.text}{here} · {_span(time.monotonic() - began)}"
        print(f"\r\033[K{line[: _width()]}", end="", flush=True)
    print("\r\033[K", end="", flush=True)


def _beforehand(total: int, is_small: bool, is_upgrade: bool) -> str:
    if is_upgrade:
        return (
            f"Bringing .venv up to date: {total} packages, of which only what changed is fetched."
        )
    download, disk = ("0.6", "2.5") if is_small else ("3", "7")
    return (
        f"Installing {total} packages into .venv, once: about {download} GB to fetch, {disk} GB on "
        "the disk.\nThis takes 2 minutes to half an hour, most of it the download."
    )


def _applies(line: str) -> bool:
    from pip._vendor.packaging.requirements import InvalidRequirement, Requirement

    try:
        marker = Requirement(line.split(" #")[0].strip()).marker
    except InvalidRequirement:  # a comment, or nothing
        return False
    return marker is None or marker.evaluate()


def _has_gpu(devices: Iterator[Path] | None = None) -> bool:
    return any(Path("/dev").glob("nvidia[0-9]*") if devices is None else devices)


def _megabytes(folder: Path) -> int:
    sizes = 0
    for path, _folders, files in os.walk(folder):
        for name in files:
            try:
                sizes += (Path(path) / name).stat().st_size
            except OSError:  # moved meanwhile
                continue
    return sizes // 1_000_000


def _width() -> int:
    try:
        return (os.get_terminal_size().columns or 80) - 1
    except OSError:
        return 79


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


if __name__ == "__main__":
    if sys.prefix == sys.base_prefix:
        sys.exit("Run it with the Python of an environment: .venv/bin/python bin/install.py LOCK")
    sys.exit(main(sys.argv[1]))
