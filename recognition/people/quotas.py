"""How much each person may store, and all together: ARK_QUOTA_MB, ARK_STORAGE_MB, and what an
administrator has set for one person. What lies in the trash counts."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Sum

from recognition.core import audit, locks
from recognition.models import Profile
from recognition.people import profiles, ranks

MEGABYTE = 1024 * 1024
_HUGE = 2**62  # bytes
# In SQL because nobody else may write to SQLite meanwhile: Django takes 0.6 ms to put such a
# statement together, twice as long as it takes to store the photo's rows.
_COUNT_IF_THERE_IS_ROOM = """
UPDATE recognition_profile
SET stored_bytes = stored_bytes + %s, stored_photos = stored_photos + %s
WHERE user_id = %s AND deletion_asked IS NULL
AND (quota_mb = 0 OR stored_bytes + %s <= COALESCE(CAST(quota_mb AS bigint) * %s, %s))
AND EXISTS (SELECT 1 FROM auth_user WHERE id = user_id AND is_active)
"""


class Usage(NamedTuple):
    """limit_bytes: 0 if there is none."""

    used_bytes: int
    limit_bytes: int
    photos: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, self.used_bytes / self.limit_bytes) if self.limit_bytes else 0.0

    @property
    def is_short(self) -> bool:
        return self.share >= 0.9


class NoRoom(Exception):
    """code: a key of `recognition.photos.refusals`. left_bytes: what could still be stored."""

    def __init__(self, code: str, used_bytes: int = 0, limit_bytes: int = 0) -> None:
        super().__init__(code)
        self.code, self.used_bytes, self.limit_bytes = code, used_bytes, limit_bytes
        self.left_bytes = max(0, limit_bytes - used_bytes)


def usage(user: User) -> Usage:
    return usage_of(Profile.objects.filter(user=user).first())


def usage_of(profile: Profile | None) -> Usage:
    profile = profile or Profile()
    return Usage(profile.stored_bytes, limit_bytes(profile), profile.stored_photos)


def limit_bytes(profile: Profile) -> int:
    """0: none."""
    quota_mb = settings.ARK_QUOTA_MB if profile.quota_mb is None else profile.quota_mb
    return quota_mb * MEGABYTE


def usage_in_all() -> Usage:
    sums = Profile.objects.aggregate(bytes=Sum("stored_bytes"), photos=Sum("stored_photos"))
    return Usage(sums["bytes"] or 0, settings.ARK_STORAGE_MB * MEGABYTE, sums["photos"] or 0)


def take(owner_id: int, size_bytes: int, photos: int) -> None:
    """Count originals that are about to be stored, in the transaction that stores them: its first
    statement, so that two uploads of one owner come one after the other.

    Raises NoRoom if there is no room for all of them, or if the owner may store nothing any more.
    """
    _check_storage(size_bytes)
    by_setting = settings.ARK_QUOTA_MB * MEGABYTE or _HUGE
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT_IF_THERE_IS_ROOM,
            [size_bytes, photos, owner_id, size_bytes, MEGABYTE, by_setting],
        )
        is_counted = cursor.rowcount > 0
    if not is_counted:
        _explain(owner_id, size_bytes)
        profiles.add_stored(owner_id, size_bytes, photos)


def set_quota(user: User, quota_mb: int | None, by: User | None) -> None:
    """quota_mb: None as the settings say, 0 without a limit. Raises ranks.NotAllowed."""
    with transaction.atomic():
        person = ranks.locked(user, by)
        profile = profiles.of(person)
        if profile.quota_mb != quota_mb:
            Profile.objects.filter(user=person).update(quota_mb=quota_mb)
            audit.record(audit.Action.PERSON_CHANGED, by, person, quota_mb=quota_mb)


def _check_storage(size_bytes: int) -> None:
    limit = settings.ARK_STORAGE_MB * MEGABYTE
    if not limit:
        return
    locks.lock_storage()
    used = usage_in_all().used_bytes
    if used + size_bytes > limit:
        raise NoRoom("storage_quota_exceeded", used, limit)


def _explain(owner_id: int, size_bytes: int) -> None:
    """Raise NoRoom, unless there is room and only the profile was missing or has changed."""
    if not User.objects.filter(pk=owner_id, is_active=True).exists():
        raise NoRoom("account_closed")
    Profile.objects.get_or_create(user_id=owner_id)
    profile = Profile.objects.select_for_update().get(user=owner_id)
    if profile.deletion_asked:
        raise NoRoom("account_closed")
    limit = limit_bytes(profile)
    if limit and profile.stored_bytes + size_bytes > limit:
        raise NoRoom("quota_exceeded", profile.stored_bytes, limit)
