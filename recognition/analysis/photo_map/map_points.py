"""The points of the map that somebody may see, with the labels that their photos have now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.contrib.auth.models import User

from recognition.analysis.photo_map.map_file import PhotoMap
from recognition.analysis.photo_map.placing import Places
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo

_CHUNK = 500


class Points(NamedTuple):
    """labels: those that occur, the most frequent first. label_of: (N,) a place in `labels`.
    is_labelled: (N,); of others the label is what the network says."""

    ids: list[UUID]
    places: Places
    labels: list[Label]
    label_of: npt.NDArray[np.uint16]
    is_labelled: npt.NDArray[np.bool_]


class _Said(NamedTuple):
    place: int
    label: Label
    is_labelled: bool


def visible(photo_map: PhotoMap, viewer: User) -> Points:
    """Without photos that are gone, or have neither a label nor an answer any more."""
    found = list(_said(photo_map, viewer))
    counts = Counter(said.label for said in found)
    labels = [label for label, _count in counts.most_common()]
    number_of = {label.id: number for number, label in enumerate(labels)}
    chosen = np.array([said.place for said in found], np.intp)
    return Points(
        ids=[photo_map.ids[said.place] for said in found],
        places=photo_map.places[chosen],
        labels=labels,
        label_of=np.array([number_of[said.label.id] for said in found], np.uint16),
        is_labelled=np.array([said.is_labelled for said in found], np.bool_),
    )


def _said(photo_map: PhotoMap, viewer: User) -> Iterator[_Said]:
    photos = Photo.objects.order_by()
    if not viewer.has_perm("recognition.view_all"):
        photos = photos.filter(owner=viewer)
    tree = LabelTree()
    known = {label.id: label for label in tree}
    in_use = tree.in_use_by_id()
    for start in range(0, len(photo_map.ids), _CHUNK):
        chunk = photo_map.ids[start : start + _CHUNK]
        rows = photos.filter(id__in=chunk).values_list("id", "label_id", "prediction__label_id")
        said = {photo_id: (label_id, answer_id) for photo_id, label_id, answer_id in rows}
        for place, photo_id in enumerate(chunk, start):
            label_id, answer_id = said.get(photo_id, (None, None))
            shown_id = label_id or (answer_id and in_use.get(answer_id, answer_id))
            if shown_id is not None:
                yield _Said(place, known[shown_id], label_id is not None)
