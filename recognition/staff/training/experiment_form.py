"""The form that launches an experiment: that of a run, and what varies over which values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.models import Experiment, Mode
from recognition.staff.training.launch_form import OPTION, LaunchForm
from recognition.training import search
from recognition.training.experiments import MAX_RUNS, MIN_RUNS, NETWORK, PARAMETERS, Setup

MODES = (
    (Mode.FROM_SCRATCH, gettext_lazy("Train from scratch")),
    (Mode.FINE_TUNE, gettext_lazy("Fine-tune a version")),
)
KINDS = (
    (Experiment.Kind.COMPARISON, gettext_lazy("Compare some values of one thing")),
    (Experiment.Kind.SEARCH, gettext_lazy("Search for good settings")),
)
_OWN = ("mode", "kind", "name", "vary", "values", "trials")
_START = {
    "mode": Mode.FROM_SCRATCH,
    "network": "three_stage",
    "kind": Experiment.Kind.COMPARISON,
    "trials": "12",
}
_SEPARATORS = re.compile(r"[\s,;，、；]+")
_NOT_VARIED = "seed"


class ExperimentForm(LaunchForm):
    """Bound to what was given; what is missing has its default, as in the form of a run."""

    kind = forms.ChoiceField(choices=KINDS)
    name = forms.CharField(max_length=100, required=False, label=gettext_lazy("Name"))
    values = forms.CharField(max_length=500, required=False, label=gettext_lazy("Values"))
    trials = forms.IntegerField(
        min_value=search.MIN_TRIALS, max_value=search.MAX_TRIALS, label=gettext_lazy("Trials")
    )

    def __init__(self, given: Mapping[str, Any]) -> None:
        given = {**_START, **given}
        if given["mode"] not in dict(MODES):
            given["mode"] = Mode.FROM_SCRATCH
        if given["kind"] not in dict(KINDS):
            given["kind"] = Experiment.Kind.COMPARISON
        super().__init__(given)
        self.is_search: bool = given["kind"] == Experiment.Kind.SEARCH
        self.things = dict(self._things())
        self.fields["vary"] = forms.ChoiceField(
            choices=self.things.items(), required=False, label=_("Vary")
        )
        vary = self.data.get("vary", "")
        self.varied: str = vary if vary in self.things else ""

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The settings of all runs; what varies has no value of its own."""
        taken = set(_OWN) | (set() if self.is_search else {self.varied})
        for title, fields in super().groups():
            if left := [field for field in fields if field.name not in taken]:
                yield title, left

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.is_search and "vary" in cleaned and "values" in cleaned:
            cleaned["values"] = self._values(cleaned["vary"], cleaned["values"])
        return cleaned

    @property
    def allowed(self) -> str:
        """Which values the varied thing can have, as text."""
        field = self.fields.get(self.varied)
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            return ", ".join(str(value) for value, _name in choices)
        if isinstance(field, forms.IntegerField):
            limits = {"low": field.min_value, "high": field.max_value}
            return _("from %(low)s to %(high)s") % limits
        return ""

    @property
    def setup(self) -> Setup:
        """Of a valid form."""
        return Setup(
            mode=self.mode,
            parent=self.parent,
            network=self.summary.name if self.summary else "",
            parameters=self.parameters(),
            network_options=self.network_options(),
        )

    @property
    def thing(self) -> str:
        """What varies, as `experiments.compare` calls it."""
        return str(self.cleaned_data["vary"]).removeprefix(OPTION)

    def setups(self) -> list[Setup]:
        """What would be launched; of a search only its first trial. Of a valid form."""
        if self.is_search:
            return [self.setup]
        return [self.setup.with_value(self.thing, value) for value in self.cleaned_data["values"]]

    def _things(self) -> Iterator[tuple[str, str]]:
        """What can be varied: the network, its options, the parameters of training."""
        if self.mode == Mode.FROM_SCRATCH:
            yield NETWORK, _("network")
        names = [name for name in self.fields if name.startswith(OPTION)]
        names += [name for name in PARAMETERS if name in self.fields and name != _NOT_VARIED]
        yield from ((name, str(self.fields[name].label)) for name in names)

    def _values(self, vary: str, text: str) -> list[Any]:
        if not vary:
            self.add_error("vary", _("Choose what the runs differ in."))
            return []
        values: list[Any] = []
        for part in filter(None, _SEPARATORS.split(text)):
            try:
                value = self.fields[vary].clean(part)
            except forms.ValidationError as wrong:
                self.add_error("values", f"{part}: {' '.join(wrong.messages)}")
                continue
            if value not in values:
                values.append(value)
        if not self.has_error("values") and not MIN_RUNS <= len(values) <= MAX_RUNS:
            limits = {"low": MIN_RUNS, "high": MAX_RUNS}
            self.add_error(
                "values", _("Give %(low)d to %(high)d different values, with commas.") % limits
            )
        return values
