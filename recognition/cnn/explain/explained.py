"""What an explanation is, and how it is kept as JSON. Torch-free, for who shows it."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from recognition.cnn.explain.classes import ClassShare
from recognition.cnn.explain.faithfulness import Check

_STORED_AS = "<f4"  # the same bytes on every machine


class ClassMap(NamedTuple):
    """values: float32 (h, w) in the network's own grid, row by row from the top: what each place
        adds to the score; below 0 it speaks for the rivals.
    score: the logit of the classes or, if there are rivals, the logarithm of the odds against them.
    constant: what of the score belongs to no place. score = the sum of the values + constant.
    is_exact: whether the constant is that of the linear layer and of the shares alone. If not, the
        values say what a small change of each place would do, and the constant what that leaves.
    """

    values: npt.NDArray[np.float32]
    score: float
    constant: float
    is_exact: bool


class Explained(NamedTuple):
    """Of one label in one view. classes: which spoke for it, most first. check: None if it was not
    asked for."""

    slug: str
    map: ClassMap
    classes: tuple[ClassShare, ...]
    check: Check | None


def to_fields(explained: Explained) -> dict[str, Any]:
    """For json.dumps. The values keep every bit."""
    map_ = explained.map
    return {
        "slug": explained.slug,
        "values": base64.b64encode(map_.values.astype(_STORED_AS).tobytes()).decode(),
        "grid": list(map_.values.shape),
        "score": map_.score,
        "constant": map_.constant,
        "is_exact": map_.is_exact,
        "classes": [each._asdict() for each in explained.classes],
        "check": explained.check and explained.check._asdict(),
    }


def from_fields(fields: dict[str, Any]) -> Explained:
    """What `to_fields` made."""
    values = np.frombuffer(base64.b64decode(fields["values"]), _STORED_AS)
    map_ = ClassMap(
        values.astype(np.float32).reshape(fields["grid"]),
        fields["score"],
        fields["constant"],
        fields["is_exact"],
    )
    classes = tuple(ClassShare(**each) for each in fields["classes"])
    check = Check(**fields["check"]) if fields["check"] else None
    return Explained(fields["slug"], map_, classes, check)
