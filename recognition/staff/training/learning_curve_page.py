"""Have I labelled enough? What more photos of each label are likely to bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.line_charts import LinesChart, Point, lines_chart
from recognition.training.learning_curve import outlook
from recognition.training.learning_curve.outlook import (
    MIN_OF_LABEL,
    MORE,
    LabelOutlook,
    LearningCurve,
)
from recognition.training.learning_curve.power_law import Estimate

_WIDEST = 0.25  # a gain that fills the whole bar


@dataclass(frozen=True)
class Row:
    """Points are hundredths. bar: start and width of the bounds and place of the mean, 0 to 100."""

    of: LabelOutlook
    right: str
    gain: str
    low: str
    high: str
    bar: tuple[float, float, float]
    is_worth_it: bool


@staff_page("recognition.view_trainingrun")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    found = outlook.report()
    curve = outlook.curve_in(found)
    context: dict[str, Any] = {
        "drawing": outlook.drawing_in(found),
        "curve": curve,
        "more": MORE,
        "min_of_label": MIN_OF_LABEL,
        "may_train": request.user.has_perm("recognition.train"),
        "may_review": request.user.has_perm("recognition.review"),
    }
    if curve:
        context |= {
            "rows": [_row(it) for it in curve.labels],
            "chart": _chart(curve),
            "right": _percent(1 - curve.overall.now.mean),
            "doubled": _points(curve.overall.doubled),
            "since": outlook.decided_since(curve),
        }
    return render_page(request, "staff/training/learning_curve.html", _("Learning curve"), context)


@staff_page("recognition.view_trainingrun")
@require_GET
def live(request: StaffRequest) -> HttpResponse:
    """How far the drawing is; when it is over, the whole page is asked for again."""
    drawing = outlook.drawing_in(outlook.report())
    if drawing.state not in ("asked", "running"):
        return HttpResponseClientRefresh()
    return render(request, "staff/training/_learning_curve_live.html", {"drawing": drawing})


@staff_page("recognition.train")
@require_POST
def draw(request: StaffRequest) -> HttpResponse:
    outlook.ask()
    messages.success(request, _("The curve is being drawn. It takes about a minute."))
    return redirect("training-learning-curve")


def _row(outlook: LabelOutlook) -> Row:
    gain = outlook.gain
    low, high, mean = (min(100.0, 100 * it / _WIDEST) for it in (gain.low, gain.high, gain.mean))
    return Row(
        of=outlook,
        right=_percent(1 - outlook.now.mean),
        bar=(round(low, 1), round(max(high - low, 1.0), 1), round(mean, 1)),
        is_worth_it=gain.mean >= 0.01,
        **_points(gain),
    )


def _points(gain: Estimate) -> dict[str, str]:
    """In percentage points; decimals only where there is little."""
    decimals = 0 if 100 * gain.high >= 10 else 1
    named = {"gain": gain.mean, "low": gain.low, "high": gain.high}
    return {name: number_format(100 * it, decimals) for name, it in named.items()}


def _percent(share: float) -> str:
    return number_format(100 * share, 0) + "\N{NO-BREAK SPACE}%"


def _chart(curve: LearningCurve) -> LinesChart:
    def right(name: str) -> list[Point]:
        return [(taught, 1 - getattr(errors, name)) for taught, errors in curve.overall.curve]

    measured = [(it.taught, 1 - it.wrong / it.tested) for it in curve.overall.points]
    return lines_chart(
        [
            (_("measured"), measured),
            (_("expected"), right("mean")),
            (_("at best"), right("low")),
            (_("at worst"), right("high")),
        ],
        name=_("Accuracy by the number of training photos of each label"),
        x_name=_("training photos of each label, a mean"),
        y_name=_("accuracy"),
        y_percent=True,
    )
