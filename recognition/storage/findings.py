"""What a check has found so far: how many of each kind, and the first of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST_NAMED = 100  # of a kind
MISSING, DAMAGED, ORPHANED = "missing", "damaged", "orphaned"
KINDS = (
    *(MISSING, DAMAGED, "versions_damaged", ORPHANED),
    *("renditions", "explanations", "incoming", "exports", "training", "versions_unknown"),
)
# What --repair removes: nobody needs it any more. The rest takes a person.
LEFT_OVER = (ORPHANED, "renditions", "explanations", "incoming", "exports", "training")


class Findings:
    """Kept as JSON in the result of a job, as `document`: {"found": {kind: count}, "named": {kind:
    [...]}, "removed": {kind: count}, "used": {where: bytes}, "seen": {what: count}}."""

    def __init__(self, document: dict[str, Any] | None = None, repairs: bool = False) -> None:
        self.document: dict[str, Any] = document or {}
        self._repairs = repairs
        for part in ("found", "named", "removed", "used", "seen"):
            self.document.setdefault(part, {})

    def add(self, kind: str, name: str, why: str = "") -> None:
        """name: a photo's id, or a path below ARK_HOME."""
        self._count("found", kind)
        named = self.document["named"].setdefault(kind, [])
        if len(named) < MOST_NAMED:
            named.append([name, why] if why else [name])

    def left_over(self, kind: str, path: Path, name: str, remove: Callable[[Path], object]) -> None:
        """Remove it, if this check repairs; else it is a finding."""
        if not self._repairs:
            self.add(kind, name)
            return
        try:
            remove(path)
        except OSError as error:
            self.add(kind, name, str(error))
        else:
            self._count("removed", kind)

    def use(self, where: str, size_bytes: int) -> None:
        self._count("used", where, size_bytes)

    def see(self, what: str, number: int = 1) -> None:
        """How much was looked at."""
        self._count("seen", what, number)

    @property
    def is_clean(self) -> bool:
        return not self.document["found"]

    def _count(self, part: str, key: str, number: int = 1) -> None:
        counts = self.document[part]
        counts[key] = counts.get(key, 0) + number
