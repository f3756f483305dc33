"""The museum of networks: all by their year, and a page about each with its drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recognition.cnn.diagrams.stored import BuiltLayer, Diagram, diagram
from recognition.cnn.finder.catalogue import DEFAULT_FINDER, FINDERS
from recognition.cnn.networks.summaries import summaries
from recognition.models import ModelVersion
from recognition.site.learn import operation_texts
from recognition.site.learn.benches import bench_for
from recognition.site.learn.cost_chart import cost_chart
from recognition.site.learn.network_drawings import figure
from recognition.site.learn.network_stories import FINDER_IDEA, STORIES
from recognition.staff.formatting import percent, short_percent
from recognition.staff.training.network_texts import TEXTS
from recognition.staff.training.run_text import many
from recognition.staff.versions.version_summary import accuracy
from recognition.versions.measured import measures_of

_SHOWN = 10  # versions
_FEW_LAYERS = 40  # so many are shown at once; longer networks unfold stage by stage


@dataclass(frozen=True)
class Exhibit:
    """A network as every page of the museum shows it."""

    name: str
    title: str
    year: int
    idea: str | Promise
    parameters: str
    multiply_adds: str
    published: str


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    exhibits = _exhibits()
    published = [
        (exhibit.name, exhibit.title, found)
        for exhibit in exhibits
        if (found := diagram(exhibit.name).published)
    ]
    chart = cost_chart(published)
    context = {
        "exhibits": exhibits,
        "chart": chart,
        "x_ticks": [(tick.at, many(int(tick.value))) for tick in chart.x_ticks],
        "y_ticks": [(tick.at, short_percent(tick.value)) for tick in chart.y_ticks],
        "rows": [
            (name, title, many(found.multiply_adds), percent(found.top1), found.side)
            for name, title, found in published
        ],
    }
    return render(request, "site/networks/networks.html", context)


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    exhibits = _exhibits()
    names = [exhibit.name for exhibit in exhibits]
    if name not in names:
        raise Http404
    at, built = names.index(name), diagram(name)
    exhibit = exhibits[at]
    context = {
        "exhibit": exhibit,
        "story": STORIES[name],
        "more": TEXTS[name].more if name in TEXTS else "",
        "bench": bench_for(name),
        "seen": operation_texts.times(built.layers[0].shape),
        "published": built.published,
        "figures": [figure(built, drawing, exhibit.title) for drawing in built.drawings],
        "stages": list(_stages(built)),
        "is_short": len(built.layers) <= _FEW_LAYERS,
        "layer_count": len(built.layers) - 1,
        "earlier": exhibits[at - 1] if at else None,
        "later": exhibits[at + 1] if at + 1 < len(exhibits) else None,
        "is_finder": name == DEFAULT_FINDER,
        "may_train": name in TEXTS and request.user.has_perm("recognition.view_modelversion"),
        "versions": _versions(name, request.user),
    }
    return render(request, "site/networks/network.html", context)


def _exhibits() -> list[Exhibit]:
    """By year; those of one year in the catalogue's order, and the finder last."""
    found = [
        _exhibit(network.name, _(network.title), network.year, TEXTS[network.name].idea)
        for network in summaries().values()
    ]
    finder = FINDERS[DEFAULT_FINDER]
    found.append(_exhibit(finder.name, finder.title, finder.year, FINDER_IDEA))
    return sorted(found, key=lambda exhibit: exhibit.year)


def _exhibit(name: str, title: str, year: int, idea: str | Promise) -> Exhibit:
    built = diagram(name)
    published = percent(built.published.top1) if built.published else ""
    return Exhibit(
        name, title, year, idea, many(built.parameters), many(built.multiply_adds), published
    )


def _stages(built: Diagram) -> Iterator[dict[str, Any]]:
    """Neighbouring layers of one part of a network, without the input."""
    for name, group in groupby(built.layers[1:], key=lambda layer: layer.stage):
        layers = list(group)
        yield {
            "name": name or _span(layers),
            "shape": operation_texts.times(layers[-1].shape),
            "parameters": many(sum(layer.parameters for layer in layers)),
            "multiply_adds": many(sum(layer.multiply_adds for layer in layers)),
            "rows": list(_rows(name, layers)),
        }


def _rows(stage: str, layers: Iterable[BuiltLayer]) -> Iterator[dict[str, str]]:
    for layer in layers:
        yield {
            "name": layer.name.removeprefix(f"{stage}."),
            "operation": operation_texts.operation(layer),
            "shape": operation_texts.times(layer.shape),
            "parameters": many(layer.parameters),
            "multiply_adds": many(layer.multiply_adds),
        }


def _span(layers: list[BuiltLayer]) -> str:
    """A name for layers that belong to no part: from the first to the last."""
    first, last = layers[0].name, layers[-1].name
    return first if first == last else f"{first} – {last}"


def _versions(name: str, user: User | AnonymousUser) -> list[dict[str, Any]] | None:
    """The latest that were trained here, with their accuracy; None for who may not see versions."""
    if not user.has_perm("recognition.view_modelversion"):
        return None
    versions = list(ModelVersion.objects.filter(network=name)[:_SHOWN])
    measures = measures_of(versions)
    return [
        {"version": version, "accuracy": accuracy(measures.get(version.id))} for version in versions
    ]
