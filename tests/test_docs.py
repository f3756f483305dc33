"""What the documents name is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from webapp.home import BASE_DIR

DOCUMENTS = sorted([*BASE_DIR.glob("*.md"), *(BASE_DIR / "docs").rglob("*.md")])
ROOTS = (BASE_DIR, BASE_DIR / "recognition", BASE_DIR / "recognition" / "cnn")
_CODE_PATH = re.compile(r"`([a-z_]+(?:/[a-z_]+)*\.(?:py|csv|json|html|js|css))`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def _named(document: Path) -> str:
    return str(document.relative_to(BASE_DIR))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_file_that_a_document_names_with_its_folder_exists(document: Path) -> None:
    named = {path for path in _CODE_PATH.findall(document.read_text()) if "/" in path}
    assert {path for path in named if not any((root / path).exists() for root in ROOTS)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    targets = set(_LINK.findall(document.read_text()))
    assert {target for target in targets if not (document.parent / target).exists()} == set()


def test_the_sums_of_the_security_page_are_right() -> None:
    text = (BASE_DIR / "docs" / "security.md").read_text()
    met = Counter(re.findall(r"^\| \d[\d.]* \| [^|]+ \| (yes|you|no) \|", text, re.MULTILINE))
    applies = met.total()
    said = re.search(
        r"Of (\d+) rows .*? (\d+) are met by the code .*?(\d+) by its .*?(\d+) not", text
    )
    assert said
    assert [int(number) for number in said.groups()] == [applies, met["yes"], met["you"], met["no"]]
    assert met["yes"] >= 0.9 * applies
