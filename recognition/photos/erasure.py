"""A person goes for good, with everything that is theirs.

First they are deactivated, and from then on nothing is stored for them. Then the teacher deletes,
in steps (`core.steps`): their photos, then what else points at them, at last their account. Killed
in the middle, it goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils import timezone

from recognition.core import audit, jobs, steps
from recognition.core.locks import lock_photos
from recognition.files import of_photos
from recognition.models import Job, Photo, Profile, TrashedPhoto
from recognition.people import activation, profiles, ranks
from recognition.people.authentication import sessions

PHOTOS_AT_ONCE = 50
ROWS_AT_ONCE = 500
_WITH_ORIGINALS: tuple[type[Any], ...] = (Photo, TrashedPhoto)  # whose rows have files


def ask(user: User, by: User | None) -> Job:
    """Deactivate a person, and have them deleted with all of their photos. Asked again, it returns
    the job that is at it. Raises ranks.NotAllowed."""
    with transaction.atomic():
        person = ranks.locked(user, by)
        activation.close(person, by)
        Profile.objects.filter(user=person).update(deletion_asked=timezone.now())
        photos = profiles.of(person).stored_photos  # those in the trash as well
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
    steps.work_off(Job.Kind.PERSON_DELETION, _step, ROWS_AT_ONCE)


def _step(job: Job, most: int) -> bool:
    person = User.objects.filter(pk=job.subject, profile__deletion_asked__isnull=False).first()
    if person is None:  # gone already, or needed again after all
        jobs.write(job, parameters={})
        return False
    for table in _WITH_ORIGINALS:
        # The newest first, along an index: by key, each step would sort all of the person's.
        newest = table._base_manager.filter(owner=person)
        if photos := list(newest[: min(most, PHOTOS_AT_ONCE)]):
            _delete_photos(job, table, photos)
            return True
    if any(_let_go(job, person, relation, most) for relation in _pointing_at_people()):
        return True
    _delete_account(job, person)
    return False


def _delete_photos(job: Job, table: type[Any], photos: list[Any]) -> None:
    """The files first: if this is broken off, the rows are there to tell what is left to do."""
    of_photos.remove(photos)
    with transaction.atomic():
        profiles.lock(photos[0].owner_id)
        rows = table._base_manager.filter(pk__in=[photo.pk for photo in photos])
        locked = lock_photos(rows) if table is Photo else list(rows.select_for_update())
        rows.filter(pk__in=[photo.pk for photo in locked]).delete()
        size_bytes = sum(photo.size_bytes for photo in locked)
        profiles.add_stored(photos[0].owner_id, -size_bytes, -len(locked))
        deleted = job.result.get("photos", 0) + len(locked)
        steps.written(job, deleted, job.parameters["photos"], photos=deleted)
    of_photos.remove_renditions(photos)  # one may have been drawn meanwhile


def _pointing_at_people() -> Iterator[ForeignObjectRel]:
    """What points at a user, in whichever table, but for what is deleted before or with them."""
    for relation in User._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        table = relation.related_model
        is_left = relation.field.name == "owner" and table in _WITH_ORIGINALS
        if not is_left and table is not Profile and not table._meta.auto_created:
            yield relation


def _let_go(job: Job, person: User, relation: ForeignObjectRel, most: int) -> bool:
    """Delete some of the rows that are the person's, or let them point at nobody. Whether there
    were any."""
    rows = relation.related_model._base_manager.filter(**{relation.field.name: person})
    if not rows.exists():  # to find that out takes no lock
        return False
    with transaction.atomic():
        locked = rows.select_for_update(of=("self",)).order_by("pk")
        keys = list(locked.values_list("pk", flat=True)[:most])
        some = relation.related_model._base_manager.filter(pk__in=keys)
        if relation.on_delete is models.CASCADE:
            some.delete()
        else:
            some.update(**{relation.field.name: None})
        jobs.write(job, attempts=1)
    return True


@transaction.atomic
def _delete_account(job: Job, person: User) -> None:
    by = job.by
    name, photos = person.get_username(), job.result.get("photos", 0)
    person.delete()
    audit.record(audit.Action.PERSON_DELETED, by, name, photos=photos)
    jobs.write(job, parameters={}, result={"photos": photos})
