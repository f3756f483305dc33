"""Which labels a network shall know, how it is called, and where it comes from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from recognition.cnn import taxonomy
from recognition.labels.tree import LabelTree
from recognition.models import Label, Mode, Split, TrainingRun

_WAYS = {Mode.TEACH: "taught", Mode.FINE_TUNE: "fine-tuned", Mode.FROM_SCRATCH: "from scratch"}


def labels_to_know(
    parents: tuple[taxonomy.Label, ...], shown: Collection[str]
) -> tuple[taxonomy.Label, ...]:
    """The labels of the version to start from, in its order, then new ones, without classes.

    shown: slugs of the labels with training photos. A label stands below the nearest of its
    ancestors that the network knows.
    """
    tree = LabelTree()
    old = {label.slug for label in parents}
    known = old | set(shown)
    new = (label for label in tree.in_order() if label.slug in shown and label.slug not in old)
    return (*parents, *(_described(label, tree, known) for label in new))


def name_of_result(start: str, mode: str) -> str:
    """start: the name of the version to start from, or the title of a network."""
    return f"{start.split(',')[0]}, {_WAYS[Mode(mode)]}"


def provenance(run: TrainingRun) -> dict[str, Any]:
    """How a version came to be, for its manifest. Two runs are told apart even if all else is
    equal, so that each has a version of its own."""
    summary = run.dataset.summary
    photos = {
        split.value: sum(counts[split] for counts in summary["labels"].values()) for split in Split
    }
    return {
        "run": str(run.id),
        "mode": run.mode,
        "seed": run.parameters["seed"],
        "parameters": run.parameters,
        "fingerprint": run.dataset.fingerprint,
        "photos": {**photos, "unlabelled": summary["unlabelled"]},
        "labels": summary["labels"],
        "parent": run.parent.number if run.parent else None,
    }


def _described(label: Label, tree: LabelTree, known: Collection[str]) -> taxonomy.Label:
    above = [it.slug for it in tree.lineage(label)[:-1] if it.slug in known]
    return taxonomy.Label(
        slug=label.slug,
        kind=label.kind,
        name_en=label.name_en,
        name_zh=label.name_zh,
        parent=above[-1] if above else None,
        classes=(),
    )
