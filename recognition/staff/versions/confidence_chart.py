"""How far the confidence of versions can be believed, as a chart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from recognition.models import Comparison
from recognition.staff.line_charts import LinesChart, lines_chart

_LEAST_OF_BIN = 5  # photos of a point of the curve


def reliability(measured: Iterable[tuple[str, dict[str, Any]]]) -> LinesChart | None:
    """How often a version is right at each confidence. measured: names and metrics of versions.

    Where a version had few photos, its point would be chance.
    """
    series = []
    for title, metrics in measured:
        bins = [
            found for found in metrics["calibration"]["bins"] if found["photos"] >= _LEAST_OF_BIN
        ]
        series.append((title, [(found["confidence"], found["accuracy"]) for found in bins]))
    if not any(points for _title, points in series):
        return None
    return lines_chart(
        series,
        name=_("How often it is right, by its confidence"),
        x_name=_("confidence"),
        y_name=_("right"),
        x_percent=True,
        y_percent=True,
        x_range=(0, 1),
        y_range=(0, 1),
        diagonal=True,
    )


def reliabilities(comparison: Comparison) -> LinesChart | None:
    """Of both versions."""
    sides = (("baseline", comparison.baseline), ("candidate", comparison.candidate))
    return reliability(
        (_("version %(number)d") % {"number": version.number}, comparison.findings[side])
        for side, version in sides
    )
