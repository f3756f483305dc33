"""What is measured of a version."""

from __future__ import annotations

from typing import Any


def metrics(accuracy: float = 0.95, photos: int = 200) -> dict[str, Any]:
    """Of a version that knows dogs and cars."""
    scores = {"precision": 0.9, "recall": 0.8, "f1": 0.847}
    return {
        "photos": photos,
        "accuracy": accuracy,
        "accuracy_interval": [0.91, 0.97],
        "macro_f1": 0.9,
        "macro_f1_interval": [0.85, 0.94],
        "per_label": {
            "dog": {**scores, "photos": photos - 3},
            "car": {"precision": None, "recall": 0.0, "f1": 0.0, "photos": 3},
        },
        "confusion": [["dog", "dog", photos - 3], ["car", "dog", 3]],
        "calibration": {
            "bins": [
                {"low": 0.8, "high": 0.9, "photos": 90, "confidence": 0.85, "accuracy": 0.9},
                {"low": 0.9, "high": 1, "photos": 107, "confidence": 0.95, "accuracy": 0.97},
            ],
            "ece": 0.031,
        },
        "neither": {"photos": 0, "rejected": None, "wrongly_rejected": 0.005},
    }
