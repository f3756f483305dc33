"""Only what a version can be comes in; each field has its type and its bounds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recognition.cnn.manifest import CorruptCheckpoint, read_manifest
from recognition.cnn.store.manifest_schema import check_counts, check_manifest

HOSTILE = {
    "metrics_are_text": {"metrics": {"accuracy": "x"}},
    "metrics_are_a_list": {"metrics": []},
    "accuracy_above_1": {"metrics": {"accuracy": 17.0}},
    "unknown_metric": {"metrics": {"quality": 0.5}},
    "measured_without_figures": {"metrics": {"photos": 7}},
    "negative_photos": {"metrics": {"photos": -1}},
    "no_names": {"fine_names": []},
    "names_are_numbers": {"fine_names": [1] * 1000},
    "name_too_long": {"name": "x" * 101},
    "name_is_missing": {"name": ""},
    "name_is_a_number": {"name": 7},
    "network_too_long": {"network": "x" * 61},
    "temperature_zero": {"temperature": 0},
    "temperature_infinite": {"temperature": float("inf")},
    "temperature_no_number": {"temperature": float("nan")},
    "temperature_huge": {"temperature": int("9" * 400)},
    "weight_negative": {"class_weights": [-1.0] * 1000},
    "view_unknown": {"view": "sideways"},
    "files_elsewhere": {"files": {"../evil": "0" * 64}},
    "files_are_a_list": {"files": []},
    "digest_short": {"files": {"weights.safetensors": "0"}},
    "parent_no_digest": {"parent_sha256": "x"},
    "unknown_field": {"surprise": 1},
    "training_photos_are_text": {"training": {"photos": "many"}},
    "training_is_a_list": {"training": [1]},
    "training_nested": {"training": {"report": [[[[[[[[[[1]]]]]]]]]]}},
    "option_is_an_object": {"network_options": {"layers": {}}},
    "reference_of_another_length": {"reference_log_probabilities": [-1.0]},
    "no_labels": {"labels": []},
}
LABELS = {
    "slug_is_a_path": {"slug": "../x"},
    "slug_ends_in_a_line": {"slug": "dog\n"},
    "slug_too_long": {"slug": "x" * 51},
    "slug_empty": {"slug": ""},
    "kind_unknown": {"kind": "plant"},
    "name_too_long": {"name_en": "x" * 61},
    "no_name": {"name_zh": ""},
    "parent_missing": {"parent": "nobody"},
    "own_parent": {"slug": "loop", "parent": "loop"},
    "no_classes": {"classes": []},
    "class_negative": {"classes": [-1]},
    "class_is_text": {"classes": ["0"]},
}
PIXELS = {
    "crop_1600": {"crop": 1600, "resize": 1600},
    "crop_larger": {"crop": 400, "resize": 300},
    "crop_zero": {"crop": 0},
    "crop_is_text": {"crop": "224"},
    "std_zero": {"std": 0},
    "mean_too_many": {"mean": [1, 2, 3, 4]},
    "interpolation": {"interpolation": "magic"},
}


def test_what_ark_makes_is_as_it_must_be(network: Path) -> None:
    manifest = check_manifest(network)
    check_counts(manifest)
    assert manifest == read_manifest(network)


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_fields(change: dict[str, Any], altered: Callable[..., Path]) -> None:
    _refused(altered(lambda fields: fields.update(change)))


@pytest.mark.parametrize("change", LABELS.values(), ids=LABELS)
def test_labels(change: dict[str, Any], altered: Callable[..., Path]) -> None:
    _refused(altered(lambda fields: fields["labels"][0].update(change)))


@pytest.mark.parametrize("change", PIXELS.values(), ids=PIXELS)
def test_preprocessing(change: dict[str, Any], altered: Callable[..., Path]) -> None:
    _refused(altered(lambda fields: fields["preprocessing"].update(change)))


def test_the_same_label_twice(altered: Callable[..., Path]) -> None:
    _refused(altered(lambda fields: fields["labels"].append(fields["labels"][0])))


@pytest.mark.parametrize("text", ["", "[]", "null", "7", '{"format": 1}', "[" * 100_000, "\xff"])
def test_what_is_no_manifest(text: str, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(text, encoding="latin-1")
    _refused(tmp_path)


def test_a_name_is_missing_for_a_class(altered: Callable[..., Path]) -> None:
    folder = altered(lambda fields: fields.update(fine_names=["only one"]))
    with pytest.raises(CorruptCheckpoint, match="1 names"):
        check_counts(read_manifest(folder))


def test_a_manifest_that_does_not_end(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(json.dumps("x" * 5_000_000))
    _refused(tmp_path)


def _refused(folder: Path) -> None:
    with pytest.raises(CorruptCheckpoint):
        check_manifest(folder)
