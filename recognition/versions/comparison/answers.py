"""What a version says of many photos, from stored embeddings wherever it understands them.

A version is its backbone, which turns a photo into an embedding, and a small head on top. So for
all versions of one backbone the head alone has to be computed: thousands of photos a second, and no
file is read.

Where the backbone has looked at a photo's main subject, this is what the head says of that subject,
for all versions that are compared. It is not weighed against what the whole photo looks like, as it
is when a photo is predicted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from recognition.cnn import taxonomy
from recognition.files import of_versions
from recognition.models import ModelVersion
from recognition.versions import embeddings
from recognition.versions.embeddings import Embedding

if TYPE_CHECKING:
    from recognition.versions.comparison.head import Head

MAX_FILES = 2000  # read for one version; a slow network answers so many in a few minutes
_CHUNK = 500

Floats = npt.NDArray[np.float32]


class Answers(NamedTuple):
    """photo_ids: N photos that were answered, in the order in which they were asked for.
    log_probabilities: float32 (N, L), in the order of the version's labels.
    labels: those that it knows.
    unreadable: how many photos have no file that can be read.
    unread: how many would have had to be read beyond MAX_FILES.
    """

    photo_ids: list[UUID]
    log_probabilities: Floats
    labels: tuple[taxonomy.Label, ...]
    unreadable: int = 0
    unread: int = 0


def answers(version: ModelVersion, photo_ids: Sequence[UUID]) -> Answers:
    """Raises CorruptCheckpoint, and BrokenEngine if photos have to be read."""
    from recognition.versions.comparison.head import load_head

    head = load_head(of_versions.folder(version))
    rows: dict[UUID, Floats] = {}
    for start in range(0, len(photo_ids), _CHUNK):
        _fill_in(rows, head, embeddings.stored(version, photo_ids[start : start + _CHUNK]))
    missing = [photo_id for photo_id in photo_ids if photo_id not in rows]
    for computed in embeddings.from_files(version, missing[:MAX_FILES]):
        _fill_in(
            rows, head, {photo_id: seen for photo_id, seen in computed.items() if seen is not None}
        )
    answered = [photo_id for photo_id in photo_ids if photo_id in rows]
    return Answers(
        answered,
        np.stack([rows[photo_id] for photo_id in answered])
        if answered
        else np.zeros((0, len(head.labels)), np.float32),
        head.labels,
        unreadable=len(photo_ids) - len(answered) - len(missing[MAX_FILES:]),
        unread=len(missing[MAX_FILES:]),
    )


def _fill_in(rows: dict[UUID, Floats], head: Head, seen: dict[UUID, Embedding]) -> None:
    if seen:
        answered = head(np.stack(list(seen.values())).astype(np.float32))
        rows.update(zip(seen, answered, strict=True))
