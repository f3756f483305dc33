"""Suspect labels: in the order of their scores, each with its evidence."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from recognition.core import redis_client
from recognition.labels import labelling
from recognition.models import Job, Label, Photo, RunState, Suspect, Via
from recognition.review import suspects
from recognition.review.suspects import Cursor
from tests.support.rows import give_label, settled_photo

pytestmark = pytest.mark.usefixtures("version")


def suspect(owner: User, by: User, score: float = 1.0, like: Photo | None = None) -> Photo:
    """A photo labelled dog that is rather a car."""
    photo = settled_photo(owner)
    give_label([photo], "dog", by)
    similar = [{"photo": str(like.id), "label": "car"}] if like else []
    Suspect.objects.create(
        photo=photo,
        label=Label.objects.get(slug="dog"),
        suggested=Label.objects.get(slug="car"),
        score=score,
        evidence={"given": 0.07, "suggested": 0.81, "similar": similar},
    )
    return photo


def photo_ids(page: suspects.Page) -> list[UUID]:
    return [card.photo.id for card in page.cards]


def test_the_highest_scores_come_first(uploader: User, reviewer: User) -> None:
    low, high = (suspect(uploader, reviewer, score) for score in (0.5, 2.0))
    assert photo_ids(suspects.page(reviewer)) == [high.id, low.id]


def test_pages_follow_one_another_where_scores_are_the_same(
    uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspects, "PAGE_SIZE", 2)
    photos = [suspect(uploader, reviewer) for _ in range(3)]
    first = suspects.page(reviewer)
    second = suspects.page(reviewer, first.next)
    assert photo_ids(first) + photo_ids(second) == sorted(photo.id for photo in photos)
    assert second.next is None


def test_a_card_shows_the_evidence(uploader: User, reviewer: User) -> None:
    like = settled_photo(uploader)
    photo = suspect(uploader, reviewer, like=like)
    card = suspects.card(reviewer, photo.id)
    assert (card.suggested.slug, card.given, card.likelier) == ("car", 0.07, 0.81)
    assert card.similar == [like]
    assert card.seen == photo.decisions.first().id


def test_a_photo_that_is_no_suspect_any_more_keeps_its_suggestion(
    uploader: User, reviewer: User
) -> None:
    photo = suspect(uploader, reviewer)
    car = Label.objects.get(slug="car")
    made = labelling.decide(photo.id, car, reviewer, Via.SUSPECTS)
    card = suspects.card(reviewer, photo.id, car)
    assert (card.suggested, card.given, card.seen) == (car, None, made.id)


def test_a_photo_that_is_gone_has_no_card(reviewer: User) -> None:
    assert suspects.card(reviewer, uuid4()) is None


def test_who_may_not_see_all_finds_only_their_own(
    uploader: User, other_uploader: User, reviewer: User
) -> None:
    theirs = suspect(other_uploader, reviewer)
    mine = suspect(uploader, reviewer)
    uploader.user_permissions.add(Permission.objects.get(codename="review"))
    assert photo_ids(suspects.page(uploader)) == [mine.id]
    assert suspects.card(uploader, theirs.id) is None


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = Cursor(1 / 3, uuid4())
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "1.5", "x_y", f"nan_{UUID(int=0).hex}", "1.5_" + "g" * 32])
def test_a_cursor_that_makes_no_sense_is_none(text: str) -> None:
    assert Cursor.parse(text) is None


def test_before_the_first_search_nothing_is_known() -> None:
    assert suspects.last_search() == suspects.LastSearch()


def test_the_last_search_is_read_from_its_job() -> None:
    begun = timezone.now()
    columns = {"kind": Job.Kind.SUSPECT_SEARCH, "result": {"photos": 7}}
    Job.objects.create(state=RunState.SUCCEEDED, started=begun, **columns)
    assert suspects.last_search() == suspects.LastSearch(begun, 7)


def test_a_search_that_failed_began_but_judged_nothing() -> None:
    begun = timezone.now()
    Job.objects.create(kind=Job.Kind.SUSPECT_SEARCH, state=RunState.FAILED, started=begun)
    assert suspects.last_search() == suspects.LastSearch(begun, 0)


def test_to_ask_for_a_search_wakes_the_analyst(
    django_capture_on_commit_callbacks: object, reviewer: User
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        suspects.ask_for_search(reviewer)
    assert suspects.last_search().is_asked_for
    assert redis_client.connection().llen("analyse") == 1
