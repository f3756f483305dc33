"""Cells that spreadsheets do not run: whatever Ark writes as CSV goes through `guarded`.

A cell that starts like a formula gets a leading apostrophe, as OWASP advises
(owasp.org/www-community/attacks/CSV_Injection); reading removes it. Spreadsheets for Chinese and
Japanese take full-width signs for formulas as well, and all ignore what cannot be seen before them.
"""

from __future__ import annotations

import unicodedata

_FORMULA = "=+-@"
_SEPARATORS = "\t\r\n"


def guarded(cell: str) -> str:
    """The cell, such that no spreadsheet takes it for a formula."""
    return "'" + cell if _is_formula(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    """Apostrophes before it do not count, so that reading gives back what was written."""
    for character in cell:
        if character in _SEPARATORS:
            return True
        if not (character == "'" or character.isspace() or _is_invisible(character)):
            # The compatible form of a full-width or small sign is the plain one.
            return unicodedata.normalize("NFKC", character)[0] in _FORMULA
    return False


def _is_invisible(character: str) -> bool:
    """Control characters, marks of direction, spaces of no width."""
    return unicodedata.category(character)[0] == "C"
