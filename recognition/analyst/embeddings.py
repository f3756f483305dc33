"""Embeddings: float16 bytes in the database, float32 rows in calculations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from recognition.models import Photo


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
