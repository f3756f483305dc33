"""Django's admin: lists, filters and actions, one file a table. No logic."""

from recognition.admin import (
    decisions,
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
