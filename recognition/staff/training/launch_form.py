"""The form that launches a run. Its fields are made from what parameters and networks say of
themselves, so that nothing needs to be listed twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.cnn.networks.summaries import NetworkSummary, summaries
from recognition.cnn.training.parameters import TeachParameters, TrainingParameters
from recognition.models import Mode, ModelVersion
from recognition.staff.training import run_text
from recognition.versions import registry

OPTION = "option-"  # before the names of a network's options
_SMALLEST_NETWORK = "lenet5"
_YES_NO = ((True, gettext_lazy("yes")), (False, gettext_lazy("no")))
_GROUPS = (
    (gettext_lazy("How long and how fast"), ("epochs", "batch_size", "learning_rate", "trainable")),
    (gettext_lazy("How photos are varied"), ("flip", "crop", "colour", "mixup")),
)


class LaunchForm(forms.Form):
    """Bound to what was given; what is missing or empty has its default.

    mode and network decide which fields there are, so that wrong ones fall back to usable ones.
    """

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, given: Mapping[str, Any]) -> None:
        mode = given.get("mode", "")
        self.mode: str = mode if mode in Mode.values else Mode.TEACH
        self.versions = {
            str(version.number): version for version in _versions(given.get("parent", ""))
        }
        self.parent = self._parent(given.get("parent", ""))
        self.summary = self._summary(given.get("network", ""))
        typed = {name: value for name, value in given.items() if value != ""}
        start = {
            "mode": self.mode,
            "parent": str(self.parent.number) if self.parent else "",
            "network": self.summary.name if self.summary else "",
        }
        super().__init__(
            {**default_values(self.mode, self.summary), **typed, **start}, auto_id="setting-%s"
        )
        self.fields |= {**self._start(), **_fields(self.mode, self.summary)}

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The settings under their headings; those that no heading claims come last."""
        names = [name for name in self.fields if name not in ("id", "parent", "network")]
        headed = [(_("How it is built"), [name for name in names if name.startswith(OPTION)])]
        headed += [
            (str(title), [name for name in group if name in names]) for title, group in _GROUPS
        ]
        claimed = {name for _title, group in headed for name in group}
        headed.append((_("Finer points"), [name for name in names if name not in claimed]))
        yield from ((title, [self[name] for name in group]) for title, group in headed if group)

    def parameters(self) -> dict[str, Any]:
        """As `runs.launch` takes them; of valid fields only."""
        names = [field.name for field in fields(_defaults(self.mode, self.summary))]
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def network_options(self) -> dict[str, Any]:
        options = self.summary.options if self.summary and self.mode == Mode.FROM_SCRATCH else {}
        given = {name: self.cleaned_data.get(OPTION + name) for name in options}
        return {name: value for name, value in given.items() if value is not None}

    def _start(self) -> dict[str, forms.Field]:
        """What it starts from: a version or, from scratch, a network."""
        if self.mode == Mode.FROM_SCRATCH:
            networks = [(name, run_text.network(name)) for name in summaries()]
            return {"network": forms.ChoiceField(label=_("Network"), choices=networks)}
        named = [
            (
                number,
                _("%(version)s (live)") % {"version": version} if version.live else str(version),
            )
            for number, version in self.versions.items()
        ]
        return {"parent": forms.ChoiceField(label=_("Parent version"), choices=named)}

    def _parent(self, number: str) -> ModelVersion | None:
        if self.mode == Mode.FROM_SCRATCH:
            return None
        live = next((version for version in self.versions.values() if version.live), None)
        return self.versions.get(number, live)

    def _summary(self, name: str) -> NetworkSummary | None:
        """Of the network that is to be trained, unless it is unknown here."""
        if self.parent:
            return summaries().get(self.parent.network)
        return summaries().get(name) or summaries().get(_SMALLEST_NETWORK)


def _versions(chosen: str) -> QuerySet[ModelVersion]:
    """Those that may be started from: of the trials of experiments only the one that was chosen."""
    found = ModelVersion.objects.exclude(id__in=registry.trials().values("id"))
    if chosen.isdecimal() and len(chosen) < 9:
        found = found | ModelVersion.objects.filter(number=int(chosen))
    return found.order_by("-number")


def default_values(mode: str, network: NetworkSummary | None) -> dict[str, Any]:
    """What the fields show before anything was typed: 1 rather than 1.0."""
    defaults = {name: _short(value) for name, value in _defaults(mode, network).to_dict().items()}
    options = network.options if network and mode == Mode.FROM_SCRATCH else {}
    of_options = {OPTION + name: _short(option.default) for name, option in options.items()}
    return {**defaults, **of_options}


def _short(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else value


def without_defaults(given: Mapping[str, str]) -> dict[str, str]:
    """What was typed before the form was asked for again; what was merely a default of another way
    to train, or of another network, gives way to this one's."""
    defaults = default_values(
        given.get("was_mode", ""), summaries().get(given.get("was_network", ""))
    )
    return {
        name: value
        for name, value in given.items()
        if name not in defaults or value != str(defaults[name])
    }


def _defaults(mode: str, network: NetworkSummary | None) -> TeachParameters | TrainingParameters:
    if mode not in (Mode.FINE_TUNE, Mode.FROM_SCRATCH):
        return TeachParameters()
    return TrainingParameters.defaults(mode, bool(network and network.greyscale))


def _fields(mode: str, network: NetworkSummary | None) -> dict[str, forms.Field]:
    defaults = _defaults(mode, network)
    made = {
        field.name: _field(getattr(defaults, field.name), field.metadata)
        for field in fields(defaults)
        if mode != Mode.FROM_SCRATCH or field.name != "trainable"  # from scratch, all is trained
    }
    options = network.options if network and mode == Mode.FROM_SCRATCH else {}
    for name, option in options.items():
        made[OPTION + name] = _field(option.default, asdict(option))
    return made


def _field(default: Any, limits: Mapping[str, Any]) -> forms.Field:
    """A field for values of the default's type."""
    made: forms.Field
    if isinstance(default, bool):
        made = forms.TypedChoiceField(choices=_YES_NO, coerce=lambda text: text == "True")
    elif choices := limits.get("choices"):
        named = [(choice, run_text.CHOICES.get(choice, choice)) for choice in choices]
        made = forms.TypedChoiceField(choices=named, coerce=lambda text: type(default)(text))
    else:
        kind = forms.IntegerField if isinstance(default, int) else forms.FloatField
        made = kind(min_value=limits["min"], max_value=limits["max"])
    made.label, made.help_text = _(limits["title"]), _(limits["help"])
    return made
