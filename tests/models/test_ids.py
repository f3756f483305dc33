from __future__ import annotations

import time
import uuid

import pytest

from recognition.models.ids import time_ordered_uuid


def test_it_is_a_uuid_of_version_7_that_tells_the_millisecond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_123_999_999)
    made = time_ordered_uuid()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == 1_700_000_000_123


def test_keys_of_the_same_millisecond_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(1_700_000_000_123_000_000, 1_700_000_000_124_000_000, 10_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(moments))
    made = [time_ordered_uuid() for _ in range(100)]
    assert made == sorted(made)


def test_keys_of_the_same_moment_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_123_456_789)
    assert len({time_ordered_uuid() for _ in range(1000)}) == 1000
