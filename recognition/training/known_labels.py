"""Which labels the result of a run shall know, how it is called, and where it comes from.

The labels are frozen when the run is launched. Rows of its head and of its checkpoints go by their
order, and its examples by their ids; so whatever becomes of a label while the run waits, nothing
changes for the run.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from recognition.cnn import taxonomy
from recognition.cnn.manifest import CorruptCheckpoint, read_manifest
from recognition.files import of_versions
from recognition.labels.tree import LabelTree
from recognition.models import DataSet, Label, Mode, ModelVersion, Split, TrainingRun
from recognition.training.watch import write

Labels = tuple[taxonomy.Label, ...]
Frozen = list[dict[str, Any]]  # as `TrainingRun.labels` stores it; "id" is that of the label's row

_DESCRIBED = ("slug", "kind", "name_en", "name_zh", "parent")
_WAYS = {Mode.TEACH: "taught", Mode.FINE_TUNE: "fine-tuned", Mode.FROM_SCRATCH: "from scratch"}


def labels_to_know(
    parents: Labels, shown: Collection[str], tree: LabelTree | None = None
) -> Labels:
    """The labels of the version to start from, in its order, then new ones, without classes.

    shown: slugs of the labels with training photos. A label stands below the nearest of its
    ancestors that the network knows; old ones too, so that a photo of which people say no more than
    "mammal" is right as a dog.
    """
    tree = tree or LabelTree()
    places = {label.slug: label for label in tree}
    old = {label.slug for label in parents}
    known = old | set(shown)
    new = (label for label in tree.in_order() if label.slug in shown and label.slug not in old)
    kept = (
        replace(label, parent=_parent(places[label.slug], tree, known))
        if label.slug in places
        else label
        for label in parents
    )
    return (*kept, *(_described(label, tree, known) for label in new))


def freeze(parents: Labels, shown: Collection[int], tree: LabelTree) -> Frozen:
    """parents: the labels of the version to start from. shown: ids of the labels with training
    photos."""
    slugs = {label.slug for label in tree if label.id in shown}
    return _with_ids(map(_fields, labels_to_know(parents, slugs, tree)), tree)


def freeze_if_missing(run: TrainingRun) -> None:
    """Before a claimed run does anything: freeze its labels if its launch did not, because it was
    an earlier Ark that launched it, or because the parent's folder was damaged.

    What has begun already goes on with the labels in its job.json.
    Raises Stopped, CorruptCheckpoint.
    """
    if run.labels:
        return
    tree, job = LabelTree(), run.folder / "job.json"
    if job.exists():
        labels = _with_ids(json.loads(job.read_text(encoding="utf-8"))["labels"], tree)
    else:
        (run.folder / "photos.csv").unlink(missing_ok=True)  # with slugs of an earlier tree
        labels = freeze(parents_labels(run.parent), trained_labels(run.dataset), tree)
    write(run, labels=labels)


def parents_labels(parent: ModelVersion | None) -> Labels:
    """Raises CorruptCheckpoint."""
    return read_manifest(of_versions.folder(parent)).labels if parent else ()


def trained_labels(dataset: DataSet) -> set[int]:
    """The ids of the labels with training photos, deleted ones too."""
    examples = dataset.examples.filter(split=Split.TRAIN, label__isnull=False)
    return set(examples.order_by().values_list("label", flat=True).distinct())


def labels_of(run: TrainingRun, parents: Labels) -> Labels:
    """What the result shall know; the parent's labels come first, with their classes, in the tree
    as it was at the launch.

    Raises CorruptCheckpoint if the parent is not the version that the run was launched with.
    """
    frozen = [taxonomy.Label(**without_id(label), classes=()) for label in run.labels]
    if [label.slug for label in parents] != [label.slug for label in frozen[: len(parents)]]:
        raise CorruptCheckpoint("the version to start from knows other labels than at the launch")
    old = (replace(label, parent=now.parent) for label, now in zip(parents, frozen, strict=False))
    return (*old, *frozen[len(parents) :])


def slugs_by_id(run: TrainingRun) -> dict[int | None, str]:
    """The slug of each example's label at the launch, by the label's id; empty for no label."""
    return {None: "", **{label["id"]: label["slug"] for label in run.labels if label["id"]}}


def without_id(label: Mapping[str, Any]) -> dict[str, Any]:
    """A frozen label as job.json describes it, which knows no database."""
    return {name: label[name] for name in _DESCRIBED}


def without(labels: Labels, left_out: Collection[str]) -> Labels:
    """The labels without those; what stood below one of them stands below its parent."""
    parents = {label.slug: label.parent for label in labels}

    def nearest_kept(slug: str | None) -> str | None:
        while slug is not None and slug in left_out:
            slug = parents[slug]
        return slug

    kept = (label for label in labels if label.slug not in left_out)
    return tuple(replace(label, parent=nearest_kept(label.parent)) for label in kept)


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
    return taxonomy.Label(
        slug=label.slug,
        kind=label.kind,
        name_en=label.name_en,
        name_zh=label.name_in_chinese,
        parent=_parent(label, tree, known),
        classes=(),
    )


def _parent(label: Label, tree: LabelTree, known: Collection[str]) -> str | None:
    """The nearest of the label's ancestors that the network knows."""
    above = [ancestor.slug for ancestor in tree.lineage(label)[:-1] if ancestor.slug in known]
    return above[-1] if above else None


def _fields(label: taxonomy.Label) -> dict[str, Any]:
    return {name: getattr(label, name) for name in _DESCRIBED}


def _with_ids(labels: Iterable[Mapping[str, Any]], tree: LabelTree) -> Frozen:
    ids = {label.slug: label.id for label in tree}
    return [{**label, "id": ids.get(label["slug"])} for label in labels]
