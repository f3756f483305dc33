"""What the analyst finds out about each predicted photo: its perceptual hash, its near-duplicates,
the labelled photos that it looks most like, and its novelty.

Predictions whose `analysis_due` is set are the queue. The findings are stored in the transaction
that takes a prediction off the queue, so an interruption loses nothing. Analysing a photo twice, or
in two analysts at once, gives the same result, unless labels have changed in between.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Q, QuerySet
from PIL import Image

from recognition.analysis import bursts, duplicates
from recognition.analysis.duplicates import KnownHashes, Pair
from recognition.analysis.neighbours import Evidence, LabelledPhotos
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.core import memory, wakeups
from recognition.files import of_photos
from recognition.files.bucket import BucketAway
from recognition.models import Photo, Prediction
from recognition.photos import renditions
from recognition.versions import embeddings

logger = logging.getLogger(__name__)

MAX_WORK_S = 5  # then another wake-up: the analyst has other jobs
CHUNK = 32
# Hash and embedding see too little of smaller pictures: all handwritten sevens are alike to them.
SMALLEST_COMPARED_PX = 64

# Kept in the memory of the analyst's process.
labelled = LabelledPhotos()
_known_hashes = KnownHashes()


def analyse_due() -> None:
    """The analyst's job: analyse the photos that are due, newest first, for MAX_WORK_S seconds."""
    ends = time.monotonic() + MAX_WORK_S
    while rows := list(_due()[:CHUNK]):
        for versions in embeddings.versions_by_backbone().values():
            if comparable := [row for row in rows if row.model_version_id in versions]:
                _analyse(comparable, versions)
        memory.give_back()
        if time.monotonic() >= ends:
            wakeups.wake_analyst()
            return


def _due() -> QuerySet[Prediction]:
    due = Prediction.objects.filter(analysis_due__isnull=False, embedding__isnull=False)
    return due.select_related("photo").defer("top").order_by("-analysis_due", "-id")


def _analyse(rows: Sequence[Prediction], versions: frozenset[int]) -> None:
    """The rows have embeddings of one backbone, which these versions have."""
    photos = [row.photo for row in rows]
    photo_ids = [photo.id for photo in photos]
    unit_rows = embeddings.normalised([row.embedding or b"" for row in rows])
    labelled.catch_up()
    evidence = [Evidence(row.novelty, row.similar) for row in rows]
    if versions & labelled.versions:
        labelled.update([photo.id for photo in photos if photo.label_id])
        evidence = labelled.evidence(photo_ids, unit_rows)
    new_hashes = _new_hashes(photos)
    hashes = {
        photo.id: photo.perceptual_hash for photo in photos if photo.perceptual_hash is not None
    }
    hashes |= new_hashes
    of_photo = dict(zip(photo_ids, unit_rows, strict=True))

    def find_pairs() -> list[Pair]:
        index = _known_hashes.read()
        index.put([photo_id.bytes for photo_id in new_hashes], list(new_hashes.values()))
        return duplicates.similar_pairs(hashes, of_photo, index, versions)

    try:
        while True:
            pairs = find_pairs()  # before the transaction, which must be short
            with transaction.atomic():
                if _known_hashes.begin_revision():
                    changed = _store_about_photos(photo_ids, new_hashes, pairs)
                    bursts.join(changed)
                    _store_evidence(rows, evidence)
                    return
            _known_hashes.forget()  # another analyst was quicker
    except BaseException:
        _known_hashes.forget()
        raise


def _new_hashes(photos: Iterable[Photo]) -> dict[UUID, int]:
    """The hashes of photos that have none yet and can be read: 64 bits, as a signed number."""
    without = [photo for photo in photos if photo.perceptual_hash is None]
    comparable = [photo for photo in without if _is_comparable(photo)]
    renditions.bring(comparable, renditions.THUMBNAIL_SIDE)
    hashes = {photo.id: _hash(photo) for photo in comparable}
    return {photo_id: hash for photo_id, hash in hashes.items() if hash is not None}


def _is_comparable(photo: Photo) -> bool:
    return min(photo.width, photo.height) >= SMALLEST_COMPARED_PX


def _hash(photo: Photo) -> int | None:
    """The hash of the thumbnail, which pages need anyway; None if the photo cannot be read."""
    import imagehash  # brings SciPy, which web processes and the predictor do without

    try:
        with Image.open(renditions.drawn(photo, renditions.THUMBNAIL_SIDE)) as thumbnail:
            bits = imagehash.phash(thumbnail).hash
    except BucketAway:
        raise
    except (UnreadablePhoto, OSError) as error:
        logger.warning("photo %s cannot be hashed: %r", photo.id, error)
        return None
    return int.from_bytes(np.packbits(bits).tobytes(), "big", signed=True)


def _store_about_photos(
    photo_ids: Collection[UUID], hashes: Mapping[UUID, int], pairs: Sequence[Pair]
) -> list[UUID]:
    """Store the new hashes, and join near-duplicates into groups; which photos have changed."""
    photos = _lock_photos(photo_ids, pairs)
    groups = {photo_id: photo.group for photo_id, photo in photos.items()}
    joining = duplicates.groups_to_join(pairs, groups)
    for photo_id, group in joining.items():
        photos[photo_id].group = group
    for photo_id in hashes.keys() & photos.keys():
        photos[photo_id].perceptual_hash = hashes[photo_id]
    deleted = hashes.keys() - photos.keys()  # while their thumbnails were drawn
    if deleted:
        gone = [Photo(id=photo_id) for photo_id in deleted]
        transaction.on_commit(lambda: of_photos.remove_renditions(gone))
    changed = [photos[photo_id] for photo_id in (joining.keys() | hashes.keys()) & photos.keys()]
    Photo.objects.bulk_update(changed, ("perceptual_hash", "group"), batch_size=500)
    return [photo.id for photo in changed]


def _lock_photos(photo_ids: Collection[UUID], pairs: Sequence[Pair]) -> dict[UUID, Photo]:
    """The analysed photos, those of the pairs, and all members of the groups that will be left; by
    id, in which order all rows are locked (`recognition.core.locks`)."""
    of_pairs = {photo_id for pair in pairs for photo_id in (pair.one, pair.other)}
    groups = dict(Photo.objects.filter(id__in=of_pairs).values_list("id", "group"))
    left = {groups[photo_id] for photo_id in duplicates.groups_to_join(pairs, groups)} - {None}
    concerned = Photo.objects.filter(Q(id__in={*photo_ids, *of_pairs}) | Q(group__in=left))
    locked = concerned.select_for_update(of=("self",)).order_by("id")
    return {photo.id: photo for photo in locked.only("id", "group", "perceptual_hash")}


def _store_evidence(rows: Sequence[Prediction], evidence: Sequence[Evidence]) -> None:
    """Rows that have been predicted again meanwhile stay due."""
    due = dict(
        Prediction.objects.select_for_update()
        .filter(id__in=[row.id for row in rows], analysis_due__isnull=False)
        .order_by("id")
        .values_list("id", "analysis_due")
    )
    done = []
    for row, (novelty, similar) in zip(rows, evidence, strict=True):
        if due.get(row.id) == row.analysis_due:
            row.novelty, row.similar, row.analysis_due = novelty, similar, None
            done.append(row)
    Prediction.objects.bulk_update(done, ("novelty", "similar", "analysis_due"))
