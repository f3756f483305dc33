"""Counting that takes no longer over a million rows than over ten thousand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import number_format


@dataclass(frozen=True)
class Counted:
    """A number of rows. Not exact: counted a little while ago, or a minimum if `is_minimum`."""

    number: int
    is_exact: bool = True
    is_minimum: bool = False

    @property
    def in_words(self) -> str:
        """In the language of the current request: 1,234, or 10,000+ for a minimum, or ≈ 1,234 for
        what may have changed since it was counted."""
        number = number_format(self.number, force_grouping=True)
        if self.is_minimum:
            return f"{number}+"
        return number if self.is_exact else f"≈ {number}"


def total(counts: Iterable[Counted]) -> Counted:
    """The sum, which is as exact as the least exact of the counts."""
    counts = list(counts)
    return Counted(
        number=sum(count.number for count in counts),
        is_exact=all(count.is_exact for count in counts),
        is_minimum=any(count.is_minimum for count in counts),
    )


def count_up_to(rows: QuerySet[Any], limit: int) -> Counted:
    """Look at no more than `limit` rows and one; `rows` should be in the order of an index."""
    number = rows[: limit + 1].count()
    if number > limit:
        return Counted(limit, is_exact=False, is_minimum=True)
    return Counted(number)
