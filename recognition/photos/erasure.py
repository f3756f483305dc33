"""A person goes for good, with everything that is theirs.

First they are deactivated, and from then on nothing is stored for them. Then the teacher deletes,
in small transactions with a pause after each, so that others' uploads are hardly held up: their
photos, then what else points at them, at last their account. Killed in the middle, it goes on where
it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils import timezone

from recognition.core import audit, jobs, wakeups
from recognition.core.locks import lock_photos
from recognition.models import Job, Photo, Profile, TrashedPhoto
from recognition.people import activation, profiles, ranks
from recognition.people.authentication import sessions
from recognition.photos import renditions

PHOTOS_AT_ONCE = 50
ROWS_AT_ONCE = 500
PAUSE_S = 0.05  # SQLite's waiting writers look again every 25 ms
_WITH_ORIGINALS: tuple[type[Any], ...] = (Photo, TrashedPhoto)  # whose rows have files
TURN_S = 20.0  # then the teacher's other work has its turn


def ask(user: User, by: User | None) -> Job:
    """Deactivate a person, and have them deleted with all of their photos. Asked again, it returns
    the job that is at it. Raises ranks.NotAllowed."""
    with transaction.atomic():
        person = ranks.locked(user, by)
        activation.close(person, by)
        Profile.objects.filter(user=person).update(deletion_asked=timezone.now())
        photos = Photo.objects.filter(owner=person).count()
        job = activation.deletion_of(person) or jobs.ask(
            Job.Kind.PERSON_DELETION,
            by,
            str(person.pk),
            parameters={"name": person.get_username(), "photos": photos},
        )
    sessions.end_everywhere(person, by)
    return job


def delete_asked() -> None:
    """The teacher's job."""
    until_s = time.monotonic() + TURN_S
    while job := jobs.claim(Job.Kind.PERSON_DELETION):
        with jobs.working(job):
            if not _delete(job, until_s):
                jobs.hand_on(job)
                wakeups.wake_teacher()
                return


def _delete(job: Job, until_s: float) -> bool:
    """Whether the person is gone; if not, the time is up."""
    person = User.objects.filter(pk=job.subject, profile__deletion_asked__isnull=False).first()
    if person is None:  # gone already, or needed again after all
        jobs.succeed(job, parameters={})
        return True
    for table in _WITH_ORIGINALS:
        own = table._base_manager.filter(owner=person).order_by("pk")
        while photos := list(own[:PHOTOS_AT_ONCE]):
            with _pause_after():
                _delete_photos(job, table, photos)
            if time.monotonic() > until_s:
                return False
    for relation in _pointing_at_people():
        if not _let_go(job, person, relation, until_s):
            return False
    _delete_account(job, person)
    return True


def _delete_photos(job: Job, table: type[Any], photos: list[Any]) -> None:
    """The files first: if this is broken off, the rows are there to tell what is left to do."""
    paths = [path for photo in photos for path in (photo.original_path, *renditions.paths(photo))]
    for path in paths:
        path.unlink(missing_ok=True)
    with transaction.atomic():
        profiles.lock(photos[0].owner_id)
        rows = table._base_manager.filter(pk__in=[photo.pk for photo in photos])
        locked = lock_photos(rows) if table is Photo else list(rows.select_for_update())
        rows.filter(pk__in=[photo.pk for photo in locked]).delete()
        size_bytes = sum(photo.size_bytes for photo in locked)
        profiles.add_stored(photos[0].owner_id, -size_bytes, -len(locked))
        deleted = job.result.get("photos", 0) + len(locked)
        progress = min(1.0, deleted / max(1, job.parameters["photos"]))
        # It goes on well: whatever kills the worker later begins to count anew.
        jobs.write(job, result={"photos": deleted}, progress=progress, attempts=1)
    job.result = {"photos": deleted}
    for path in paths:  # a picture may have been drawn meanwhile
        path.unlink(missing_ok=True)


def _pointing_at_people() -> Iterator[ForeignObjectRel]:
    """What points at a user, in whichever table, but for what is deleted before or with them."""
    for relation in User._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        table = relation.related_model
        is_left = relation.field.name == "owner" and table in _WITH_ORIGINALS
        if not is_left and table is not Profile and not table._meta.auto_created:
            yield relation


def _let_go(job: Job, person: User, relation: ForeignObjectRel, until_s: float) -> bool:
    """Delete the rows that are the person's, and let the others point at nobody. Whether all are
    done; if not, the time is up."""
    rows = relation.related_model._base_manager.filter(**{relation.field.name: person})
    last = None
    while True:
        left = rows.filter(pk__gt=last) if last else rows  # goes through the table once
        if not left.exists():  # to find that out takes no lock
            return True
        with _pause_after(), transaction.atomic():
            locked = left.select_for_update(of=("self",)).order_by("pk")
            keys = list(locked.values_list("pk", flat=True)[:ROWS_AT_ONCE])
            some = relation.related_model._base_manager.filter(pk__in=keys)
            if relation.on_delete is models.CASCADE:
                some.delete()
            else:
                some.update(**{relation.field.name: None})
            jobs.write(job, attempts=1)
        last = keys[-1] if keys else last
        if time.monotonic() > until_s:
            return False


@transaction.atomic
def _delete_account(job: Job, person: User) -> None:
    by = job.by
    name, photos = person.get_username(), job.result.get("photos", 0)
    person.delete()
    audit.record(audit.Action.PERSON_DELETED, by, name, photos=photos)
    jobs.succeed(job, parameters={}, result={"photos": photos})


@contextmanager
def _pause_after() -> Iterator[None]:
    """Others write for as long as this did."""
    began_s = time.monotonic()
    yield
    time.sleep(max(PAUSE_S, time.monotonic() - began_s))
