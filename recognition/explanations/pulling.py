"""Training photos that pulled an answer towards a wrong label: those with that label which are
nearest in the embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np

from recognition.explanations.asked_about import About
from recognition.models import Label, ModelVersion, Photo, Split, TrainingExample, TrainingRun
from recognition.versions import embeddings
from recognition.versions.embeddings import Part

MOST_COMPARED = 4000  # of the label, the newest
NEAREST = 6
_LEAST_OF_A_LABEL = 100


def found(photo: Photo, version: ModelVersion, asked: About) -> dict[str, Any]:
    """{"taught": whether the version was trained here, "photos": [{"photo": id, "similarity":
    cosine}], the nearest first}. Of a version that was not, they are photos that have the label
    now."""
    slugs = [slug for slug in asked.parents if asked.wrong in _upwards(slug, asked)]
    run = TrainingRun.objects.filter(model_version=version).first()
    parts = _examples(run, slugs) if run else _labelled(slugs)
    parts = [part for part in parts if part.photo_id != photo.id]
    nearest = _nearest(bytes(asked.prediction.embedding or b""), version, parts)
    return {"taught": run is not None, "photos": nearest}


def _examples(run: TrainingRun, slugs: Sequence[str]) -> list[Part]:
    rows = TrainingExample.objects.filter(
        dataset=run.dataset_id,
        photo__isnull=False,
        label__slug__in=slugs,
        split=Split.TRAIN,
    ).order_by("-photo")
    chosen = rows.values_list("photo", "box")[:MOST_COMPARED]
    return [Part.of(photo_id, box) for photo_id, box in chosen]


def _labelled(slugs: Sequence[str]) -> list[Part]:
    """An index has the newest of one label; of several it would have to sort them all."""
    most = max(_LEAST_OF_A_LABEL, MOST_COMPARED // max(1, len(slugs)))
    found: list[Part] = []
    for label in Label.objects.filter(slug__in=slugs).order_by():
        rows = Photo.objects.filter(label=label).order_by("-created", "-id")
        found += [Part(photo_id) for photo_id in rows.values_list("id", flat=True)[:most]]
    return found


def _nearest(
    embedding: bytes, version: ModelVersion, parts: Sequence[Part]
) -> list[dict[str, Any]]:
    rows = embeddings.stored_parts(version, parts) if embedding else {}
    if not rows:
        return []
    mine = embeddings.normalised([embedding])[0]
    similarities = embeddings.normalised([row.tobytes() for row in rows.values()]) @ mine
    best: dict[UUID, float] = {}
    seen = list(rows)
    for place in np.argsort(-similarities):
        best.setdefault(seen[place].photo_id, round(float(similarities[place]), 4))
        if len(best) == NEAREST:
            break
    return [{"photo": str(key), "similarity": value} for key, value in best.items()]


def _upwards(slug: str, asked: About) -> list[str]:
    found = [slug]
    while (above := asked.parents.get(found[-1])) is not None:
        found.append(above)
    return found
