"""bin/install.py: what it asks pip for, and what people see of that."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from webapp.home import BASE_DIR

LOCK = """# made by a tool
numpy==2.4.6                # via torch
nvidia-cublas==13.4.1.3 ; sys_platform == 'linux'  # via cuda-toolkit
cuda-toolkit==13.2.2 ; sys_platform == 'linux'  # via torch
torch==2.15.0             # via timm, torchvision
torchvision==0.29.2       # via timm
triton==3.9.0 ; sys_platform == 'linux'  # via torch
"""
PYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"


@pytest.fixture(scope="module")
def install() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", BASE_DIR / "bin" / "install.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["install"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A package index: its folder, and its address."""
    handler = partial(_Silent, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def offer(folder: Path, name: str, version: str, python: str = PYTHON) -> None:
    wheel = f"{name}-{version}%2Bcpu-{python}-{python}-manylinux_2_28_x86_64.whl"
    (folder / name).mkdir()
    (folder / name / "index.html").write_text(f'<a href="/whl/cpu/{wheel}#sha256=1">{wheel}</a>')


@pytest.fixture
def asked(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[tuple[str, list[str]]]:
    """What pip would have been asked for: lock and options."""
    asked: list[tuple[str, list[str]]] = []

    def note(text: str, options: list[str], _home: Path) -> int:
        asked.append((text, options))
        return 0

    (tmp_path / "some.lock").write_text(LOCK)
    (tmp_path / "env").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(install, "_install", note)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("CPU", raising=False)
    return asked


def test_the_lock_is_installed_as_it_is(
    install: ModuleType, asked: list[tuple[str, list[str]]]
) -> None:
    install.main("some.lock")
    assert asked == [(LOCK, [])]


def test_for_a_cpu_pytorch_comes_from_its_own_index_without_cuda(
    install: ModuleType,
    asked: list[tuple[str, list[str]]],
    index: tuple[Path, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, address = index
    offer(folder, "torch", "2.15.0")
    offer(folder, "torchvision", "0.29.2")
    monkeypatch.setenv("CPU", address)
    install.main("some.lock")
    monkeypatch.delenv("CPU")
    install.main("some.lock")  # an upgrade, or what tests need in addition
    assert asked[0] == asked[1]
    text, options = asked[0]
    assert options == ["--extra-index-url", address]
    names = [line.split()[0] for line in text.splitlines()[1:]]
    assert names == ["numpy==2.4.6", "torch==2.15.0+cpu", "torchvision==0.29.2+cpu"]


@pytest.mark.parametrize("offered", [[], ["torch"]], ids=["nothing", "torch alone"])
def test_where_that_index_lacks_it_cuda_is_installed_and_that_is_said(
    install: ModuleType,
    asked: list[tuple[str, list[str]]],
    index: tuple[Path, str],
    offered: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, address = index
    for name in offered:
        offer(folder, name, "2.15.0")
    monkeypatch.setenv("CPU", address)
    install.main("some.lock")
    assert asked == [(LOCK, [])]
    said = capsys.readouterr().out
    assert f"{address}/" in said
    assert "with CUDA instead: 3 GB more" in said


def test_wheels_for_another_python_do_not_serve(
    install: ModuleType, index: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = index
    monkeypatch.setattr(sys, "platform", "linux")
    offer(folder, "torch", "2.15.0", "cp310")
    assert "has no torch-2.15.0+cpu" in install.missing_from(address, LOCK)


def test_no_is_no(
    install: ModuleType, asked: list[tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CPU", "0")
    install.main("some.lock")
    assert asked == [(LOCK, [])]


def test_pips_lines_tell_how_far_it_is(install: ModuleType) -> None:
    progress = install.Progress(total=4)
    assert not progress.take("Requirement already satisfied: numpy==2.4.6 in ./env\n")
    assert not progress.take("Collecting torch==2.15.0 (from -r x (line 4))\n")
    assert not progress.take("  Downloading torch-2.15.0-cp311.whl.metadata (29 kB)\n")
    assert progress.take("Downloading torch-2.15.0-cp311-cp311-linux_x86_64.whl (888.1 MB)\n")
    assert progress.text == "2 of 4: torch-2.15.0, 888.1 MB"
    assert progress.take("  Using cached torchvision-0.29.2-cp311-cp311-any.whl (8.1 MB)\n")
    assert progress.text == "3 of 4: torchvision-0.29.2, 8.1 MB"
    assert progress.take("Installing collected packages: numpy, torch\n")
    assert "unpacked" in progress.text


def test_what_is_not_for_this_system_is_not_counted(install: ModuleType) -> None:
    lines = ["# a comment", "", "numpy==2.4.6  # via x", "x==1 ; sys_platform == 'nowhere'"]
    assert [install._applies(line) for line in lines] == [False, False, True, False]
