"""Write tables of figures into docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
_END = "<!-- end -->"


def as_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---" for _ in head], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def record(part: str, how: str, table: str) -> None:
    """Replace the text between <!-- part --> and the next <!-- end -->.

    how: the conditions of the measurement, to be told with the machine.
    """
    begin = f"<!-- {part} -->\n"
    before, _begin, rest = PAGE.read_text().partition(begin)
    if not _begin:
        raise SystemExit(f"{PAGE.name} has no place for {part!r}.")
    _replaced, _end, after = rest.partition(_END)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    note = f"{datetime.now(UTC).date()}, {machine}, {how}.\n\n"
    PAGE.write_text(before + begin + note + table + "\n" + _END + after)
