"""What holds for every template."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.home import BASE_DIR

MAX_LENGTH = 160
TEMPLATES = sorted(
    path.relative_to(BASE_DIR)
    for path in (BASE_DIR / "templates").rglob("*")
    if path.suffix in (".html", ".svg")
)


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_no_line_of_a_template_is_too_long(template: Path) -> None:
    lines = (BASE_DIR / template).read_text(encoding="utf-8").splitlines()
    too_long = [number for number, line in enumerate(lines, 1) if len(line) > MAX_LENGTH]
    assert not too_long
