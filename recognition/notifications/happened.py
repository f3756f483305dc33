"""What happened, as others are told of it: one function each, for the transaction of the change.

The data of each kind is described in docs/webhooks.md. `path` becomes a full address when it is
sent. Labels go by their slug.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from recognition.models import Decision, ModelVersion, Prediction, RunState, TrainingRun
from recognition.notifications import outbox

Kind = outbox.Kind


def photos_predicted(rows: Iterable[Prediction], slugs: Mapping[int, str]) -> None:
    """The first answer about uploads, or that there is none. slugs: of labels, by their ids."""

    def data(row: Prediction) -> dict[str, Any]:
        said = {
            "state": str(row.state),
            "label": slugs[row.label_id] if row.label_id else None,
            "kind": row.kind or None,
            "confidence": row.confidence,
            "version": row.model_version.number if row.model_version else None,
            "error": row.error or None,
        }
        return _of_photo(row.photo_id) | said

    outbox.record_events(
        Kind.PHOTO_PREDICTED, ((outbox.about_photo(row.photo_id), data(row)) for row in rows)
    )


def photos_failed(photo_ids: Iterable[Any], error: str) -> None:
    """Uploads that nobody looks at any more."""
    said = {"state": "failed", "label": None, "kind": None, "confidence": None, "version": None}
    outbox.record_events(
        Kind.PHOTO_PREDICTED,
        (
            (outbox.about_photo(photo_id), _of_photo(photo_id) | said | {"error": error})
            for photo_id in photo_ids
        ),
    )


def labels_decided(decisions: Iterable[Decision]) -> None:
    """Also of undoing, and of labels that come with uploads; not of merged labels."""

    def data(made: Decision) -> dict[str, Any]:
        said = {
            "label": made.to_label.slug if made.to_label else None,
            "decision": str(made.id),
            "via": str(made.via),
        }
        return _of_photo(made.photo_id) | said

    outbox.record_events(
        Kind.LABEL_DECIDED, ((outbox.about_photo(made.photo_id), data(made)) for made in decisions)
    )


def runs_ended(runs: Iterable[TrainingRun], state: RunState, error: str = "") -> None:
    """Trials of an experiment are not told of."""

    def data(run: TrainingRun) -> dict[str, Any]:
        return {
            "run": str(run.id),
            "state": str(state),
            "mode": str(run.mode),
            "version": run.model_version.number if run.model_version else None,
            "error": error or None,
            "path": f"/admin/recognition/trainingrun/{run.id}/change/",
        }

    outbox.record_events(
        Kind.RUN_ENDED, ((f"run:{run.id}", data(run)) for run in runs if run.experiment_id is None)
    )


def version_promoted(version: ModelVersion, before: Iterable[int], how: str) -> None:
    outbox.record_event(
        Kind.VERSION_PROMOTED,
        "versions",
        version=version.number,
        name=version.name,
        before=next(iter(before), None),
        how=how,
        path=f"/admin/recognition/modelversion/{version.id}/change/",
    )


def promise_broken(checked: int, right: int, target: float) -> None:
    """target: 0 to 1."""
    outbox.record_event(
        Kind.PROMISE_BROKEN,
        "promise",
        checked=checked,
        right=right,
        target=target,
        path="/admin/review/promise/",
    )


def drift_found(uploads: int, unlike: int) -> None:
    """Of the latest uploads so many resemble nothing that is labelled. Once for each time that it
    comes up, not while it lasts."""
    outbox.record_event(Kind.DRIFT_FOUND, "drift", uploads=uploads, unlike=unlike, path="/admin/")


def _of_photo(photo_id: Any) -> dict[str, Any]:
    return {"photo": str(photo_id), "path": f"/photos/{photo_id}/"}
