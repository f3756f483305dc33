"""What of a finder's answer to the reference picture every engine has to repeat. Torch-free.

For each class how likely it is on average over all candidates, as a logarithm, and where the
candidates' boxes are on average: 84 numbers. The picture shows nothing, so nothing is found in it;
these numbers tell a wrong network all the same.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_NOWHERE = 1e-3  # is added, so that classes that are nowhere hardly count


def reference_answer(
    scores: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]
) -> tuple[float, ...]:
    """scores: (1, P, classes); boxes: (1, P, 4), parts of 1."""
    averages = (np.log(scores[0].mean(axis=0) + _NOWHERE), boxes[0].mean(axis=0))
    return tuple(np.concatenate(averages).astype(float).tolist())


def difference(answer: tuple[float, ...], expected: tuple[float, ...]) -> float:
    """On average over all numbers; not a number if one of them is none."""
    if len(answer) != len(expected):
        return float("nan")
    return float(np.abs(np.subtract(answer, expected)).mean())
