"""Where photos were taken: who may know it, and people who want no place kept.

Who drops the place has none stored from then on, and none told: a job empties the columns of what
is there. Its originals stay as they are, byte for byte, and so does the place in them; what leaves
Ark leaves without (`leaving.py`). Who wants places again has them read from the originals.

The job's parameters are {"owner": an id, "total"}; its result is {"after": the id of the last photo
that was looked at, "looked_at"}.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction

from recognition.core import jobs, steps, wakeups
from recognition.models import Job, Photo, Profile
from recognition.people import profiles
from recognition.photos.capture.columns import Place, place_of

CHUNK = 500  # photos a transaction, at most
UNSEEN, AGAIN = 1, 2  # in `capture_due`: nothing is known, or only the place is to be read


def shown_to(user: User | AnonymousUser, photo: Photo) -> Place | None:
    """The owner and reviewers know it, nobody else."""
    return place_of(photo) if user.pk == photo.owner_id or may_see_all(user) else None


def may_see_all(user: User | AnonymousUser) -> bool:
    return user.has_perm("recognition.review")


def are_dropped(user_id: int) -> bool:
    return Profile.objects.filter(user=user_id, drop_place=True).exists()


def drop_if_asked(photos: Collection[Photo]) -> None:
    """Of new photos of one owner, in the transaction that stores them and holds the profile."""
    placed = [photo for photo in photos if place_of(photo)]
    if placed and are_dropped(placed[0].owner_id):
        for photo in placed:
            photo.latitude = photo.longitude = None


@transaction.atomic
def set_dropped(user: User, is_dropped: bool) -> None:
    """Done twice, it has no further effect."""
    profiles.of(user)
    changed = Profile.objects.filter(user=user, drop_place=not is_dropped)
    if changed.update(drop_place=is_dropped):
        total = Photo.objects.filter(owner=user).count()
        parameters = {"owner": user.pk, "total": total}
        jobs.ask(Job.Kind.PLACES, user, str(user.pk), parameters=parameters)


def apply_asked() -> None:
    """The teacher's job."""
    steps.work_off(Job.Kind.PLACES, _step, CHUNK)


@transaction.atomic
def _step(job: Job, most: int) -> bool:
    """What holds now is what counts, should somebody have changed their mind meanwhile."""
    result = {"after": str(UUID(int=0)), "looked_at": 0, **job.result}
    owner = job.parameters["owner"]
    rest = Photo.objects.filter(owner=owner, id__gt=UUID(result["after"])).order_by("id")
    ids = list(rest.values_list("id", flat=True)[:most])
    locked = Photo.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id")
    there = list(locked.values_list("id", flat=True))
    photos = Photo.objects.filter(id__in=there)
    if are_dropped(owner):
        photos.exclude(latitude=None, longitude=None).update(latitude=None, longitude=None)
    else:
        photos.filter(latitude=None, capture_due=None).update(capture_due=AGAIN)
        transaction.on_commit(wakeups.wake_analyst)
    looked_at = result["looked_at"] + len(ids)
    after = str(ids[-1]) if ids else result["after"]
    steps.written(job, looked_at, job.parameters["total"], after=after, looked_at=looked_at)
    return len(ids) == most
