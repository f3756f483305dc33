"""Embeddings as the database holds them: float16, little endian; and as numbers to reckon with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from recognition.models import Photo

_CHUNK = 2000


class Labelled(NamedTuple):
    """A photo that people labelled. embedding: float16 bytes of its shown prediction."""

    photo_id: UUID
    label_id: int
    embedding: bytes


def normalised(embeddings: Sequence[bytes | memoryview]) -> npt.NDArray[np.float32]:
    """float32 (N, embedding_size), each row of length 1, so that a dot product is the cosine
    similarity."""
    rows = np.frombuffer(b"".join(embeddings), dtype="<f2").reshape(len(embeddings), -1)
    numbers = rows.astype(np.float32)
    lengths = np.linalg.norm(numbers, axis=1, keepdims=True)
    return numbers / np.maximum(lengths, np.finfo(np.float32).tiny)


def of_labelled() -> Iterator[Labelled]:
    """All labelled photos that have been predicted, oldest first, a few at a time."""
    rows = (
        Photo.objects.filter(label__isnull=False, prediction__embedding__isnull=False)
        .order_by("id")
        .values_list("id", "label_id", "prediction__embedding")
    )
    for photo_id, label_id, embedding in rows.iterator(_CHUNK):
        if label_id is not None and embedding is not None:  # as the filter says
            yield Labelled(photo_id, label_id, bytes(embedding))
