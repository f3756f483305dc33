"""Freed memory goes back to the system."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from recognition.core import memory


def resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1000
    raise AssertionError("Linux tells RssAnon")


@pytest.fixture(autouse=True)
def _as_in_real_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests do without."""
    monkeypatch.setattr(memory, "PAUSE_S", 1.0)
    monkeypatch.setattr(memory, "_last_s", 0.0)


def test_freed_memory_is_given_back() -> None:
    before = resident_mb()
    blocks = [bytearray(b"x" * 100_000) for _ in range(1000)]
    kept = blocks[::10]  # what lies between these glibc would keep
    del blocks
    memory.give_back()
    assert resident_mb() < before + 40
    assert len(kept) == 100


def test_it_is_asked_at_most_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_s: list[float] = []
    clock = Mock()
    monkeypatch.setattr(memory, "time", clock)
    monkeypatch.setattr(memory, "_malloc_trim", lambda _: asked_s.append(clock.monotonic()))
    for now_s in (100.0, 100.5, 101.0, 101.5, 102.0):
        clock.monotonic.return_value = now_s
        memory.give_back()
    assert asked_s == [100.0, 101.5]
