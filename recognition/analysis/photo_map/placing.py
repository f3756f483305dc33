"""Where photos stand on the map, by their embeddings: UMAP (McInnes, Healy and Melville, 2018).

In a process of its own, `python -m recognition.analysis.photo_map.placing ROWS COUNT PLACES`: UMAP
and what it compiles take half a gigabyte, which goes back when it ends. Knows no Django.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import warnings

import numpy as np
import numpy.typing as npt

FEW = 50  # photos: with fewer, the two directions in which they differ most tell as much
NEIGHBOURS = 15
DIMENSIONS = 50  # principal components that UMAP sees: labels stand apart better, in less memory
LARGEST = 65535  # a coordinate
_SEED = 0  # so that the same photos stand where they stood
_PR_SET_PDEATHSIG = 1  # prctl(2)

Places = npt.NDArray[np.uint16]  # (N, 2)


def place(embeddings: npt.NDArray[np.floating]) -> Places:
    """embeddings: (N, embedding_size), of any length."""
    if not len(embeddings):
        return np.empty((0, 2), np.uint16)
    rows = np.array(embeddings, np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return _fitted(_two_directions(rows) if len(rows) < FEW else _umap(rows))


def _two_directions(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The first two principal components of each row."""
    left, lengths, _right = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    found = (left * lengths)[:, :2]
    padded: npt.NDArray[np.float32] = np.pad(found, ((0, 0), (0, 2 - found.shape[1])))
    return padded


def _umap(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Between rows of length 1 the Euclidean distance ranks as the angle does."""
    import umap
    from sklearn.decomposition import PCA

    kept = min(DIMENSIONS, *rows.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # photos that are the same may stand apart from all others
        short = PCA(kept, svd_solver="randomized", random_state=_SEED).fit_transform(rows)
        found = umap.UMAP(n_neighbors=NEIGHBOURS, random_state=_SEED, n_jobs=1).fit_transform(short)
    placed: npt.NDArray[np.float32] = np.nan_to_num(found)
    return placed


def _fitted(places: npt.NDArray[np.float32]) -> Places:
    """Into the middle of the square of all coordinates, the same scale both ways."""
    low, high = places.min(axis=0), places.max(axis=0)
    span = float((high - low).max()) or 1.0
    centred = (places - (low + high) / 2) / span * LARGEST + LARGEST / 2
    return np.clip(np.rint(centred), 0, LARGEST).astype(np.uint16)


def _main(source: str, count: str, target: str) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # with the worker that wants it
    numbers = np.fromfile(source, "<f2")
    np.save(target, place(numbers.reshape(int(count), len(numbers) // max(1, int(count)))))


if __name__ == "__main__":
    _main(*sys.argv[1:])
