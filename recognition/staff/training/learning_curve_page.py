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

from recognition.staff import form_ids, job_texts
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
    curve = outlook.last_curve()
    context: dict[str, Any] = {
        **_drawing(),
        "form_id": form_ids.new(),
        "curve": curve,
        "more": MORE,
        "min_of_label": MIN_OF_LABEL,
        "may_train": request.user.has_perm("recognition.train"),
        "may_review": request.user.has_perm("recognition.review"),
    }
    if curve:
        context |= {
            "rows": [_row(label) for label in curve.labels],
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
    drawing = _drawing()
    if not drawing["is_drawn"]:
        return HttpResponseClientRefresh()
    return render(request, "staff/training/_learning_curve_live.html", drawing)


@staff_page("recognition.train")
@require_POST
def draw(request: StaffRequest) -> HttpResponse:
    outlook.ask(request.user, form_ids.of(request))
    messages.success(request, _("The curve is being drawn. It takes about a minute."))
    return redirect("training-learning-curve")


def _drawing() -> dict[str, Any]:
    job = outlook.last_job()
    return {
        "job": job,
        "is_drawn": job is not None and not job.is_over,
        "error": job_texts.error(job) if job else "",
    }


def _row(outlook: LabelOutlook) -> Row:
    gain = outlook.gain
    low, high, mean = (min(100.0, 100 * at / _WIDEST) for at in (gain.low, gain.high, gain.mean))
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
    return {name: number_format(100 * share, decimals) for name, share in named.items()}


def _percent(share: float) -> str:
    return number_format(100 * share, 0) + "\N{NO-BREAK SPACE}%"


def _chart(curve: LearningCurve) -> LinesChart:
    def right(name: str) -> list[Point]:
        return [(taught, 1 - getattr(errors, name)) for taught, errors in curve.overall.curve]

    measured = [(point.taught, 1 - point.wrong / point.tested) for point in curve.overall.points]
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
