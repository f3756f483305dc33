"""What a version says of many photos, from stored embeddings wherever it understands them.

A version is its trunk, which turns a photo into an embedding, and a small head on top. So for all
versions of one trunk the head alone has to be computed: thousands of photos a second, no file read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings

from recognition.models import ModelVersion, Photo, Prediction

if TYPE_CHECKING:
    from recognition.comparison.head import Head

MAX_FILES = 2000  # read for one version; a slow network answers so many in a few minutes
_CHUNK = 500

Floats = npt.NDArray[np.float32]


class Answers(NamedTuple):
    """photo_ids: N photos that were answered, in the order in which they were asked for.
    log_probabilities: float32 (N, L), in the order of the version's labels.
    slugs: of its labels.
    unreadable: how many photos have no file that can be read.
    unread: how many would have had to be read beyond MAX_FILES.
    """

    photo_ids: list[UUID]
    log_probabilities: Floats
    slugs: list[str]
    unreadable: int = 0
    unread: int = 0


def answers(version: ModelVersion, photo_ids: Sequence[UUID]) -> Answers:
    """Raises CorruptCheckpoint, and BrokenEngine if photos have to be read."""
    from recognition.comparison.head import load_head

    head = load_head(version.folder)
    rows: dict[UUID, Floats] = {}
    for chunk in _chunks(photo_ids):
        _fill_in(rows, head, _stored_embeddings(version, chunk))
    missing = [photo_id for photo_id in photo_ids if photo_id not in rows]
    for embeddings in _embeddings_from_files(version.folder, missing[:MAX_FILES]):
        _fill_in(rows, head, embeddings)
    answered = [photo_id for photo_id in photo_ids if photo_id in rows]
    slugs = [label.slug for label in head.labels]
    return Answers(
        answered,
        np.stack([rows[photo_id] for photo_id in answered])
        if answered
        else np.zeros((0, len(slugs)), np.float32),
        slugs,
        unreadable=len(photo_ids) - len(answered) - len(missing[MAX_FILES:]),
        unread=len(missing[MAX_FILES:]),
    )


def _fill_in(rows: dict[UUID, Floats], head: Head, embeddings: dict[UUID, Floats]) -> None:
    if embeddings:
        answered = head(np.stack(list(embeddings.values())))
        rows.update(zip(embeddings, answered, strict=True))


def _stored_embeddings(version: ModelVersion, photo_ids: Sequence[UUID]) -> dict[UUID, Floats]:
    """Of any prediction that was made with the version's trunk."""
    stored = Prediction.objects.filter(
        photo__in=photo_ids,
        embedding__isnull=False,
        model_version__trunk_sha256=version.trunk_sha256,
    ).order_by()
    return {
        photo_id: np.frombuffer(embedding, "<f2").astype(np.float32)
        for photo_id, embedding in stored.values_list("photo", "embedding")
        if embedding is not None
    }


def _embeddings_from_files(folder: Path, photo_ids: Sequence[UUID]) -> Iterator[dict[UUID, Floats]]:
    if not photo_ids:
        return
    from recognition.cnn.classifier import BATCH_SIZE, Classifier
    from recognition.cnn.decoding import UnreadablePhoto

    paths = [Photo(id=photo_id).original_path for photo_id in photo_ids]
    batches = (paths[i : i + BATCH_SIZE] for i in range(0, len(paths), BATCH_SIZE))
    load = (folder, settings.ARK_ENGINE, settings.ARK_DEVICE, settings.ARK_MAX_PIXELS)
    with Classifier.load(*load) as classifier:
        ids = iter(photo_ids)
        for batch in classifier.stream(batches):
            said = dict(zip(islice(ids, len(batch)), batch, strict=True))
            yield {
                photo_id: answer.embedding.astype(np.float32)
                for photo_id, answer in said.items()
                if not isinstance(answer, UnreadablePhoto)
            }


def _chunks(photo_ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (photo_ids[start : start + _CHUNK] for start in range(0, len(photo_ids), _CHUNK))
