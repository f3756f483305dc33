"""The nearest among many, found by little memory."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.analysis import nearest
from recognition.analysis.nearest import EmbeddingIndex, HashIndex


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def unit_rows(count: int, size: int = 64, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, size)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def hashes() -> HashIndex:
    index = HashIndex()
    index.put([key(number) for number in range(4)], [0b0, 0b111, 0b1, -1])
    return index


def test_hashes_are_found_nearest_first(hashes: HashIndex) -> None:
    assert hashes.near(0, 3, 10) == [(key(0), 0), (key(2), 1), (key(1), 7)]


def test_hashes_that_differ_in_more_bits_are_not_found(hashes: HashIndex) -> None:
    assert hashes.near(0, 1, 10) == [(key(0), 0), (key(2), 1)]


def test_no_more_hashes_are_found_than_were_asked_for(hashes: HashIndex) -> None:
    assert hashes.near(0, 64, 1) == [(key(0), 0)]


def test_hashes_are_compared_some_at_a_time(
    hashes: HashIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest, "_HASHES", 3)
    assert hashes.near(0, 64, 3) == [(key(0), 0), (key(2), 1), (key(1), 7)]
    assert hashes.near(-1, 3, 3) == [(key(3), -1)]


def test_the_sign_of_a_hash_is_a_bit_like_any_other(hashes: HashIndex) -> None:
    assert hashes.near(2**63 - 1, 1, 10) == [(key(3), -1)]


def test_an_empty_index_finds_nothing() -> None:
    assert HashIndex().near(0, 64, 10) == []
    assert EmbeddingIndex(64).near(unit_rows(2), 10) == [[], []]


def test_an_index_grows_as_far_as_it_must() -> None:
    index = HashIndex()
    for number in range(3000):
        index.put([key(number)], [number])
    assert len(index) == 3000
    assert (key(2999), 2999) in index.near(2999, 0, 10)


def test_the_nearest_embeddings_are_among_those_found() -> None:
    index, rows = EmbeddingIndex(64, dimensions=32), unit_rows(20_000)
    index.put([key(number) for number in range(len(rows))], rows)
    found = index.near(rows[[7, 19_999]], 5)
    assert key(7) in found[0]
    assert key(19_999) in found[1]
    assert [len(keys) for keys in found] == [5, 5]


def test_an_embedding_that_is_discarded_is_found_no_more() -> None:
    index, rows = EmbeddingIndex(64), unit_rows(3)
    index.put([key(number) for number in range(3)], rows)
    index.discard(key(0))
    index.discard(key(9))
    assert [set(keys) for keys in index.near(rows, 3)] == [{key(1), key(2)}] * 3
    index.discard(key(2))
    assert index.near(rows[:1], 3) == [[key(1)]]


def test_an_embedding_that_is_put_again_replaces_the_first() -> None:
    index, rows = EmbeddingIndex(64), unit_rows(3)
    index.put([key(0), key(1)], rows[:2])
    index.put([key(0)], rows[2:])
    assert len(index) == 2
    assert index.near(rows[2:], 1) == [[key(0)]]
