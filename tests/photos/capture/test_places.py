"""Who knows where a photo was taken, and people who want no place kept."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.analysis import bursts
from recognition.core import jobs
from recognition.models import Job, Photo, RunState
from recognition.photos import deletion, intake, trash
from recognition.photos.capture import filling, places
from recognition.photos.capture.columns import place_of
from tests.support.exif import photo
from tests.support.files import arrived, picture


def take_in(owner: User, seed: int = 0) -> Photo:
    [outcome] = intake.accept([(arrived(photo(image=picture(seed=seed))), None)], owner)
    assert outcome.photo
    return Photo.objects.get(id=outcome.photo.id)


def test_the_owner_and_reviewers_know_it(uploader: User, reviewer: User, trainer: User) -> None:
    stored = take_in(uploader)
    assert places.shown_to(uploader, stored) == place_of(stored) is not None
    assert places.shown_to(reviewer, stored) == place_of(stored)
    assert places.shown_to(trainer, stored) is None


def test_who_drops_the_place_has_none_stored(uploader: User) -> None:
    places.set_dropped(uploader, True)
    stored = take_in(uploader)
    assert (place_of(stored), stored.camera) == (None, "Canon EOS R5")


def test_what_is_there_loses_its_place_and_others_keep_theirs(
    uploader: User, reviewer: User
) -> None:
    mine, others = take_in(uploader), take_in(reviewer)
    places.set_dropped(uploader, True)
    places.apply_asked()
    assert place_of(Photo.objects.get(id=mine.id)) is None
    assert place_of(Photo.objects.get(id=others.id)) is not None
    assert Job.objects.get().state == RunState.SUCCEEDED


def test_who_wants_places_again_gets_them_from_the_originals(uploader: User) -> None:
    places.set_dropped(uploader, True)
    stored = take_in(uploader)
    places.set_dropped(uploader, False)
    places.apply_asked()
    filling.fill_due(bursts.join_at_last)
    assert place_of(Photo.objects.get(id=stored.id)) is not None


def test_asked_twice_or_to_and_fro_what_holds_last_counts(uploader: User) -> None:
    stored = take_in(uploader)
    for is_dropped in (True, True, False, True):
        places.set_dropped(uploader, is_dropped)
    assert Job.objects.count() == 1
    places.apply_asked()
    assert place_of(Photo.objects.get(id=stored.id)) is None


def test_many_are_done_in_portions(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "CHUNK", 2)
    for seed in range(5):
        take_in(uploader, seed)
    places.set_dropped(uploader, True)
    places.apply_asked()
    assert not Photo.objects.exclude(latitude=None).exists()
    assert Job.objects.get().result["looked_at"] == 5


def test_the_job_is_seen_by_who_asked(uploader: User, reviewer: User) -> None:
    places.set_dropped(uploader, True)
    assert jobs.visible_to(uploader).exists()
    assert not jobs.visible_to(reviewer).exists()


def test_the_trash_keeps_no_place(uploader: User) -> None:
    stored = take_in(uploader)
    Photo.objects.update(event=stored.id)
    deletion.delete_photo(stored)
    trash.restore(stored.id, uploader)
    back = Photo.objects.get()
    assert (place_of(back), back.camera, back.event) == (None, "Canon EOS R5", stored.id)
    filling.fill_due(bursts.join_at_last)
    assert place_of(Photo.objects.get()) is not None
