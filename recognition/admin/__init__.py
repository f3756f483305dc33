"""Django's admin: lists, filters and actions, one file a table. No logic."""

from django.contrib import admin

from recognition.admin import (
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

guard.guard_all(admin.site)  # everything else is registered before
