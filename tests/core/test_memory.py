"""Freed memory goes back to the system."""

from __future__ import annotations

from pathlib import Path

import pytest

from recognition.core import memory


def resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1000
    raise AssertionError("Linux tells RssAnon")


def test_freed_memory_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_last_s", 0.0)
    before = resident_mb()
    blocks = [bytearray(b"x" * 100_000) for _ in range(1000)]
    kept = blocks[::10]  # what lies between these glibc would keep
    del blocks
    memory.give_back()
    assert resident_mb() < before + 40
    assert len(kept) == 100


def test_it_is_asked_at_most_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(memory, "_malloc_trim", asked.append)
    monkeypatch.setattr(memory, "_last_s", 0.0)
    for _ in range(3):
        memory.give_back()
    assert asked == [0]
