"""A version's own page: its model card, and what can be done with it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from recognition.labels.tree import LabelTree
from recognition.models import ModelVersion
from recognition.staff.base import render_page
from recognition.staff.training import run_text
from recognition.staff.versions import version_summary
from recognition.versions import measured


def page(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    """Called by the list of versions, which knows who may see it."""
    tree = LabelTree()
    run = getattr(version, "training_run", None)
    manifest = version_summary.manifest_of(version)
    figures = measured.figures_of(version)
    metrics = figures.metrics
    context = {
        "version": version,
        "run": run,
        "run_title": run_text.title(run) if run else "",
        "network_name": run_text.network(version.network),
        "manifest": manifest,
        "measured_at": figures.at,
        "metrics": metrics,
        "results": version_summary.results(metrics),
        "scores": version_summary.scores(metrics, tree),
        "reliability": version_summary.reliability(version, metrics),
        "kinds": version_summary.labels_by_kind(version, tree),
        "making": version_summary.making(version, manifest),
        "examples": version_summary.examples(version),
        "limits": version_summary.limits(version, metrics, tree),
        "live_times": version_summary.live_times(version),
        "others": version_summary.others(version),
    }
    title = _("Version %(number)d") % {"number": version.number}
    return render_page(request, "staff/versions/version.html", title, context)
