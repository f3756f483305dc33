"""What each person has stored, counted anew."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, Count, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from recognition.models import Profile
from recognition.storage import tables

PAGE = 100  # people at once, at most
MOST = 200_000  # photos of theirs that are counted at once, if they are not one person's


def count_anew(after_id: int) -> int | None:
    """Correct the counters of the next people; return the last one's id, or None after the last.

    The counters change with the rows, in the same transactions. So how far they are off, as one
    query sees it, stays true while uploads go on.
    """
    ids = _next_people(after_id)
    if not ids:
        return None
    with_profile = Profile.objects.filter(user__in=ids).values_list("user_id", flat=True)
    missing = [Profile(user_id=id_) for id_ in set(ids) - set(with_profile)]
    Profile.objects.bulk_create(missing, ignore_conflicts=True)
    counted = Profile.objects.filter(user__in=ids).annotate(
        off_bytes=_sum_of(Sum("size_bytes")) - F("stored_bytes"),
        off_photos=_sum_of(Count("id")) - F("stored_photos"),
    )
    for user_id, size_bytes, photos in counted.values_list("user_id", "off_bytes", "off_photos"):
        if size_bytes or photos:
            Profile.objects.filter(user=user_id).update(
                stored_bytes=F("stored_bytes") + int(size_bytes),
                stored_photos=F("stored_photos") + int(photos),
            )
    return ids[-1]


def _next_people(after_id: int) -> list[int]:
    """As many as have about MOST photos together, as far as is known."""
    people = User.objects.filter(id__gt=after_id).order_by("id")
    ids: list[int] = []
    photos = 0
    for user_id, stored in people.values_list("id", "profile__stored_photos")[:PAGE]:
        photos += stored or 0
        if ids and photos > MOST:
            break
        ids.append(user_id)
    return ids


def _sum_of(what: Sum | Count) -> Any:
    """Over all tables with originals, of the profile's owner."""
    total: Any = Value(0)
    for table in tables.everything():
        total = total + Coalesce(
            Subquery(_of_owner(table, what)), 0, output_field=BigIntegerField()
        )
    return total


def _of_owner(rows: QuerySet[Any], what: Sum | Count) -> QuerySet[Any]:
    of_owner = rows.filter(owner=OuterRef("user_id")).order_by().values("owner")
    return of_owner.annotate(total=what).values("total")
