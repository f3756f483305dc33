"""Indexes in memory that find the nearest neighbours by perceptual hash or by embedding.

Both only propose candidates, which the caller then compares exactly. Keys are the 16 bytes of
UUIDs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_KEY = np.dtype("V16")
_CAPACITY = 1024  # rows to begin with
# Rows that are compared at once: they fit into the processor's cache, and of ten million hashes all
# at once would take four times as long, for the memory that comes and goes.
_SLICE, _HASHES = 8192, 65_536


class _Column:
    """An array that grows at its end."""

    def __init__(self, dtype: npt.DTypeLike, width: tuple[int, ...] = ()) -> None:
        self._values = np.empty((_CAPACITY, *width), dtype)
        self._used = 0

    @property
    def used(self) -> npt.NDArray:
        return self._values[: self._used]

    def append(self, values: npt.NDArray) -> None:
        needed = self._used + len(values)
        if needed > len(self._values):
            capacity = max(needed, len(self._values) * 5 // 4)
            grown = np.empty((capacity, *self._values.shape[1:]), self._values.dtype)
            grown[: self._used] = self.used
            self._values = grown
        self._values[self._used : needed] = values
        self._used = needed

    def remove(self, row: int) -> None:
        """Remove a row by moving the last one into its place."""
        self._used -= 1
        self._values[row] = self._values[self._used]


class HashIndex:
    """Perceptual hashes, 24 bytes a photo. A key that is added twice is found twice, harmlessly."""

    def __init__(self) -> None:
        self._keys = _Column(_KEY)
        self._hashes = _Column(np.uint64)

    def __len__(self) -> int:
        return len(self._hashes.used)

    def put(self, keys: Sequence[bytes], hashes: Sequence[int]) -> None:
        """Add these. hashes: 64 bits each, as signed numbers."""
        self._keys.append(_as_keys(keys))
        self._hashes.append(np.array(hashes, np.int64).view(np.uint64))

    def near(self, hash: int, bits: int, at_most: int) -> list[tuple[bytes, int]]:
        """Keys and hashes of up to `at_most` entries that differ in up to `bits` bits, the nearest
        first."""
        wanted = np.int64(hash).view(np.uint64)
        rows, distances = [np.empty(0, np.intp)], [np.empty(0, np.uint8)]
        for first in range(0, len(self), _HASHES):
            differing = np.bitwise_count(self._hashes.used[first : first + _HASHES] ^ wanted)
            found = np.flatnonzero(differing <= bits)
            rows.append(first + found)
            distances.append(differing[found])
        nearest = np.argsort(np.concatenate(distances), kind="stable")[:at_most]
        return self._entries(np.concatenate(rows)[nearest])

    def _entries(self, rows: npt.NDArray[np.intp]) -> list[tuple[bytes, int]]:
        hashes = self._hashes.used[rows].view(np.int64).tolist()
        return list(zip(_as_bytes(self._keys.used[rows]), hashes, strict=True))


class EmbeddingIndex:
    """Embeddings shortened by a random projection, which nearly preserves the angles between them
    (Johnson and Lindenstrauss): 512 bytes each instead of 2560."""

    def __init__(self, embedding_size: int, dimensions: int = 256) -> None:
        random = np.random.default_rng(0)
        projection = random.standard_normal((embedding_size, dimensions), np.float32)
        self._projection = projection / np.float32(np.sqrt(dimensions))
        self._keys = _Column(_KEY)
        self._short = _Column(np.float16, (dimensions,))
        self._row_of: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._row_of)

    def keys(self) -> list[bytes]:
        """Of all that is in it, in an order that does not depend on how it came in."""
        return sorted(self._row_of)

    def put(self, keys: Sequence[bytes], embeddings: npt.NDArray[np.float32]) -> None:
        """Add embeddings, or replace those of keys that are there already.

        embeddings: float32 (N, embedding_size), rows of length 1.
        """
        for key in keys:
            self.discard(key)
        first = len(self)
        self._row_of.update({key: first + place for place, key in enumerate(keys)})
        self._keys.append(_as_keys(keys))
        self._short.append(embeddings @ self._projection)

    def discard(self, key: bytes) -> None:
        """Remove the key if it is there."""
        row = self._row_of.pop(key, None)
        if row is None:
            return
        self._keys.remove(row)
        self._short.remove(row)
        if row < len(self):
            self._row_of[self._keys.used[row].tobytes()] = row

    def near(self, embeddings: npt.NDArray[np.float32], at_most: int) -> list[list[bytes]]:
        """For each row the `at_most` keys that are probably nearest, in no particular order."""
        wanted = embeddings @ self._projection
        rows = np.empty((len(wanted), 0), np.intp)
        scores = np.empty((len(wanted), 0), np.float32)
        for first in range(0, len(self), _SLICE):
            slice_scores = wanted @ self._short.used[first : first + _SLICE].astype(np.float32).T
            best = _best(slice_scores, at_most)
            rows = np.hstack([rows, first + best])
            scores = np.hstack([scores, np.take_along_axis(slice_scores, best, 1)])
        best_rows = np.take_along_axis(rows, _best(scores, at_most), 1)
        return [_as_bytes(self._keys.used[row]) for row in best_rows]


def _best(scores: npt.NDArray, at_most: int) -> npt.NDArray[np.intp]:
    """The columns of the highest scores of each row, in no particular order."""
    if scores.shape[1] <= at_most:
        return np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    return np.argpartition(-scores, at_most - 1, axis=1)[:, :at_most]


def _as_keys(keys: Sequence[bytes]) -> npt.NDArray:
    return np.frombuffer(b"".join(keys), _KEY)


def _as_bytes(keys: npt.NDArray) -> list[bytes]:
    return [key.tobytes() for key in keys]
