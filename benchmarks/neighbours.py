"""The analyst's search for neighbours, beside the indexes of hnswlib and faiss.

    pip install faiss-cpu hnswlib            # in an environment of its own; Ark needs neither
    python -m benchmarks.neighbours [--photos 100000] [--asked 32] [--only TEXT]

Processor time on one thread, of made-up photos. Embeddings are shortened, as the analyst does, and
lie around 2,000 centres; the truth are the three nearest of the shortened ones among 64 proposed.
Hashes are random, and each that is searched has a near-duplicate, which differs in 1 to 12 bits:
found is one that is among the 64 proposed. Both differ from real photos in being evenly spread.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402

from benchmarks.recording import as_table  # noqa: E402
from recognition.analysis.nearest import EmbeddingIndex, HashIndex  # noqa: E402

PROPOSED, NEAREST, BITS = 64, 3, 20
DIMENSIONS, CENTRES, INNER = 256, 2_000, 48
_CHANGES = 100  # added and removed one by one

Rows = npt.NDArray[Any]


@dataclass
class Way:
    """How to build one index, ask it, and add and remove a photo; `size` in bytes, if it tells."""

    build: Callable[[Rows], Any]
    ask: Callable[[Any, Rows], list[list[int]]]
    add: Callable[[Any, int, Rows], object]
    remove: Callable[[Any, int], object] | None
    size: Callable[[Any], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=32)
    parser.add_argument("--only", default="", help="ways whose name holds this")
    options = parser.parse_args()
    columns = ("", "built", "a photo", "found", "memory", "add one", "remove one")
    rows = _embeddings(options.photos, options.asked, options.only)
    print(as_table(("embeddings", *columns[1:]), rows))
    rows = _hashes(options.photos, options.asked, options.only)
    print(as_table(("hashes", *columns[1:]), rows))


def _embeddings(count: int, asked: int, only: str) -> list[tuple[str, ...]]:
    random = np.random.default_rng(0)
    centres = random.standard_normal((CENTRES, INNER), np.float32)
    spread = random.standard_normal((INNER, DIMENSIONS), np.float32)

    def made(number: int) -> Rows:
        inner = centres[random.integers(CENTRES, size=number)]
        inner = inner + 0.6 * random.standard_normal(inner.shape, np.float32)
        rows = inner @ spread + 0.5 * random.standard_normal((number, DIMENSIONS), np.float32)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)

    rows = np.concatenate([made(min(50_000, count - at)) for at in range(0, count, 50_000)])
    wanted = made(asked).astype(np.float32)
    truth = _three_nearest(rows, wanted)

    def found(proposed: list[list[int]]) -> float:
        pairs = zip(proposed, truth, strict=True)
        return float(np.mean([len({*keys} & {*near}) / NEAREST for keys, near in pairs]))

    ways = {name: way for name, way in _embedding_ways().items() if only in name}
    return [_measured(name, way, rows, wanted, found) for name, way in ways.items()]


def _three_nearest(rows: Rows, wanted: Rows) -> list[list[int]]:
    keys = np.empty((len(wanted), 0), np.intp)
    scores = np.empty((len(wanted), 0), np.float32)
    for at in range(0, len(rows), 50_000):
        some = wanted @ rows[at : at + 50_000].astype(np.float32).T
        best = np.argsort(-some, axis=1)[:, :NEAREST]
        keys = np.hstack([keys, at + best])
        scores = np.hstack([scores, np.take_along_axis(some, best, 1)])
    best = np.argsort(-scores, axis=1)[:, :NEAREST]
    return np.take_along_axis(keys, best, 1).tolist()


def _hashes(count: int, asked: int, only: str) -> list[tuple[str, ...]]:
    random = np.random.default_rng(0)
    rows = random.integers(2**64, size=count, dtype=np.uint64)
    known = random.choice(count, asked, replace=False)
    wanted = rows[known].copy()
    for place in range(asked):
        for bit in random.choice(64, 1 + place % 12, replace=False):
            wanted[place] ^= np.uint64(1 << int(bit))

    def found(proposed: list[list[int]]) -> float:
        return float(np.mean([key in near for key, near in zip(known, proposed, strict=True)]))

    ways = {name: way for name, way in _hash_ways().items() if only in name}
    return [_measured(name, way, rows, wanted, found) for name, way in ways.items()]


def _measured(
    name: str, way: Way, rows: Rows, wanted: Rows, found: Callable[[list[list[int]]], float]
) -> tuple[str, ...]:
    index, built_s = _timed(lambda: way.build(rows))
    way.ask(index, wanted[:1])
    proposed, asked_s = _timed(lambda: way.ask(index, wanted))
    row = [f"{built_s:.1f} s", f"{1000 * asked_s / len(wanted):.2f} ms"]
    row += [f"{found(proposed):.0%}", f"{way.size(index) / 1e6:,.0f} MB"]
    new = range(len(rows), len(rows) + _CHANGES)
    _none, added_s = _timed(lambda: [way.add(index, key, rows[:1]) for key in new])
    row.append(f"{1000 * added_s / _CHANGES:.2f} ms")
    remove = way.remove
    if remove is None:
        return name, *row, "-"
    _none, removed_s = _timed(lambda: [remove(index, key) for key in range(_CHANGES)])
    return name, *row, f"{1000 * removed_s / _CHANGES:.2f} ms"


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.process_time()
    return work(), time.process_time() - started


def _key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def _numbers(keys: list[list[bytes]]) -> list[list[int]]:
    return [[int.from_bytes(key, "big") for key in near] for near in keys]


class _AsStored(EmbeddingIndex):
    """Ark's own, given rows that are short already."""

    def __init__(self) -> None:
        super().__init__(DIMENSIONS, DIMENSIONS)
        self._projection = np.eye(DIMENSIONS, dtype=np.float32)


def _ark(rows: Rows) -> EmbeddingIndex:
    index = _AsStored()
    for at in range(0, len(rows), 2_000):
        some = rows[at : at + 2_000]
        index.put([_key(number) for number in range(at, at + len(some))], some.astype(np.float32))
    return index


def _embedding_ways() -> dict[str, Way]:
    ways = {
        "Ark: all, float16": Way(
            _ark,
            lambda index, wanted: _numbers(index.near(wanted, PROPOSED)),
            lambda index, key, row: index.put([_key(key)], row.astype(np.float32)),
            lambda index, key: index.discard(_key(key)),
            lambda index: len(index) * (2 * DIMENSIONS + 16 + 150),  # the dictionary of rows
        )
    }
    try:
        import hnswlib
    except ImportError:
        pass
    else:
        ways["hnswlib, M 16, ef 100"] = _hnsw(hnswlib)
    try:
        import faiss
    except ImportError:
        return ways
    faiss.omp_set_num_threads(1)
    product = faiss.METRIC_INNER_PRODUCT
    names = {"faiss: all, float16": "SQfp16", "faiss: all, int8": "SQ8"}
    names |= {"faiss: 1,024 lists, int8": "IVF1024,SQ8", "faiss: HNSW 16, int8": "HNSW16_SQ8"}
    for name, factory in names.items():
        ways[name] = _faiss(faiss, factory, product)
    return ways


def _hnsw(hnswlib: Any) -> Way:
    def build(rows: Rows) -> Any:
        index = hnswlib.Index("ip", DIMENSIONS)
        index.init_index(len(rows) + _CHANGES, M=16, ef_construction=100, random_seed=0)
        index.set_num_threads(1)
        index.set_ef(100)
        index.add_items(rows.astype(np.float32))
        return index

    return Way(
        build,
        lambda index, wanted: index.knn_query(wanted, PROPOSED)[0].tolist(),
        lambda index, key, row: index.add_items(row.astype(np.float32), [key]),
        lambda index, key: index.mark_deleted(key),
        lambda index: index.index_file_size(),
    )


def _faiss(faiss: Any, factory: str, product: int) -> Way:
    def build(rows: Rows) -> Any:
        index = faiss.index_factory(DIMENSIONS, factory, product)
        index.train(rows[:: max(1, len(rows) // 50_000)].astype(np.float32))
        for at in range(0, len(rows), 50_000):
            index.add(rows[at : at + 50_000].astype(np.float32))
        if "IVF" in factory:
            index.nprobe = 16
            index.set_direct_map_type(faiss.DirectMap.Hashtable)
        if "HNSW" in factory:
            index.hnsw.efSearch = 100
        return index

    can_remove = "HNSW" not in factory
    return Way(
        build,
        lambda index, wanted: index.search(wanted, PROPOSED)[1].tolist(),
        lambda index, key, row: index.add(row.astype(np.float32)),
        (lambda index, key: index.remove_ids(np.array([key]))) if can_remove else None,
        lambda index: faiss.serialize_index(index).nbytes,
    )


def _ark_hashes(rows: Rows) -> HashIndex:
    index = HashIndex()
    for at in range(0, len(rows), 5_000):
        some = rows[at : at + 5_000]
        keys = [_key(number) for number in range(at, at + len(some))]
        index.put(keys, some.view(np.int64).tolist())
    return index


def _ask_ark(index: HashIndex, wanted: Rows) -> list[list[int]]:
    asked = [index.near(hash, BITS, PROPOSED) for hash in wanted.view(np.int64).tolist()]
    return _numbers([[key for key, _hash in near] for near in asked])


def _hash_ways() -> dict[str, Way]:
    ways = {
        "Ark: all": Way(
            _ark_hashes,
            _ask_ark,
            lambda index, key, row: index.put([_key(key)], row.view(np.int64).tolist()),
            None,  # a deleted photo's is found and then not in the database
            lambda index: 24 * len(index),
        )
    }
    try:
        import faiss
    except ImportError:
        return ways
    faiss.omp_set_num_threads(1)
    made = {
        "faiss: all": lambda: faiss.IndexBinaryFlat(64),
        "faiss: HNSW 16": lambda: faiss.IndexBinaryHNSW(64, 16),
        "faiss: 1,024 lists, 16 looked at": lambda: _binary_lists(faiss),
        "faiss: multi-index, 4 x 16 bits, 2 flipped": lambda: _multi_index(faiss),
    }
    for name, make in made.items():
        ways[name] = _faiss_hashes(faiss, make)
    return ways


def _binary_lists(faiss: Any) -> Any:
    index = faiss.IndexBinaryIVF(faiss.IndexBinaryFlat(64), 64, 1024)
    index.nprobe = 16
    return index


def _multi_index(faiss: Any) -> Any:
    index = faiss.IndexBinaryMultiHash(64, 4, 16)
    index.nflip = 2
    return index


def _faiss_hashes(faiss: Any, make: Callable[[], Any]) -> Way:
    def build(rows: Rows) -> Any:
        index = make()
        index.train(_octets(rows[:100_000]))
        index.add(_octets(rows))
        return index

    return Way(
        build,
        lambda index, wanted: index.search(_octets(wanted), PROPOSED)[1].tolist(),
        lambda index, key, row: index.add(_octets(row)),
        None,
        lambda index: faiss.serialize_index_binary(index).nbytes,
    )


def _octets(hashes: Rows) -> npt.NDArray[np.uint8]:
    return hashes.view(np.uint8).reshape(len(hashes), 8)


if __name__ == "__main__":
    main()
