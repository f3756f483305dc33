"""The catalogue of networks, and a page about each with its layers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from recognition.cnn.networks.summaries import Layer, NetworkSummary, summaries
from recognition.models import ModelVersion, RunState, TrainingRun
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.training import run_text
from recognition.staff.training.network_texts import KINDS, TEXTS

_SHOWN = 10  # versions and runs
_FEW_LAYERS = 40  # so many are shown at once; longer networks unfold stage by stage
_PRETRAINED = {
    "package": gettext_lazy("come with Ark"),
    "download": gettext_lazy("by download"),
    "": gettext_lazy("none"),
}
# Where papers are, by how their sources are quoted.
_PAPERS = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
_QUOTED = re.compile(r"(arXiv|doi):([\w./()-]*\w)")


@dataclass(frozen=True)
class Stage:
    """Neighbouring layers of one part of a network, as text."""

    name: str
    output_shape: str
    parameters: str
    rows: list[dict[str, str]]


@staff_page("recognition.view_modelversion")
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    cards = [_described(network) for network in summaries().values()]
    context = {"cards": cards}
    return render_page(request, "staff/training/networks.html", _("Networks"), context)


@staff_page("recognition.view_modelversion")
@require_safe
def page(request: StaffRequest, name: str) -> HttpResponse:
    network = summaries().get(name)
    if network is None:
        raise Http404
    used = {layer.kind for layer in network.layers}
    described = _described(network)
    context = {
        **described,
        "figures": described,
        "for_each_class": run_text.many(network.embedding_size + 1),
        "paper": _paper(network.source),
        "options": _options(network),
        "stages": _stages(network.layers),
        "layer_count": len(network.layers),
        "is_short": len(network.layers) <= _FEW_LAYERS,
        "kinds": [(kind, text) for kind, text in KINDS.items() if kind in used],
        **_made_here(name, request.user),
    }
    return render_page(request, "staff/training/network.html", run_text.network(name), context)


def _described(network: NetworkSummary) -> dict[str, Any]:
    text = TEXTS[network.name]
    return {
        "network": network,
        "idea": text.idea,
        "more": text.more,
        "parameters": run_text.many(network.parameters),
        "multiply_adds": run_text.many(network.multiply_adds),
        "embedding_size": run_text.many(network.embedding_size),
        "pretrained": _PRETRAINED[network.pretrained],
    }


def _paper(source: str) -> str:
    """The address of the paper that is quoted first, or ""."""
    found = _QUOTED.search(source)
    return _PAPERS[found[1]] + found[2] if found else ""


def _options(network: NetworkSummary) -> list[dict[str, str]]:
    """What may be chosen about it, as text."""
    return [
        {
            "title": _(option.title),
            "help": _(option.help),
            "values": _(", ").join(map(run_text.number, option.choices))
            or f"{option.min}–{option.max}",
            "default": run_text.number(option.default),
        }
        for option in network.options.values()
    ]


def _made_here(name: str, user: User) -> dict[str, Any]:
    """The latest versions and runs of it, as far as the user may see them."""
    found: dict[str, Any] = {
        "may_train": user.has_perm("recognition.train"),
        "versions": ModelVersion.objects.filter(network=name)[:_SHOWN],
    }
    if user.has_perm("recognition.view_trainingrun"):
        runs = TrainingRun.objects.filter(network=name).select_related("parent")[:_SHOWN]
        found["runs"] = [
            {
                "run": run,
                "title": run_text.title(run),
                "badge": run_text.BADGES[RunState(run.state)],
            }
            for run in runs
        ]
    return found


def _stages(layers: Iterable[Layer]) -> list[Stage]:
    return [
        _stage(name, list(group)) for name, group in groupby(layers, key=lambda layer: layer.stage)
    ]


def _stage(name: str, layers: list[Layer]) -> Stage:
    return Stage(
        name=name or _span(layers),
        output_shape=_shape(layers[-1]),
        parameters=run_text.many(sum(layer.parameters for layer in layers)),
        rows=[
            {
                "name": layer.name[len(name) :].lstrip(".") or layer.name,
                "kind": layer.kind,
                "output_shape": _shape(layer),
                "parameters": run_text.many(layer.parameters),
            }
            for layer in layers
        ],
    )


def _span(layers: list[Layer]) -> str:
    """A name for layers that belong to no part: from the first to the last."""
    first, last = layers[0].name, layers[-1].name
    return first if first == last else f"{first} – {last}"


def _shape(layer: Layer) -> str:
    return " × ".join(map(str, layer.output_shape))
