"""Embeddings from the database as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.versions.embeddings import normalised


def test_rows_have_length_one_and_keep_their_direction() -> None:
    rows = normalised([np.array(row, "<f2").tobytes() for row in ([3, 4], [0, -2])])
    assert rows.dtype == np.float32
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0.0, -1.0]]))


def test_an_embedding_of_zeros_stays_as_it_is() -> None:
    assert normalised([np.zeros(2, "<f2").tobytes()]).tolist() == [[0.0, 0.0]]
