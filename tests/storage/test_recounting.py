"""What each person has stored, counted anew."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.models import Profile
from recognition.people import profiles
from recognition.storage import recounting
from tests.support.rows import predicted_photo


def people(*stored: int) -> list[User]:
    made = [User.objects.create_user(f"person{number}") for number, _ in enumerate(stored)]
    for person, photos in zip(made, stored, strict=True):
        profiles.add_stored(person.pk, 0, photos)
    return made


@pytest.mark.django_db
def test_who_has_very_many_photos_is_counted_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "MOST", 10)
    first, second, many, last = people(4, 5, 1000, 1)
    ends = []
    after: int | None = first.pk - 1
    while (after := recounting.count_anew(after or 0)) is not None:
        ends.append(after)
    assert ends == [second.pk, many.pk, last.pk]


@pytest.mark.django_db
@pytest.mark.usefixtures("version")
def test_a_wrong_counter_is_put_right(uploader: User) -> None:
    photo = predicted_photo(uploader, "dog", 0.9)
    profiles.add_stored(uploader.pk, 0, 1000)
    recounting.count_anew(uploader.pk - 1)
    profile = Profile.objects.get(user=uploader)
    assert (profile.stored_photos, profile.stored_bytes) == (1, photo.size_bytes)
