"""Which photos are left out together in cross-validation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FOLDS = 5

Integers = npt.NDArray[np.intp]


def folds_of(labels: Integers, groups: Integers, folds: int = FOLDS) -> Integers:
    """(N,): a fold for each photo. Groups stay whole, and each label is spread over all folds."""
    _, first, group_of = np.unique(groups, return_index=True, return_inverse=True)
    shuffled = np.random.default_rng(0).permutation(len(first))
    in_turn = shuffled[np.argsort(labels[first][shuffled], kind="stable")]
    fold_of_group = np.empty(len(first), dtype=np.intp)
    fold_of_group[in_turn] = np.arange(len(first)) % folds
    return fold_of_group[group_of]
