"""Whose photo is next: owners take turns, whatever each has waiting.

Start-time fair queueing (Goyal et al. 1996). Each upload gets a number when it arrives, its turn,
and the predictors take the lowest. The first photo of an owner who has none waiting gets the lowest
number that waits; each further one gets the number before it plus what that one costs. So a single
photo passes thousands of somebody else's, and one owner's photos keep their order.
"""

from __future__ import annotations

from django.contrib.auth.models import User

from recognition.models import Photo, Prediction, State, Weight

_ORDINARY_MS = 4.0  # what an ordinary photo costs to decode, which counts as 1


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
        newest = Photo.objects.filter(owner=self._owner).order_by("-created", "-id")
        found = newest.values_list("prediction__state", "prediction__turn").first()
        return found[1] if found and found[0] == State.PENDING else None

    @staticmethod
    def _lowest(weight: Weight) -> float:
        waiting = Prediction.objects.filter(
            state=State.PENDING, weight=weight, model_version=None
        ).order_by("turn", "created", "id")
        turn = waiting.values_list("turn", flat=True).first()
        return 0.0 if turn is None else turn
