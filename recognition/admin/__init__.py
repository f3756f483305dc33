"""Django's admin: lists, filters and actions, one file a table. No logic."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

admin.autodiscover()  # the tables of others first, for some are taken off again

from recognition.admin import (  # noqa: E402
    decisions,
    guard,
    labels,
    live_changes,
    log_mirror,
    model_versions,
    photos,
    predictions,
    tokens,
    training_runs,
    users,
)

__all__ = [
    "decisions",
    "guard",
    "labels",
    "live_changes",
    "log_mirror",
    "model_versions",
    "photos",
    "predictions",
    "tokens",
    "training_runs",
    "users",
]


def _app_index(request: HttpRequest, app_label: str, extra_context: object = None) -> HttpResponse:
    """The tables of one app are no page of their own: the sidebar has them all."""
    return redirect("admin:index")


guard.guard_all(admin.site)  # everything else is registered before
admin.site.index_title = _("Overview")
admin.site.app_index = _app_index  # type: ignore[assignment, method-assign]
