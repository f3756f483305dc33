"""Places in a list; what the pages hold is tested through the doors that show them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from recognition.photos.orders.history import Cursor
from tests.support.rows import NO_ID

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.mark.parametrize("key", [NOW, 0.0, 1e-07, 0.9731234567891234, 1.0])
def test_a_place_is_read_as_it_was_written(key: datetime | float) -> None:
    place = Cursor(key, uuid4())
    assert Cursor.parse(str(place)) == place


@pytest.mark.parametrize("text", ["", "-", "nonsense", "0.5", f"--{NO_ID}", "9" * 30 + "-0"])
def test_what_is_no_place_is_none(text: str) -> None:
    assert Cursor.parse(text) is None
