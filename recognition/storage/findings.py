"""What a check has found so far: how many of each kind, and the first of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from recognition.files.bucket import BucketAway

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
        self.repairs = repairs
        for part in ("found", "named", "removed", "used", "seen"):
            self.document.setdefault(part, {})

    def add(self, kind: str, name: str, why: str = "") -> None:
        """name: a photo's id, or a path below ARK_HOME."""
        self._count("found", kind)
        named = self.document["named"].setdefault(kind, [])
        if len(named) < MOST_NAMED:
            named.append([name, why] if why else [name])

    def left_over(
        self, kind: str, names: Mapping[Path, str], remove: Callable[[list[Path]], object]
    ) -> None:
        """Remove them, if this check repairs; else they are findings. One that cannot be removed
        does not keep the others. Raises BucketAway."""
        if not names:
            return
        if not self.repairs:
            for name in names.values():
                self.add(kind, name)
            return
        try:
            remove(list(names))
        except BucketAway:
            raise
        except OSError as error:
            if len(names) == 1:
                [name] = names.values()
                self.add(kind, name, str(error))
                return
            for path, name in names.items():
                self.left_over(kind, {path: name}, remove)
        else:
            self._count("removed", kind, len(names))

    def use(self, where: str, size_bytes: int) -> None:
        if size_bytes:
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
