"""A burst is shown once in the queue, and decided about at once."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from recognition.labels import labelling
from recognition.models import BulkDecision, Decision, Label, Photo, Via
from recognition.models.ids import time_ordered_uuid
from recognition.review import bursts, leases, queue
from recognition.review.cards import cards
from recognition.review.queue import Ordering
from tests.support.pages import client_of
from tests.support.rows import settled_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def other_reviewer(groups: None) -> User:
    user = User.objects.create_user("robin", is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewer"))
    return user


def burst(owner: User, photos: int) -> list[Photo]:
    event = time_ordered_uuid()
    return [settled_photo(owner, event=event) for _ in range(photos)]


def claim(reviewer: User, count: int = 10, **more: object) -> list[UUID]:
    return queue.claim(reviewer, Ordering.NEWEST, count, **more)


def labelled() -> set[UUID]:
    return set(Photo.objects.filter(label__isnull=False).values_list("id", flat=True))


def decide(reviewer: User, photo: UUID, also: list[UUID], decision: UUID | None = None) -> UUID:
    sent = {"decision": decision or uuid4(), "photo": photo, "label": "car", "seen": ""}
    sent["also"] = " ".join(str(each) for each in also)
    response = client_of(reviewer).post(reverse("review-decide"), sent)
    assert response.status_code == 200
    return sent["decision"]


def test_one_of_its_photos_stands_for_all(uploader: User, reviewer: User) -> None:
    photos, lone = burst(uploader, 4), settled_photo(uploader)
    claimed = claim(reviewer)
    assert len(claimed) == 2
    assert lone.id in claimed
    [card] = [card for card in cards(reviewer, claimed) if card.photo.event]
    assert {card.photo.id, *(mate.id for mate in card.burst)} == {photo.id for photo in photos}
    assert card.burst_size == 4


def test_nobody_else_gets_another_one_of_it_meanwhile(
    uploader: User, reviewer: User, other_reviewer: User
) -> None:
    burst(uploader, 3)
    assert len(claim(reviewer)) == 1
    assert claim(other_reviewer) == []


def test_what_is_held_or_put_off_stands_for_all(uploader: User, reviewer: User) -> None:
    burst(uploader, 3)
    [first] = claim(reviewer)
    assert claim(reviewer, known=[first]) == []
    leases.release(reviewer, [first])
    assert claim(reviewer, skipped=[first]) == []


def test_one_decision_labels_all_that_were_left_in(uploader: User, reviewer: User) -> None:
    one, two, three, apart = burst(uploader, 4)
    decide(reviewer, one.id, [two.id, three.id])
    assert labelled() == {one.id, two.id, three.id}
    assert claim(reviewer) == [apart.id]


def test_sent_twice_it_counts_once(uploader: User, reviewer: User) -> None:
    one, two = burst(uploader, 2)
    key = decide(reviewer, one.id, [two.id])
    decide(reviewer, one.id, [two.id], key)
    assert (Decision.objects.count(), BulkDecision.objects.get().photos) == (2, 1)


def test_to_undo_it_takes_all_of_it_back(uploader: User, reviewer: User) -> None:
    one, two, three = burst(uploader, 3)
    key = decide(reviewer, one.id, [two.id, three.id])
    for _ in range(2):
        response = client_of(reviewer).post(reverse("review-undo"), {"decision": key})
        assert response.status_code == 200
    assert labelled() == set()


def test_what_somebody_else_decided_meanwhile_stays(
    uploader: User, reviewer: User, other_reviewer: User
) -> None:
    one, two, three = burst(uploader, 3)
    dog = Label.objects.get(slug="dog")
    labelling.decide(two.id, dog, other_reviewer, Via.QUEUE)
    leases.take(other_reviewer, [three.id])
    decide(reviewer, one.id, [two.id, three.id])
    assert labelled() == {one.id, two.id}
    assert Photo.objects.get(id=two.id).label == dog


def test_photos_of_other_bursts_are_no_part_of_it(uploader: User, reviewer: User) -> None:
    one, two, other = *burst(uploader, 2), settled_photo(uploader)
    decide(reviewer, one.id, [two.id, other.id, *(photo.id for photo in burst(uploader, 2))])
    assert labelled() == {one.id, two.id}
    lone = settled_photo(uploader)
    decide(reviewer, other.id, [lone.id])
    assert lone.id not in labelled()


def test_a_grid_shows_it_as_one_and_one_by_one_if_asked(uploader: User, reviewer: User) -> None:
    photos, lone = burst(uploader, 3), settled_photo(uploader)
    page = client_of(reviewer).get("/admin/review/grid/")
    assert [len(shown.stack.photos) for shown in page.context["stacks"]] == [1, 3]
    stack, apart_at = page.context["stacks"][1].stack, page.context["stacks"][1].apart
    apart = client_of(reviewer).get(apart_at)
    assert len(apart.context["stacks"]) == 4
    sent = {"confirm": "yes", "keep": stack.value, "shown": [stack.value], "next": ""}
    client_of(reviewer).post("/admin/review/grid/", sent)
    assert labelled() == {photo.id for photo in photos} - {lone.id}


def test_as_many_as_a_card_shows_and_the_rest_comes_then(
    uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bursts, "MOST", 2)
    burst(uploader, 5)
    [first] = claim(reviewer)
    [card] = cards(reviewer, [first])
    decide(reviewer, first, [mate.id for mate in card.burst])
    assert len(labelled()) == 3
    [second] = claim(reviewer)
    assert len(cards(reviewer, [second])[0].burst) == 1
