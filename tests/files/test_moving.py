"""A file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from recognition.files.moving import whole_file
from tests.support.files import full_disk


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path, draft = tmp_path / "table.csv", tmp_path / "draft"
    with whole_file(path, draft):
        draft.write_text("a,b")
        assert not path.exists()
    assert path.read_text() == "a,b"
    assert list(tmp_path.iterdir()) == [path]


def test_on_a_full_disk_the_file_before_stays_and_no_draft(tmp_path: Path) -> None:
    path, draft = tmp_path / "table.csv", tmp_path / "draft"
    path.write_text("before")
    with pytest.raises(OSError, match="large"), full_disk(10), whole_file(path, draft):
        draft.write_text("a,b\n" * 1000)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_nobody_finished_leaves_no_draft(tmp_path: Path) -> None:
    def write_half() -> None:
        draft = tmp_path / "draft"
        with whole_file(tmp_path / "table.csv", draft):
            draft.write_text("a,")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert list(tmp_path.iterdir()) == []
