"""What model.json of a version from elsewhere must look like: types, lengths, ranges. Torch-free.

Held against whatever comes in and whatever goes live. `read_manifest` itself is laxer, so that what
is in a models_store from earlier times stays readable.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from recognition.cnn.manifest import (
    CARD_NAME,
    GRAPH_CONSTANTS_NAME,
    GRAPH_NAME,
    MANIFEST_NAME,
    WEIGHTS_NAME,
    CorruptCheckpoint,
    Manifest,
    read_manifest,
)
from recognition.cnn.measures.metrics_schema import Metrics
from recognition.cnn.taxonomy import NEITHER

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_SIDE = 600  # pixels of the square that a network sees; the largest here is 299
VERSION_FILES = (WEIGHTS_NAME, GRAPH_NAME, GRAPH_CONSTANTS_NAME, CARD_NAME)
_DEEPEST = 8
_MOST_LABELS, _MOST_CLASSES = 5_000, 50_000

Slug = Annotated[str, Meta(pattern=r"^[-a-zA-Z0-9_]{1,50}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Sha256 = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")]
Word = Annotated[str, Meta(max_length=100)]
Side = Annotated[int, Meta(ge=8, le=MAX_SIDE)]
Pixel = Annotated[float, Meta(ge=-1000, le=1000)]
Channels = Annotated[list[Pixel], Meta(min_length=1, max_length=3)]
Count = Annotated[int, Meta(ge=0, le=10**9)]


class _Preprocessing(Struct, forbid_unknown_fields=True):
    resize: Annotated[int, Meta(ge=8, le=2 * MAX_SIDE)]
    crop: Side
    interpolation: Literal["bilinear", "bicubic"]
    mean: Pixel | Channels
    std: Pixel | Channels
    greyscale: bool = False


class _Label(Struct, forbid_unknown_fields=True):
    slug: Slug
    kind: Literal["animal", "vehicle", "neither", "other"]
    name_en: Name
    name_zh: Name
    parent: Slug | None
    classes: Annotated[list[Annotated[int, Meta(ge=0, lt=_MOST_CLASSES)]], Meta(min_length=1)]


class _Training(Struct):
    """What pages and the model card read of it; the rest is only bounded."""

    mode: Word = ""
    fingerprint: Word = ""
    seed: int | None = None
    photos: Annotated[dict[Word, Count], Meta(max_length=20)] = {}
    parameters: Annotated[dict[Word, Any], Meta(max_length=100)] = {}


class _Model(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    network: Annotated[str, Meta(min_length=1, max_length=60)]
    preprocessing: _Preprocessing
    temperature: Annotated[float, Meta(ge=0.01, le=100)]
    labels: Annotated[list[_Label], Meta(min_length=1, max_length=_MOST_LABELS)]
    fine_names: Annotated[
        list[Annotated[str, Meta(max_length=200)]], Meta(min_length=1, max_length=_MOST_CLASSES)
    ]
    class_weights: Annotated[
        list[Annotated[float, Meta(gt=0, le=1e6)]], Meta(min_length=1, max_length=_MOST_CLASSES)
    ]
    reference_log_probabilities: list[Annotated[float, Meta(ge=-1000, le=0.01)]]
    files: dict[Annotated[str, Meta(max_length=60)], Sha256]
    libraries: Annotated[dict[Word, Word], Meta(max_length=20)]
    network_options: Annotated[dict[Word, int | Word], Meta(max_length=20)] = {}
    view: Literal["centre", "subjects"] = "centre"
    parent_sha256: Sha256 = ""
    trunk_sha256: Sha256 = ""
    training: _Training | None = None
    metrics: Metrics | None = None


class _Document(Struct):
    format: int
    sha256: Sha256
    model: _Model


def check_manifest(folder: Path) -> Manifest:
    """Read a version's model.json, strictly. Raises CorruptCheckpoint, which says what is wrong."""
    path = folder / MANIFEST_NAME
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ValueError("it is too large")
        text = path.read_bytes()
        model = msgspec.json.decode(text, type=_Document).model
        _check_depth(json.loads(text))
        _check_together(model)
    # What msgspec raises is a ValueError; nested deeper than Python allows it is a RecursionError.
    except (OSError, ValueError, RecursionError) as error:
        raise CorruptCheckpoint(f"{MANIFEST_NAME} is not as it must be: {error}") from error
    return read_manifest(folder)


def check_counts(manifest: Manifest) -> None:
    """Whether there is a name for every class that the network can answer, and a label.

    Raises CorruptCheckpoint.
    """
    classes = sorted(index for label in manifest.labels for index in label.classes)
    names, weights = len(manifest.fine_names), len(manifest.class_weights)
    if not names == weights == len(classes) or classes != list(range(names)):
        raise CorruptCheckpoint(
            f"its {names} names, {weights} weights and {len(classes)} classes of labels do not fit"
        )


def _check_together(model: _Model) -> None:
    """What no field shows by itself."""
    slugs = [label.slug for label in model.labels]
    if len(set(slugs)) < len(slugs):
        raise ValueError("two labels have the same slug")
    if sum(label.kind == NEITHER for label in model.labels) > 1:
        raise ValueError("two labels are neither vehicle nor animal")
    _check_parents({label.slug: label for label in model.labels})
    if len(model.reference_log_probabilities) != len(slugs):
        raise ValueError("the reference answer has another number of labels")
    if model.preprocessing.crop > model.preprocessing.resize:
        raise ValueError("more pixels are cut out than there are")
    if WEIGHTS_NAME not in model.files or not set(model.files) <= set(VERSION_FILES):
        raise ValueError("other files belong to a version")
    if not all(model.files.values()):
        raise ValueError("a file has no sha256")


def _check_parents(labels: dict[str, _Label]) -> None:
    for label in labels.values():
        seen = {label.slug}
        above = label
        while above.parent is not None:
            if above.parent in seen:
                raise ValueError(f"the label {label.slug} stands above itself")
            if above.parent not in labels:
                raise ValueError(f"the label {above.slug} stands below one that is not there")
            seen.add(above.parent)
            above = labels[above.parent]
            if above.kind != label.kind:
                raise ValueError(f"the label {label.slug} is of another kind than its parent")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
    if level:
        raise ValueError("it is nested too deeply")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it holds a number without end")
    return value if isinstance(value, list) else ()
