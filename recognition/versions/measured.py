"""The figures of a version, if pages can calculate with them: a row that came in before bundles
were looked at closely may hold anything."""

from __future__ import annotations

from typing import Any

from recognition.cnn.measures.metrics_schema import are_metrics
from recognition.models import ModelVersion


def metrics_of(version: ModelVersion | None) -> dict[str, Any]:
    """{} if it was never measured, or by nobody knows what."""
    found: Any = version.metrics if version else {}
    return found if found and are_metrics(found) else {}
