"""Embeddings: float16 bytes in the database, float32 rows in calculations.

Only versions with the same trunk understand each other's embeddings. Rows are chosen by the ids of
such versions after they were read: as a part of the query, that would lead SQLite to read all
predictions instead of the few that are labelled.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from recognition.models import ModelVersion, Photo


def normalised(embeddings: Sequence[bytes | memoryview]) -> npt.NDArray[np.float32]:
    """float32 (N, embedding_size) from the database's little-endian float16 bytes.

    Each row has length 1, so that a dot product is the cosine similarity.
    """
    rows = np.frombuffer(b"".join(embeddings), dtype="<f2").reshape(len(embeddings), -1)
    numbers = rows.astype(np.float32)
    lengths = np.linalg.norm(numbers, axis=1, keepdims=True)
    return numbers / np.maximum(lengths, np.finfo(np.float32).tiny)


def labelled_photos() -> QuerySet[Photo]:
    """Photos that have a label and an embedding."""
    return Photo.objects.filter(label__isnull=False, prediction__embedding__isnull=False)


def versions_by_trunk() -> dict[str, frozenset[int]]:
    """The ids of the versions that share a trunk, by its sha256."""
    trunks = dict(ModelVersion.objects.values_list("id", "trunk_sha256"))
    return {
        trunk: frozenset(it for it in trunks if trunks[it] == trunk)
        for trunk in set(trunks.values())
    }


def live_versions() -> frozenset[int]:
    """The ids of the versions that share the live one's trunk."""
    live = ModelVersion.objects.filter(live=True).values("trunk_sha256")
    return frozenset(
        ModelVersion.objects.filter(trunk_sha256__in=live).values_list("id", flat=True)
    )
