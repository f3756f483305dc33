"""The model card of a version: what it is for, what it learned from, how good it is, its limits.

After Mitchell et al. 2019, "Model cards for model reporting" (arXiv:1810.03993). Torch-free.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from recognition.cnn.manifest import SUBJECTS, Manifest
from recognition.cnn.taxonomy import Label

_AT_THE_CENTRE = (
    "It looks at the photograph as a whole: it does not count, and does not say where something is."
)
_AT_SUBJECTS = (
    "It looks at the whole photograph and then, where a finder is installed beside it, at each "
    "animal and vehicle that this finds."
)
# A recall measured on fewer photos says little: with 9 of 10 right it is between 0.6 and 0.98.
FEW_PHOTOS = 10


def model_card(manifest: Manifest) -> str:
    """Markdown, in English."""
    sections = (
        f"# {manifest.name}",
        _purpose(manifest),
        _making(manifest),
        _results(manifest),
        _limits(manifest),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _purpose(manifest: Manifest) -> str:
    kinds: dict[str, list[Label]] = {}
    for label in manifest.labels:
        kinds.setdefault(label.kind, []).append(label)
    lines = [
        "## What it is for",
        "",
        "It says which of the labels below a photograph shows, and how sure it is. "
        + (_AT_SUBJECTS if manifest.view == SUBJECTS else _AT_THE_CENTRE),
        "",
        *(f"- {kind}: {', '.join(label.name_en for label in of)}" for kind, of in kinds.items()),
    ]
    return "\n".join(lines)


def _making(manifest: Manifest) -> str:
    training = manifest.training
    rows: list[tuple[str, Any]] = [
        ("Network", manifest.network),
        *((f"Option {name}", value) for name, value in manifest.network_options.items()),
        ("Input", _input(manifest)),
        ("Temperature", f"{manifest.temperature:.3g}"),
        ("Way of training", training.get("mode")),
        ("Seed", training.get("seed")),
        ("Fingerprint of the photos", training.get("fingerprint")),
        *((f"Photos, {split}", count) for split, count in training.get("photos", {}).items()),
        *(
            (f"Parameter {name}", value)
            for name, value in training.get("parameters", {}).items()
            if not isinstance(value, dict)
        ),
        ("SHA-256 of the version it was trained from", manifest.parent_sha256),
    ]
    given = [(name, value) for name, value in rows if value not in (None, "")]
    return "## How it was made\n\n" + _table(("what", "value"), given)


def _input(manifest: Manifest) -> str:
    preprocessing = manifest.preprocessing
    centre = (
        f"{preprocessing.crop} x {preprocessing.crop} pixels, the centre of the photograph with "
        f"its shorter side scaled to {preprocessing.resize}"
    )
    return f"{centre}; then as many of each subject" if manifest.view == SUBJECTS else centre


def _results(manifest: Manifest) -> str:
    metrics = manifest.metrics
    if not metrics.get("photos"):
        return "## Results\n\nIt was not measured on photos of its own kept apart for testing."
    low, high = metrics["accuracy_interval"]
    lines = [
        "## Results",
        "",
        f"On {metrics['photos']} photos that it was never trained on: accuracy "
        f"{_percent(metrics['accuracy'])} (95 % interval {_percent(low)} to {_percent(high)}), "
        f"macro-F1 {_percent(metrics['macro_f1'])}, expected calibration error "
        f"{_percent(metrics['calibration']['ece'])}.",
    ]
    neither = metrics["neither"]
    if neither["photos"]:
        lines += [
            "",
            f"Of {neither['photos']} photos of something else it rejects "
            f"{_percent(neither['rejected'])}.",
        ]
    names = {label.slug: label.name_en for label in manifest.labels}
    rows = [
        (
            names.get(slug, slug),
            row["photos"],
            *(_percent(row[name]) for name in ("precision", "recall", "f1")),
        )
        for slug, row in metrics["per_label"].items()
    ]
    table = _table(("label", "photos", "precision", "recall", "F1"), rows)
    return "\n".join(lines) + "\n\n" + table


def _limits(manifest: Manifest) -> str:
    per_label = manifest.metrics.get("per_label", {})
    rare = [slug for slug, row in per_label.items() if row["photos"] < FEW_PHOTOS]
    lines = [
        "## Limits",
        "",
        "- Each photograph gets one label, that of its main subject, even if it shows several."
        if manifest.view == SUBJECTS
        else "- Each photograph gets one label, even if it shows several things.",
        "- Photographs that look unlike those it was trained and tested on are answered less "
        "reliably than these figures say: another camera, another angle, drawings, night.",
        "- Its confidence is calibrated on photographs like those it was tested on, not on others.",
    ]
    if rare:
        lines.append(f"- Fewer than {FEW_PHOTOS} test photos, which says little: {_list(rare)}.")
    untested = [label.slug for label in manifest.labels if label.slug not in per_label]
    if per_label and untested:
        lines.append(f"- Without any test photo: {_list(untested)}.")
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _list(slugs: Iterable[str]) -> str:
    return ", ".join(sorted(slugs))


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
