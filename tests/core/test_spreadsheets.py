"""No spreadsheet runs what people have named their photos; and it comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.core.spreadsheets import guarded, unguarded
from tests.support import drills

FORMULAS = ["=1+1", "+1", "-1", "@sum", "\tx", "'=1", "''@x", "\r=1", "\nx", " =1", "\u3000=1"]
FULL_WIDTH = ["＝1+1", "＋1", "－1", "＠sum", "﹦1", "﹢1", "﹣1", "﹫sum"]
HIDDEN = ["\u200b=1", "\ufeff@x", "\u202e=1", "\x00=1", "\u00a0＝1", " \t", "'\u3000＋1"]


@pytest.mark.parametrize("cell", [*FORMULAS, *FULL_WIDTH, *HIDDEN])
def test_no_spreadsheet_runs_it_and_it_comes_back(cell: str) -> None:
    assert guarded(cell).startswith("'")
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "rex.jpg", "'rex'", "a=b", "汽车", " rex", "（1）"])
def test_other_names_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == unguarded(cell) == cell


@drills.fuzzed(300, 20_000)
@given(st.text())
def test_whatever_is_written_is_read_again(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(guarded(cell)[1:]) == guarded(cell) or guarded(cell) == cell
