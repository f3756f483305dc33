"""A start that cannot go well is refused in words that tell what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from webapp import preflight


@pytest.fixture(autouse=True)
def _nobody_in_this_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(preflight, "REDIS_SOCKET", tmp_path / "redis.sock")


def test_a_port_in_use_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(SystemExit, match=f"{port}.*another program uses it"):
            preflight.check()


def test_a_free_port_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    monkeypatch.setenv("PORT", str(port))
    preflight.check()


@pytest.mark.parametrize("port", ["many", "70000"])
def test_a_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="Ark cannot"):
        preflight.check()


def test_a_second_start_in_the_same_home_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as redis:
        redis.bind(str(tmp_path / "redis.sock"))
        redis.listen()
        with pytest.raises(SystemExit, match="runs already"):
            preflight.check()


def test_a_socket_left_behind_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    with socket.socket(socket.AF_UNIX) as redis:
        redis.bind(str(path))
    assert path.exists()
    assert not preflight.answers(path)
