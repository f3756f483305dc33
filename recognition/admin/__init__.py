"""The staff's door: one file a table. Django finds them through this package."""

from recognition.admin import (
    decisions,
    labels,
    live_changes,
    model_versions,
    photos,
    predictions,
    sign_ins,
    tokens,
    users,
)
from recognition.admin.training import runs as training_runs

__all__ = [
    "decisions",
    "labels",
    "live_changes",
    "model_versions",
    "photos",
    "predictions",
    "sign_ins",
    "tokens",
    "training_runs",
    "users",
]
