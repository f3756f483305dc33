"""Leases: a photo that a reviewer has in view goes to nobody else, until it is decided about, given
back, or its lease expires.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from recognition.models import Photo, ReviewLease

DURATION = timedelta(minutes=10)


def take(reviewer: User, photo_ids: Collection[UUID]) -> set[UUID]:
    """Lease these photos, or renew their leases; return those that this reviewer holds now.

    Expired leases are taken over by one UPDATE, and new ones are inserted in the order of their
    keys, so that two reviewers never wait for each other.
    """
    expires = now() + DURATION
    leases = ReviewLease.objects.filter(photo__in=photo_ids)
    with transaction.atomic():
        mine_or_expired = leases.filter(Q(reviewer=reviewer) | Q(expires__lte=now()))
        locked = mine_or_expired.select_for_update(skip_locked=True)
        keys = list(locked.values_list("photo_id", flat=True))
        ReviewLease.objects.filter(photo__in=keys).update(reviewer=reviewer, expires=expires)
    missing = set(photo_ids) - set(leases.values_list("photo_id", flat=True))
    there = Photo.objects.filter(id__in=missing).order_by("id").values_list("id", flat=True)
    with suppress(IntegrityError):  # a photo was deleted just now
        ReviewLease.objects.bulk_create(
            [ReviewLease(photo_id=key, reviewer=reviewer, expires=expires) for key in there],
            ignore_conflicts=True,
        )
    return set(leases.filter(reviewer=reviewer).values_list("photo_id", flat=True))


def release(reviewer: User, photo_ids: Collection[UUID]) -> None:
    """Give these photos back, so that others can get them."""
    ReviewLease.objects.filter(photo__in=photo_ids, reviewer=reviewer).delete()


def held_by_others(reviewer: User) -> QuerySet[ReviewLease, UUID]:
    """The ids of the photos that other reviewers hold."""
    leases = ReviewLease.objects.filter(expires__gt=now()).exclude(reviewer=reviewer)
    return leases.values_list("photo_id", flat=True)
