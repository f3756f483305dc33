"""What is kept of a person beside Django's own table."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import F

from recognition.models import Profile


def of(user: User) -> Profile:
    return Profile.objects.get_or_create(user=user)[0]


def lock(user_id: int) -> None:
    """Until the transaction ends nobody else stores or removes this person's originals."""
    list(Profile.objects.select_for_update().filter(user=user_id).values_list("pk"))


def add_stored(owner_id: int, size_bytes: int, photos: int) -> None:
    """Originals came or, with negative numbers, went for good; in the caller's transaction."""
    added = {
        "stored_bytes": F("stored_bytes") + size_bytes,
        "stored_photos": F("stored_photos") + photos,
    }
    if not Profile.objects.filter(user=owner_id).update(**added):
        Profile.objects.create(user_id=owner_id, stored_bytes=size_bytes, stored_photos=photos)


def set_reviews_blind(user: User, wanted: bool) -> None:
    """Whether the review queue hides the network's answer from this person."""
    Profile.objects.update_or_create(user=user, defaults={"reviews_blind": wanted})
