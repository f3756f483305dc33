"""People of before: reviewers and trainers may enter, and what everybody stores is counted."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from recognition.models import Profile
from tests.support.rows import add_photo

people = import_module("recognition.migrations.0014_people")


def test_members_of_the_staffs_groups_are_staff(
    uploader: User, reviewer: User, trainer: User
) -> None:
    guest = User.objects.create_user("guest", is_staff=True)  # by hand, for whatever reason
    User.objects.exclude(pk=guest.pk).update(is_staff=False)
    for _ in range(2):
        people.make_staff(apps, None)
    staff = set(User.objects.filter(is_staff=True).values_list("username", flat=True))
    assert staff == {"rita", "tina", "guest"}


@pytest.mark.usefixtures("version")
def test_originals_are_counted_and_what_was_known_stays(
    uploader: User, other_uploader: User, reviewer: User
) -> None:
    for size_bytes in (5, 7):
        add_photo(uploader, size_bytes=size_bytes)
    add_photo(other_uploader, size_bytes=11)
    Profile.objects.create(user=uploader, quota_mb=3, stored_bytes=999)
    for _ in range(2):
        people.count_originals(apps, None)
    counted = Profile.objects.values_list("user__username", "stored_bytes", "stored_photos")
    assert set(counted) == {("ursula", 12, 2), ("oscar", 11, 1)}
    assert Profile.objects.get(user=uploader).quota_mb == 3
