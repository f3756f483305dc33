"""Whose photo is next: owners take turns, whatever each has waiting.

Start-time fair queueing (Goyal et al. 1996). Each upload gets a number when it arrives, its turn,
and the predictors take the lowest. The first photo of an owner who has none waiting gets the lowest
number that waits; each further one gets the number before it plus what that one costs. So a single
photo passes thousands of somebody else's, and one owner's photos keep their order.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from recognition.models import State, Weight

_ORDINARY_MS = 4.0  # what an ordinary photo costs to decode, which counts as 1

# In SQL because every upload asks: Django takes ten times as long to put them together as both
# databases to answer.
_OF_NEWEST = """
SELECT prediction.state, prediction.turn
FROM recognition_photo AS photo
LEFT JOIN recognition_prediction AS prediction ON prediction.id = photo.prediction_id
WHERE photo.owner_id = %s ORDER BY photo.created DESC, photo.id DESC LIMIT 1
"""
_LOWEST = """
SELECT turn FROM recognition_prediction
WHERE state = %s AND weight = %s AND model_version_id IS NULL
ORDER BY turn, created, id LIMIT 1
"""


class Turns:
    """Those of one owner's uploads."""

    def __init__(self, owner: User) -> None:
        self._owner = owner
        self._last: float | None = None
        self._cost = 1.0
        self._is_known = False

    def take(self, cost_ms: float, weight: Weight) -> float:
        """The turn of the next photo."""
        if not self._is_known:
            self._last, self._is_known = self._last_waiting(), True
        lowest = self._lowest(weight) if self._last is None else self._last + self._cost
        self._last, self._cost = lowest, max(1.0, cost_ms / _ORDINARY_MS)
        return lowest

    def _last_waiting(self) -> float | None:
        """Of the owner's photos."""
        found = _first_row(_OF_NEWEST, self._owner.pk)
        return found[1] if found and found[0] == State.PENDING else None

    @staticmethod
    def _lowest(weight: Weight) -> float:
        found = _first_row(_LOWEST, State.PENDING.value, weight.value)
        return found[0] if found else 0.0


def _first_row(statement: str, *parameters: int | str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()
