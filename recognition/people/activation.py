"""Whether somebody may come in at all."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from recognition.core import audit, jobs
from recognition.models import Job, Profile
from recognition.people import invitations, profiles, ranks, tokens
from recognition.people.authentication import sessions


def deactivate(user: User, by: User | None) -> None:
    """Sign a person out everywhere, for good: their sessions and tokens end, what they are
    uploading is refused. Their photos stay. Safe to do again. Raises ranks.NotAllowed."""
    with transaction.atomic():
        person = ranks.locked(user, by)
        close(person, by)
    sessions.end_everywhere(person, by)


def close(person: User, by: User | None) -> None:
    """As above, in the caller's transaction, of a person that is `ranks.locked`; the sessions are
    useless from now on, and are left to be deleted."""
    ranks.keep_an_administrator(person)
    profiles.of(person)
    profiles.lock(person.pk)  # waits for uploads on their way
    tokens.revoke_all(person, by)
    invitations.revoke_of(person, by)
    if person.is_active:
        person.is_active = False
        person.save(update_fields=["is_active"])
        audit.record(audit.Action.PERSON_DEACTIVATED, by, person)


def reactivate(user: User, by: User | None) -> None:
    """Let a person sign in again, with the password they had. Raises ranks.NotAllowed."""
    with transaction.atomic():
        person = ranks.locked(user, by)
        if deletion_of(person):
            raise ranks.NotAllowed("being_deleted")
        Profile.objects.filter(user=person).update(deletion_asked=None)
        if not person.is_active:
            person.is_active = True
            person.save(update_fields=["is_active"])
            audit.record(audit.Action.PERSON_CHANGED, by, person, active=True)


def deletion_of(person: User) -> Job | None:
    """The job that deletes this person (`recognition.photos.erasure`), if it is not over."""
    wanted = Job.objects.filter(kind=Job.Kind.PERSON_DELETION, subject=str(person.pk))
    return wanted.filter(state__in=jobs.OPEN).first()
