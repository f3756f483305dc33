"""What teaching works with: the embeddings of a data set's photos, by one version's trunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from recognition.models import DataSet, ModelVersion, Split
from recognition.versions import embeddings


class Material(NamedTuple):
    """embeddings: float32 (N, D). labels: N slugs, empty for photos that stand by. splits: N.

    unreadable: how many photos were left out because their file cannot be read.
    """

    embeddings: npt.NDArray[np.float32]
    labels: npt.NDArray[np.str_]
    splits: npt.NDArray[np.str_]
    unreadable: int

    def labels_to_learn(self) -> set[str]:
        """Those with training photos."""
        return set(self.labels[self.splits == Split.TRAIN].tolist()) - {""}


class _Example(NamedTuple):
    photo_id: UUID
    label: str
    split: str


def gather(
    dataset: DataSet, version: ModelVersion, on_progress: Callable[[float], None]
) -> Material:
    """Stored embeddings, wherever the version's trunk has seen a photo; the others are computed
    from their files. Always in the same order.

    on_progress: told the share of what must be computed that is done; may raise.
    """
    frozen = dataset.examples.filter(photo__isnull=False).order_by("id")
    examples = [
        _Example(photo_id, slug or "", split)
        for photo_id, slug, split in frozen.values_list("photo", "label__slug", "split")
    ]
    found = embeddings.stored(version, [it.photo_id for it in examples])
    missing = [it.photo_id for it in examples if it.label and it.photo_id not in found]
    looked_at = 0
    for computed in embeddings.from_files(version, missing):
        found |= {photo_id: it for photo_id, it in computed.items() if it is not None}
        looked_at += len(computed)
        on_progress(looked_at / len(missing))
    usable = [it for it in examples if it.photo_id in found]
    rows = [found[it.photo_id] for it in usable]
    return Material(
        embeddings=np.stack(rows).astype(np.float32) if rows else np.empty((0, 0), np.float32),
        labels=np.array([it.label for it in usable], np.str_),
        splits=np.array([it.split for it in usable], np.str_),
        unreadable=sum(it not in found for it in missing),
    )
