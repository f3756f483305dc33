"""How a training process behaves towards the machine."""

from __future__ import annotations

import pytest

from recognition.cnn.training import process


@pytest.mark.parametrize(
    ("autogroup", "niceness"),
    [("/autogroup-7 nice 0\n", "0"), ("/autogroup-12 nice 19\n", "19"), ("", "0")],
)
def test_a_process_may_be_in_no_autogroup(autogroup: str, niceness: str) -> None:
    assert process.autogroup_niceness(autogroup) == niceness
