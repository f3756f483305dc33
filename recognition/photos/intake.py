"""Accept uploads: validate, hash, store, queue.

An upload is a `SpooledUpload`, already on the disk. A photo that is accepted, its pending
prediction and nothing else are committed together; then a predictor is woken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from recognition.cnn.pixels.unreadable import Busy, UnreadablePhoto
from recognition.core import tracing, wakeups
from recognition.core.statements.group_commit import GroupCommit
from recognition.core.statements.queries import Prepared
from recognition.core.statements.writes import insert
from recognition.files import bucket, of_photos
from recognition.labels import annotating, labelling
from recognition.labels.boxes import Box
from recognition.labels.tree import LabelTree
from recognition.models import Annotation, Batch, Decision, Label, Photo, Prediction, Weight
from recognition.models.photo import id_on_side
from recognition.notifications import happened
from recognition.people import quotas
from recognition.photos.capture import columns, places
from recognition.photos.capture.columns import NOTHING, Capture
from recognition.photos.folders.dataset_tables import DataSet
from recognition.photos.imaging import PhotoProperties, inspect
from recognition.photos.refusals import Refusal
from recognition.photos.turns import Turns
from recognition.photos.uploads import MEGABYTE, SpooledUpload

_TRIES = 2
CHUNK = 32  # photos a transaction; the first of a large upload are predicted while it goes on
_with_digest = Prepared(
    lambda owner, digest: Photo.objects.filter(owner=owner, sha256=digest).order_by(), int, str
)


class Marks(NamedTuple):
    """What a data set says of a photo beside its label: what the label is about, the labels of
    further parts, when, with what and where it was taken, and on which side of the split it is,
    which networks that were taught elsewhere rely on."""

    box: Box | None = None
    parts: tuple[tuple[Label, Box], ...] = ()
    capture: Capture = NOTHING
    split: str = ""


NO_MARKS = Marks()


class _New(NamedTuple):
    """What one request adds: photos of one owner, and the labels that came with them."""

    owner_id: int
    photos: list[tuple[SpooledUpload, Photo]]
    labelled: list[Decision | Annotation]


@dataclass(frozen=True)
class Outcome:
    """What became of one file: a photo (perhaps one that was there already), a refusal, or nothing,
    because a system's files are left out.

    is_archive: an archive was refused as a whole. keeps_label: it was there already with another
    label than the one that came.
    """

    name: str
    photo: Photo | None = None
    is_duplicate: bool = False
    refusal: Refusal | None = None
    is_archive: bool = False
    is_left_out: bool = False
    keeps_label: bool = False


def marks(
    data_set: DataSet, path: PurePath, find_label: Callable[[str], Label | None] | None
) -> Marks:
    """What a data set says of one of its photos; parts whose label is not known are left out, and
    all that is about labels where none are wanted."""
    described = data_set.describe(path)
    if find_label is None:
        return Marks(capture=described.capture, split=described.split)
    parts = [(find_label(part.label), part.box) for part in data_set.parts_of(path)]
    known = tuple((label, box) for label, box in parts if label)
    return Marks(described.box, known, described.capture, described.split)


def open_batch(owner: User) -> Batch:
    return Batch.objects.create(owner=owner)


def accept(
    uploads: Iterable[tuple[SpooledUpload, Label | None]],
    owner: User,
    batch: Batch | None = None,
    marks: Mapping[str, Marks] | None = None,
) -> Iterator[Outcome]:
    """Store what can be stored, with the label that came with it; yield what became of each file.

    The generator does the work as it is read. Files are used up: moved, or deleted.
    marks: by the sha256 of the photos; it may be filled in while `uploads` is read.
    """
    iterator = iter(uploads)
    while True:
        chunk: list[tuple[SpooledUpload, Label | None]] = []
        try:
            chunk.extend(islice(iterator, CHUNK))  # keeps what came before an error
            if not chunk:
                return
            judged = [_judge(upload, owner) for upload, _ in chunk]
            outcomes = _store_what_fits(chunk, judged, owner, batch, marks or {})
        finally:
            for upload, _ in chunk:
                upload.discard()
        yield from outcomes


def _judge(upload: SpooledUpload, owner: User) -> PhotoProperties | Refusal:
    if upload.size > settings.ARK_MAX_UPLOAD_MB * MEGABYTE:
        return Refusal("too_large")
    try:
        return inspect(upload.path, settings.ARK_MAX_PIXELS, owner.pk)
    except UnreadablePhoto as error:
        return Refusal(error.code, kind=error.kind)
    except Busy:
        return Refusal("busy")


def _store_what_fits(
    chunk: list[tuple[SpooledUpload, Label | None]],
    judged: list[PhotoProperties | Refusal],
    owner: User,
    batch: Batch | None,
    marks: Mapping[str, Marks],
) -> list[Outcome]:
    """Try again with what is known by then: bytes that another request has stored meanwhile, or how
    much room is left."""
    no_room: quotas.NoRoom | None = None
    tries_left = _TRIES
    while True:
        tries_left -= 1
        try:
            return _store(chunk, judged, owner, batch, marks, no_room)
        except quotas.NoRoom as found:  # each time for fewer photos
            no_room = found
        except IntegrityError:
            if tries_left <= 0:
                raise


def _store(
    chunk: list[tuple[SpooledUpload, Label | None]],
    judged: list[PhotoProperties | Refusal],
    owner: User,
    batch: Batch | None,
    marks: Mapping[str, Marks],
    no_room: quotas.NoRoom | None,
) -> list[Outcome]:
    known = {photo.sha256: photo for photo in _known(owner, [upload.sha256 for upload, _ in chunk])}
    outcomes: list[Outcome] = []
    new: list[tuple[SpooledUpload, Photo]] = []
    labelled: list[Decision | Annotation] = []
    relabelled: dict[UUID, tuple[Label, Marks]] = {}
    turns = Turns(owner)
    left_bytes = no_room.left_bytes if no_room else None
    if any(label for _, label in chunk):  # a long import goes on while labels are merged
        tree = LabelTree()
        chunk = [(upload, label and tree.current(label)) for upload, label in chunk]
    for (upload, label), verdict in zip(chunk, judged, strict=True):
        said = marks.get(upload.sha256, NO_MARKS)
        if isinstance(verdict, Refusal):
            outcomes.append(Outcome(upload.name, refusal=verdict))
        elif photo := known.get(upload.sha256):
            outcomes.append(Outcome(upload.name, photo, is_duplicate=True))
            if label:
                relabelled[photo.id] = label, said
        elif no_room and left_bytes is not None and upload.size > left_bytes:
            refusal = Refusal(no_room.code, no_room.used_bytes, no_room.limit_bytes)
            outcomes.append(Outcome(upload.name, refusal=refusal))
        else:
            left_bytes = None if left_bytes is None else left_bytes - upload.size
            photo = known[upload.sha256] = _new_photo(upload, verdict, owner, batch, said)
            # The two rows point at each other; the database looks at that when all are in.
            photo.prediction = _pending(photo, verdict, turns)
            new.append((upload, photo))
            if label:
                labelled.append(labelling.label_new_upload(photo, label, owner, said.box))
                labelled += annotating.of_new_upload(photo, said.parts, owner)
            outcomes.append(Outcome(upload.name, photo))
    if new:
        _insert(_New(owner.pk, new, labelled))
    if relabelled:
        label_again(relabelled, owner)
    return outcomes


def _known(owner: User, digests: list[str]) -> Iterable[Photo]:
    """Those of the owner's photos that have these bytes."""
    if len(digests) == 1:  # nearly all uploads
        return _with_digest(owner.pk, digests[0])
    return Photo.objects.filter(owner=owner, sha256__in=digests).order_by()


def _pending(photo: Photo, verdict: PhotoProperties, turns: Turns) -> Prediction:
    weight = Weight.HEAVY if verdict.is_heavy else Weight.LIGHT
    return Prediction(photo=photo, weight=weight, turn=turns.take(verdict.cost_ms, weight))


def label_again(choices: Mapping[UUID, tuple[Label, Marks]], owner: User) -> None:
    """Label photos that are stored already, and came again with a label."""
    labels = {photo_id: label for photo_id, (label, _said) in choices.items()}
    boxes = {photo_id: said.box for photo_id, (_label, said) in choices.items() if said.box}
    labelling.label_repeated_uploads(labels, owner, boxes)
    for photo_id, (_label, said) in choices.items():
        for part_label, box in said.parts[: annotating.MOST]:
            with suppress(annotating.TooMany, Photo.DoesNotExist):
                annotating.annotate(photo_id, box, part_label, owner)


def _insert(new: _New) -> None:
    """Store rows and originals; if that fails, the uploads lie again where they lay before."""
    if bucket.is_used():  # to reach it takes longer than to commit, and goes on side by side
        _insert_together([new])
        is_ours = True
    else:
        is_ours = _commits.write(new)
    if is_ours:
        transaction.on_commit(wakeups.wake_predictor)
    tracing.accepted(photo.id for _upload, photo in new.photos)


def _insert_together(several: Sequence[_New]) -> None:
    """Those of several requests. In the order of their owners, whose profiles are locked."""
    photos = [pair for new in several for pair in new.photos]
    with of_photos.stored([(upload.path, photo) for upload, photo in photos]):
        for new in sorted(several, key=lambda new: new.owner_id):
            _insert_at_once(new)


_commits = GroupCommit(_insert_together)


def _insert_at_once(new: _New) -> None:
    """Nothing but writing: SQLite lets nobody else write meanwhile. Raises quotas.NoRoom."""
    photos = [photo for _upload, photo in new.photos]
    quotas.take(new.owner_id, sum(upload.size for upload, _photo in new.photos), len(photos))
    places.drop_if_asked(photos)
    insert(photos)
    insert([photo.prediction for photo in photos if photo.prediction])
    if new.labelled:
        decisions = [made for made in new.labelled if isinstance(made, Decision)]
        Decision.objects.bulk_create(decisions)
        happened.labels_decided(decisions)
        Annotation.objects.bulk_create([m for m in new.labelled if isinstance(m, Annotation)])


def _new_photo(
    upload: SpooledUpload,
    properties: PhotoProperties,
    owner: User,
    batch: Batch | None,
    said: Marks,
) -> Photo:
    photo = Photo(
        id=id_on_side(said.split),
        owner=owner,
        batch=batch,
        name=upload.name[-255:],
        sha256=upload.sha256,
        size_bytes=upload.size,
        format=properties.format,
        width=properties.width,
        height=properties.height,
    )
    said.capture.or_else(columns.of_file(properties.capture)).put_into(photo)
    return photo
