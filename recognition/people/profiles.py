"""What is kept of a person beside Django's own table."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import F

from recognition.models import Profile


def of(user: User) -> Profile:
    return Profile.objects.get_or_create(user=user)[0]


def add_stored(owner_id: int, size_bytes: int, photos: int) -> None:
    """Originals came or, with negative numbers, went for good; in the caller's transaction."""
    changes = {
        "stored_bytes": F("stored_bytes") + size_bytes,
        "stored_photos": F("stored_photos") + photos,
    }
    if not Profile.objects.filter(user=owner_id).update(**changes):
        Profile.objects.create(user_id=owner_id, stored_bytes=size_bytes, stored_photos=photos)
