"""The trash: what lies in it, restored or emptied.

A photo goes for good in three steps, each safe to repeat, so that no crash leaves a file behind or
brings back a photo that somebody wanted gone: the row is marked, the files are removed, the row is
deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from recognition.core import audit, jobs, steps, wakeups
from recognition.files import of_photos
from recognition.labels import remembered
from recognition.models import Job, Photo, Prediction, TrashedPhoto
from recognition.people import profiles
from recognition.photos.capture import places
from recognition.photos.orders.history import Cursor

CHUNK = 100  # photos a transaction, at most
AT_ONCE = 200  # photos that a request restores or removes itself
_MARKED = 2000  # rows a transaction that only marks them
_NAMED = 50  # photos that an event of the audit log names
COPIED = (  # from the one table to the other
    *("id", "owner_id", "batch_id", "name", "format", "sha256", "width", "height"),
    *("size_bytes", "created"),
)


class CannotRestore(Exception):
    """code: "uploaded_again" (the same bytes are there as another photo, which is `photo`), or
    "original_gone". row: what stays in the trash."""

    def __init__(self, code: str, row: TrashedPhoto, photo: Photo | None = None) -> None:
        super().__init__(code)
        self.code, self.row, self.photo = code, row, photo


class Restored(NamedTuple):
    """Which photos are back, and why others are not."""

    photos: list[Photo]
    refused: list[CannotRestore]


def visible_to(user: User, everybody: bool = False) -> QuerySet[TrashedPhoto]:
    """One's own, or everybody's for those who may delete them; newest first."""
    rows = TrashedPhoto.objects.filter(for_ever=None)
    if everybody and user.has_perm("recognition.delete_photo"):
        return rows
    return rows.filter(owner=user)


def behind(rows: QuerySet[TrashedPhoto], after: Cursor | None) -> QuerySet[TrashedPhoto]:
    """Those that come after this place, in their order."""
    if after is None or not isinstance(after.key, datetime):
        return rows.order_by("-trashed_at", "-id")
    older = Q(trashed_at__lt=after.key) | Q(id__lt=after.id)
    return rows.filter(older, trashed_at__lte=after.key).order_by("-trashed_at", "-id")


def expires(row: TrashedPhoto) -> datetime:
    """When it goes for good."""
    return row.trashed_at + timedelta(days=settings.ARK_TRASH_DAYS)


def days_left(row: TrashedPhoto) -> int:
    """A day that has begun counts."""
    left = expires(row) - timezone.now()
    return max(0, -(-left // timedelta(days=1)))


def restore(photo_id: UUID, by: User | None) -> Photo:
    """Bring a photo back as it was; it is predicted again. Done twice, it has no further effect.

    Raises TrashedPhoto.DoesNotExist and CannotRestore.
    """
    without = _without_original([photo_id])
    with transaction.atomic():
        transaction.on_commit(wakeups.wake_predictor)
        return _restore(photo_id, by, without)


def _without_original(photo_ids: Sequence[UUID]) -> set[UUID]:
    """To be asked before the transaction, for a bucket may take its time. What is there stays until
    the row says that it is to go for ever."""
    photos = [Photo(id=photo_id) for photo_id in photo_ids]
    sizes = of_photos.sizes(photos)
    pairs = zip(photos, sizes, strict=True)
    return {photo.id for photo, size in pairs if isinstance(size, FileNotFoundError)}


def _restore(photo_id: UUID, by: User | None, without_original: Collection[UUID]) -> Photo:
    row = TrashedPhoto.objects.select_for_update(of=("self",)).filter(id=photo_id).first()
    if row is None and (photo := Photo.objects.filter(id=photo_id).first()):
        return photo
    if row is None or row.for_ever:
        raise TrashedPhoto.DoesNotExist
    if same := Photo.objects.filter(owner=row.owner_id, sha256=row.sha256).first():
        raise CannotRestore("uploaded_again", row, same)
    if row.id in without_original:
        raise CannotRestore("original_gone", row)
    photo = _insert(row, by)
    row.delete()
    if by and by.id != row.owner_id:
        record(audit.Action.PHOTOS_RESTORED, by, [row])
    return photo


def restore_some(photo_ids: Iterable[UUID], by: User) -> Restored:
    """Restore these photos, a few hundred at most."""
    done = Restored([], [])
    for chunk in steps.chunks(sorted(photo_ids), CHUNK):
        without = _without_original(chunk)
        with transaction.atomic():
            back, refused = _restore_some(chunk, by, without)
        done.photos.extend(back)
        done.refused.extend(refused)
    return done


def restore_all(rows: QuerySet[TrashedPhoto], by: User, owner: User | None) -> Job | Restored:
    """Restore all of these rows, which are those of this owner if one is given, or else
    everybody's; if they are many, a job does it.

    Its parameters are {"owner": an id or null, "until": when it was asked for, "total"}; its result
    is {"after": the id of the last that was looked at, "looked_at", "restored"}.
    """
    ids = list(rows.values_list("id", flat=True)[: AT_ONCE + 1])
    if len(ids) <= AT_ONCE:
        return restore_some(ids, by)
    parameters = {
        "owner": owner and owner.id,
        "until": timezone.now().isoformat(),
        "total": rows.count(),
    }
    subject = str(owner.id) if owner else "everybody"
    with transaction.atomic():
        audit.record(audit.Action.PHOTOS_RESTORED, by, owner or "", photos=parameters["total"])
        return jobs.ask(Job.Kind.PHOTO_RESTORATION, by, subject, parameters=parameters)


def restore_asked() -> None:
    """The teacher's job."""
    steps.work_off(Job.Kind.PHOTO_RESTORATION, _step, CHUNK)


def delete_for_ever(rows: QuerySet[TrashedPhoto], by: User | None = None) -> int:
    """They are out of sight at once, and their files are removed in small steps; how many."""
    ids = list(rows.order_by("id").values_list("id", flat=True))
    for chunk in steps.chunks(ids, _MARKED):
        _mark(chunk, by)
    erase(ids)
    return len(ids)


def throw_away(rows: QuerySet[TrashedPhoto], by: User | None) -> int:
    """As `delete_for_ever`, but of many the teacher removes the files; for who waits for it."""
    ids = list(rows.order_by("id").values_list("id", flat=True))
    for chunk in steps.chunks(ids, _MARKED):
        _mark(chunk, by)
    erase(ids[:AT_ONCE])
    if len(ids) > AT_ONCE:
        wakeups.wake_teacher()
    return len(ids)


def empty_expired() -> None:
    """The teacher's job: remove what has lain in the trash for long enough, and what was to go for
    good when a process ended; a few hundred at a time, for it is called again soon."""
    before = timezone.now() - timedelta(days=settings.ARK_TRASH_DAYS)
    expired = TrashedPhoto.objects.filter(for_ever=None, trashed_at__lt=before)
    ids = list(expired.order_by("trashed_at").values_list("id", flat=True)[:AT_ONCE])
    if ids:
        _mark(ids, None)
    marked = TrashedPhoto.objects.filter(for_ever__isnull=False).order_by("for_ever", "id")
    if ids := list(marked.values_list("id", flat=True)[:AT_ONCE]):
        erase(ids)
        wakeups.wake_teacher()


def erase(photo_ids: Sequence[UUID]) -> None:
    """The files, and then the rows, of photos that are marked; not inside a transaction."""
    for chunk in steps.chunks(photo_ids, CHUNK):
        rows = list(TrashedPhoto.objects.filter(id__in=chunk, for_ever__isnull=False))
        of_photos.remove(rows)
        _forget([row.id for row in rows])


def record(action: audit.Action, by: User | None, rows: Collection[TrashedPhoto]) -> None:
    """Into the audit log: whose photos these were, and some of them by name."""
    owners = sorted({row.owner.get_username() for row in rows})
    named = [{"id": str(row.id), "name": row.name} for row in list(rows)[:_NAMED]]
    details: dict[str, Any] = {"photos": len(rows), "named": named}
    audit.record(action, by, ", ".join(owners), **details)


@transaction.atomic
def _mark(photo_ids: Sequence[UUID], by: User | None) -> None:
    rows = TrashedPhoto.objects.select_for_update(of=("self",)).order_by("id")
    marked = list(rows.filter(id__in=photo_ids, for_ever=None).defer("kept"))
    ids = [row.id for row in marked]
    TrashedPhoto.objects.filter(id__in=ids).update(for_ever=timezone.now())
    if marked:
        prefetch_owners(marked)
        record(audit.Action.PHOTOS_DELETED, by, marked)


def prefetch_owners(rows: Iterable[TrashedPhoto]) -> None:
    """One query for all of them."""
    rows = list(rows)
    owners = User.objects.in_bulk({row.owner_id for row in rows})
    for row in rows:
        row.owner = owners[row.owner_id]


@transaction.atomic
def _forget(photo_ids: Sequence[UUID]) -> None:
    rows = TrashedPhoto.objects.select_for_update(of=("self",)).filter(id__in=photo_ids)
    gone = list(rows.order_by("id").only("owner_id", "size_bytes"))
    sizes: dict[int, list[int]] = {}
    for row in gone:
        sizes.setdefault(row.owner_id, []).append(row.size_bytes)
    TrashedPhoto.objects.filter(id__in=[row.id for row in gone]).delete()
    for owner_id, bytes_ in sizes.items():
        profiles.add_stored(owner_id, -sum(bytes_), -len(bytes_))


def _step(job: Job, most: int) -> bool:
    result = {"after": str(UUID(int=0)), "looked_at": 0, "restored": 0, **job.result}
    until = datetime.fromisoformat(job.parameters["until"])
    left = TrashedPhoto.objects.filter(
        for_ever=None, trashed_at__lte=until, id__gt=UUID(result["after"])
    )
    if job.parameters["owner"]:
        left = left.filter(owner=job.parameters["owner"])
    ids = list(left.order_by("id").values_list("id", flat=True)[:most])
    looked_at = result["looked_at"] + len(ids)
    without = _without_original(ids)
    with transaction.atomic():
        steps.written(
            job,
            looked_at,
            job.parameters["total"],
            after=str(ids[-1]) if ids else result["after"],
            looked_at=looked_at,
            restored=result["restored"] + len(_restore_some(ids, job.by, without).photos),
        )
    return len(ids) == most


def _restore_some(
    photo_ids: Iterable[UUID], by: User | None, without_original: Collection[UUID]
) -> Restored:
    """Within a transaction."""
    transaction.on_commit(wakeups.wake_predictor)
    done = Restored([], [])
    for photo_id in photo_ids:
        try:
            done.photos.append(_restore(photo_id, by, without_original))
        except CannotRestore as refused:
            done.refused.append(refused)
        except TrashedPhoto.DoesNotExist:
            continue
    return done


def _insert(row: TrashedPhoto, by: User | None) -> Photo:
    photo = Photo(**{column: getattr(row, column) for column in COPIED})
    photo.capture_due = places.AGAIN
    remembered.bring_back(photo, row.kept)
    # The two rows point at each other; the database looks at that when all are in.
    photo.prediction = Prediction(photo=photo)
    Photo.objects.bulk_create([photo])
    Photo.objects.filter(id=photo.id).update(created=row.created)  # which is set when it is made
    photo.created = row.created
    Prediction.objects.bulk_create([photo.prediction])
    remembered.bring_back_rows(photo, row.kept, by)
    return photo
