"""Write tables of figures into docs/benchmarks.md, and what is reckoned from them into
docs/scaling.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "benchmarks.md"
SCALING = DOCS / "scaling.md"
_END = "<!-- end -->"


def as_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---" for _ in head], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def record(part: str, how: str, table: str) -> None:
    """Replace the text between <!-- part --> and the next <!-- end --> of docs/benchmarks.md.

    how: the conditions of the measurement, to be told with the machine.
    """
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    put(part, f"{datetime.now(UTC).date()}, {machine}, {how}.\n\n{table}", PAGE)


def put(part: str, text: str, page: Path) -> None:
    before, begin, rest = page.read_text().partition(f"<!-- {part} -->\n")
    if not begin:
        raise SystemExit(f"{page.name} has no place for {part!r}.")
    _replaced, _end, after = rest.partition(_END)
    page.write_text(before + begin + text + "\n" + _END + after)


def recorded(part: str, page: Path) -> str:
    """What stands between the marks."""
    _before, _begin, rest = page.read_text().partition(f"<!-- {part} -->\n")
    return rest.partition(_END)[0].removesuffix("\n")
