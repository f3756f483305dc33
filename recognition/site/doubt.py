"""How sure an answer is, in a word: a guess does not look like a certainty."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from recognition.models import ConfidenceBand, Prediction


class Doubt(NamedTuple):
    """level: how much there is, "none" or the name of a filter of History. word: empty if none."""

    level: str
    word: object


NONE = Doubt("none", "")
_BY_BAND = {
    ConfidenceBand.DOUBTFUL: Doubt("guess", pgettext_lazy("how sure an answer is", "a guess")),
    ConfidenceBand.LIKELY: Doubt("perhaps", pgettext_lazy("how sure an answer is", "perhaps")),
    ConfidenceBand.SURE: Doubt("probably", pgettext_lazy("how sure an answer is", "probably")),
}
ADVICE = {
    "guess": _("The network is guessing: look for yourself."),
    "perhaps": _("It may well be something else."),
}


def of(prediction: Prediction | None) -> Doubt:
    """What was accepted by machine keeps the promise, whatever its confidence."""
    if prediction is None or prediction.accepted or prediction.band is None:
        return NONE
    return _BY_BAND.get(ConfidenceBand(prediction.band), NONE)
