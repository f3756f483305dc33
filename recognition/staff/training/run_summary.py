"""What a training run's page shows besides the run itself."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from recognition.cnn.training.parameters import TeachParameters, TrainingParameters
from recognition.core import heartbeats
from recognition.labels.tree import LabelTree
from recognition.models import (
    Comparison,
    Label,
    Mode,
    ModelVersion,
    RunState,
    Split,
    TrainingEpoch,
    TrainingRun,
)
from recognition.staff.formatting import percent
from recognition.staff.line_charts import LinesChart, Point, lines_chart
from recognition.staff.training import run_text, time_ranges
from recognition.staff.training.run_waits import UNHEARD_AFTER
from recognition.staff.versions import comparison_summary, verdict_texts
from recognition.training import runs
from recognition.versions import measured

_OF_NETWORK = "network_options"


@dataclass(frozen=True)
class Setting:
    """is_changed: it is not the default."""

    name: str
    value: str
    is_changed: bool = False


@dataclass(frozen=True)
class Figure:
    """A measured share as text; interval and before are empty if they are not known."""

    name: str
    value: str
    interval: str
    before: str


@dataclass(frozen=True)
class Result:
    """The version that came of a run, and its comparison with the one that was live then."""

    version: ModelVersion
    comparison: Comparison | None

    @property
    def findings(self) -> dict[str, Any]:
        """Both versions, measured on the same photos; empty until that is done."""
        is_done = self.comparison and self.comparison.state == Comparison.State.DONE
        return self.comparison.findings if self.comparison and is_done else {}

    @property
    def photos(self) -> int:
        """On how many it was measured."""
        photos: int = self._metrics.get("photos") or 0
        return photos

    @property
    def figures(self) -> list[Figure]:
        """The main ones, beside those of the version that was live then."""
        metrics, before = self._metrics, self._before
        neither, neither_before = metrics.get("neither") or {}, before.get("neither") or {}
        found = [
            _figure(_("Accuracy"), "accuracy", metrics, before),
            _figure(_("Macro-F1"), "macro_f1", metrics, before),
            _figure(_("Neither, rejected"), "rejected", neither, neither_before),
        ]
        return [figure for figure in found if figure is not None]

    @property
    def verdict(self) -> str:
        """Whether the difference means something, and what became of the labels."""
        if self.comparison is None or not self.findings:
            return ""
        verdict = verdict_texts.verdict(self.comparison)
        return f"{verdict} {verdict_texts.knows(self.comparison)}"

    @property
    def is_being_compared(self) -> bool:
        waits = (Comparison.State.QUEUED, Comparison.State.RUNNING)
        return self.comparison is not None and self.comparison.state in waits

    @cached_property
    def _metrics(self) -> dict[str, Any]:
        return measured.figures_of(self.version).metrics

    @cached_property
    def _before(self) -> dict[str, Any]:
        """Of the version that was live then, if it was measured on the same photos."""
        if self.comparison is None or not self.findings:
            return {}
        pair = measured.both(self.comparison.baseline, self.version)
        return pair[0].metrics if pair else {}


def _figure(name: str, key: str, metrics: dict[str, Any], before: dict[str, Any]) -> Figure | None:
    if metrics.get(key) is None:
        return None
    between = comparison_summary.interval(metrics.get(f"{key}_interval"))
    was = "" if before.get(key) is None else percent(before[key])
    return Figure(name, percent(metrics[key]), between, was)


def charts(run: TrainingRun) -> dict[str, LinesChart]:
    """Loss and accuracy by epoch; nothing before the first epoch is over."""
    epochs = list(run.epochs.order_by("number"))
    if not epochs:
        return {}
    x_name = _("epoch")

    def points(name: str) -> list[Point]:
        return [(epoch.number, getattr(epoch, name)) for epoch in epochs]

    return {
        "loss": lines_chart(
            [
                (_("training"), points("train_loss")),
                (_("validation"), points("validation_loss")),
            ],
            name=_("Loss by epoch"),
            x_name=x_name,
            y_name=_("loss"),
        ),
        "accuracy": lines_chart(
            [(_("validation"), points("validation_accuracy"))],
            name=_("Accuracy by epoch"),
            x_name=x_name,
            y_name=_("accuracy"),
            y_percent=True,
        ),
    }


def best_epoch(run: TrainingRun) -> TrainingEpoch | None:
    known = run.epochs.filter(validation_accuracy__isnull=False)
    return known.order_by("-validation_accuracy", "number").first()


def time_left(run: TrainingRun) -> str:
    """As text; empty if nobody knows."""
    if run.state != RunState.RUNNING:
        return ""
    left = time_ranges.left_of(run, list(run.epochs.order_by("number")))
    return "" if left is None else str(left)


def settings(run: TrainingRun) -> list[Setting]:
    """The run's parameters and its network's options, in the form's order."""
    defaults: Any = TeachParameters()
    if run.mode != Mode.TEACH:
        defaults = TrainingParameters.defaults(run.mode)
    found = []
    for field in fields(defaults):
        default = getattr(defaults, field.name)
        value = run.parameters.get(field.name, default)
        found.append(Setting(_(field.metadata["title"]), run_text.number(value), value != default))
    options = run.parameters.get(_OF_NETWORK) or {}
    return [*(Setting(name, run_text.number(value)) for name, value in options.items()), *found]


def photos_by_label(run: TrainingRun) -> list[dict[str, Any]]:
    """How many photos of each label were in which split, in the order of the tree."""
    counts: dict[str, dict[str, int]] = run.dataset.summary.get("labels", {})
    known = [label for label in LabelTree().in_reading_order() if label.slug in counts]
    slugs = {label.slug for label in known}
    labels: list[Label | str] = [*known, *(slug for slug in counts if slug not in slugs)]
    rows = []
    for label in labels:
        of_label = counts[label.slug if isinstance(label, Label) else label]
        photos = {split.value: of_label.get(split.value, 0) for split in Split}
        rows.append({"label": label, **photos, "photos": sum(photos.values())})
    return rows


def result(run: TrainingRun) -> Result | None:
    if run.model_version is None:
        return None
    made = run.model_version.comparisons.select_related("baseline").order_by("-id")
    return Result(run.model_version, made.first())


def is_unheard(run: TrainingRun) -> bool:
    """Whether the process that should work on it has given no sign of life for a while."""
    if run.is_over or timezone.now() - run.created < UNHEARD_AFTER:
        return False
    return not heartbeats.is_heard(runs.worked_on_by(run))
