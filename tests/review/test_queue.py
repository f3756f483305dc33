"""The review queue: what comes first, and that nobody gets what somebody else has before them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.utils import timezone

from recognition.core.counting import Counted
from recognition.labels import labelling
from recognition.labels.tree import LabelTree
from recognition.models import Decision, Label, ModelVersion, Photo, ReviewLease, State, Via
from recognition.people import roles
from recognition.review import leases, queue
from recognition.review.queue import Filters, Ordering
from tests.support.rows import add_photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _some_version(version: ModelVersion) -> None:
    pass


@pytest.fixture
def other_reviewer(groups: None) -> User:
    return _reviewer("robin")


def _reviewer(name: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewer"))
    return user


def _waiting(owner: User, margin: float = 0.5, said: str = "dog", **fields: Any) -> Photo:
    """A photo that the network has spoken about; with a label it is one that people have set."""
    top = [
        {"label": said, "confidence": (1 + margin) / 2},
        {"label": "neither", "confidence": (1 - margin) / 2},
    ]
    label = Label.objects.get(slug=said)
    spoken = {"state": State.DONE, "top": top, "label": label, "kind": label.kind}
    prediction = {f"prediction__{name}": value for name, value in spoken.items()}
    photo = add_photo(owner, **{**prediction, **fields})
    labelling.put_in_queue(photo.prediction, photo.label_id, LabelTree())
    photo.prediction.save()
    return photo


def test_the_least_certain_photos_come_first(reviewer: User) -> None:
    photos = [_waiting(reviewer, margin) for margin in (0.9, 0.1, 0.5)]
    claimed = queue.claim(reviewer, Ordering.MARGIN, 10)
    assert claimed == [photos[1].id, photos[2].id, photos[0].id]


def test_contradicted_labels_come_worst_first(reviewer: User) -> None:
    car, dog = (Label.objects.get(slug=slug) for slug in ("car", "dog"))
    mild = _waiting(reviewer, 0.2, label=car)
    bad = _waiting(reviewer, 0.9, label=car)
    _waiting(reviewer, 0.9, label=dog)  # the network agrees
    _waiting(reviewer, 0.9)  # nobody has labelled it
    assert queue.claim(reviewer, Ordering.DISAGREEMENT, 10) == [bad.id, mild.id]


def test_what_is_unlike_anything_labelled_comes_first(reviewer: User) -> None:
    photos = [_waiting(reviewer, prediction__novelty=novelty) for novelty in (0.1, 0.9, None)]
    assert queue.claim(reviewer, Ordering.NOVELTY, 10) == [photos[1].id, photos[0].id]


def test_the_newest_come_first(reviewer: User) -> None:
    photos = [_waiting(reviewer) for _ in range(3)]
    newest_first = [photo.id for photo in reversed(photos)]
    assert queue.claim(reviewer, Ordering.NEWEST, 10) == newest_first


def test_the_queue_can_be_narrowed(reviewer: User) -> None:
    _dog, car, taxi = (_waiting(reviewer, said=slug) for slug in ("dog", "car", "taxi"))
    vehicles = queue.claim(reviewer, Ordering.MARGIN, 10, filters=Filters(kind="vehicle"))
    assert set(vehicles) == {car.id, taxi.id}
    filters = Filters(label_id=Label.objects.get(slug="taxi").id)
    assert queue.claim(reviewer, Ordering.MARGIN, 10, filters=filters) == [taxi.id]
    assert queue.progress(Ordering.MARGIN, filters).remaining == Counted(1)


def test_what_is_decided_or_not_yet_predicted_is_not_in_the_queue(reviewer: User) -> None:
    add_photo(reviewer)
    photo = _waiting(reviewer)
    labelling.decide(photo.id, Label.objects.get(slug="dog"), reviewer, Via.QUEUE)
    assert queue.claim(reviewer, Ordering.MARGIN, 10) == []


def test_nobody_gets_what_somebody_else_has(reviewer: User, other_reviewer: User) -> None:
    photos = [_waiting(reviewer, margin) for margin in (0.1, 0.2)]
    assert queue.claim(reviewer, Ordering.MARGIN, 1) == [photos[0].id]
    assert queue.claim(other_reviewer, Ordering.MARGIN, 10) == [photos[1].id]
    assert leases.held_by_others(reviewer).count() == 1


def test_a_lease_that_expired_is_taken_over(reviewer: User, other_reviewer: User) -> None:
    photo = _waiting(reviewer)
    queue.claim(reviewer, Ordering.MARGIN, 1)
    _expire_leases()
    assert queue.claim(other_reviewer, Ordering.MARGIN, 1) == [photo.id]
    assert leases.take(reviewer, [photo.id]) == set()


def test_who_is_at_work_keeps_their_photos(reviewer: User, other_reviewer: User) -> None:
    photo = _waiting(reviewer)
    queue.claim(reviewer, Ordering.MARGIN, 1)
    _expire_leases()
    assert leases.take(reviewer, [photo.id]) == {photo.id}
    assert queue.claim(other_reviewer, Ordering.MARGIN, 1) == []


def test_a_page_that_is_loaded_again_gets_its_photos_again(reviewer: User) -> None:
    photo = _waiting(reviewer)
    assert queue.claim(reviewer, Ordering.MARGIN, 1) == [photo.id]
    assert queue.claim(reviewer, Ordering.MARGIN, 1) == [photo.id]


def test_known_and_skipped_photos_are_not_handed_out(reviewer: User, other_reviewer: User) -> None:
    photos = [_waiting(reviewer, margin).id for margin in (0.1, 0.2, 0.3)]
    claimed = queue.claim(reviewer, Ordering.MARGIN, 10, known=photos[:1], skipped=photos[1:2])
    assert claimed == photos[2:]
    leases.release(reviewer, [photos[2]])
    assert set(queue.claim(other_reviewer, Ordering.MARGIN, 10)) == set(photos)


def test_a_photo_without_its_prediction_does_no_harm(reviewer: User) -> None:
    photo, other = _waiting(reviewer, 0.1), _waiting(reviewer, 0.2)
    photo.prediction.delete()
    assert queue.claim(reviewer, Ordering.MARGIN, 10) == [other.id]


def test_near_duplicates_do_not_follow_one_another(reviewer: User) -> None:
    group = uuid4()
    same = [_waiting(reviewer, margin, group=group).id for margin in (0.1, 0.11, 0.12)]
    others = [_waiting(reviewer, margin).id for margin in (0.3, 0.4)]
    assert queue.claim(reviewer, Ordering.MARGIN, 3) == [same[0], *others]


def test_near_duplicates_of_what_anybody_just_decided_are_put_off(
    reviewer: User, other_reviewer: User
) -> None:
    group = uuid4()
    decided, same = (_waiting(reviewer, 0.1, group=group) for _ in range(2))
    other = _waiting(reviewer, 0.9)
    labelling.decide(decided.id, Label.objects.get(slug="dog"), other_reviewer, Via.QUEUE)
    assert queue.claim(reviewer, Ordering.MARGIN, 1) == [other.id]
    assert queue.claim(reviewer, Ordering.MARGIN, 2) == [other.id, same.id]  # nothing else is left


def test_who_may_not_see_all_reviews_their_own(reviewer: User) -> None:
    owner = User.objects.create_user("olga", is_staff=True)
    owner.user_permissions.add(Permission.objects.get(codename="review"))
    own, _others = _waiting(owner, 0.9), _waiting(reviewer, 0.1)
    assert queue.claim(owner, Ordering.MARGIN, 10) == [own.id]


def test_progress_says_what_remains_and_how_much_is_labelled(reviewer: User) -> None:
    photos = [_waiting(reviewer) for _ in range(4)]
    labelling.decide(photos[0].id, Label.objects.get(slug="dog"), reviewer, Via.QUEUE)
    progress = queue.progress(Ordering.MARGIN)
    assert (progress.remaining, progress.labelled) == (Counted(3), 0.25)


def _expire_leases() -> None:
    ReviewLease.objects.update(expires=timezone.now() - timedelta(seconds=1))


def _at_once(act: Callable[[User], Any], people: list[User]) -> list[Any]:
    """Everybody starts at the same instant, each with a connection of their own."""
    barrier = Barrier(len(people))

    def start(person: User) -> Any:
        barrier.wait()
        try:
            return act(person)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(start, people))


@pytest.fixture
def two_reviewers(transactional_db: None) -> list[User]:
    roles.ensure_groups()
    return [_reviewer("rosa"), _reviewer("rolf")]


@pytest.mark.django_db(transaction=True)
def test_who_claims_at_the_same_instant_gets_other_photos(two_reviewers: list[User]) -> None:
    for _ in range(20):
        _waiting(two_reviewers[0])
    mine, theirs = _at_once(lambda person: queue.claim(person, Ordering.MARGIN, 10), two_reviewers)
    assert len(mine) == len(theirs) == 10
    assert not set(mine) & set(theirs)


@pytest.mark.django_db(transaction=True)
def test_expired_leases_are_taken_over_by_one_of_those_who_try(two_reviewers: list[User]) -> None:
    owner = _reviewer("rudi")
    photos = [_waiting(owner).id for _ in range(10)]
    queue.claim(owner, Ordering.MARGIN, 10)
    _expire_leases()
    mine, theirs = _at_once(lambda person: leases.take(person, photos), two_reviewers)
    assert not mine & theirs
    assert mine | theirs == set(photos)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_share_a_hundred_photos_without_overlap_or_loss(
    two_reviewers: list[User],
) -> None:
    photos = {_waiting(two_reviewers[0], number / 100).id for number in range(100)}
    dog = Label.objects.get(slug="dog")

    def work(person: User) -> list[UUID]:
        done: list[UUID] = []
        while claimed := queue.claim(person, Ordering.MARGIN, 10):
            for photo_id in claimed:
                labelling.decide(photo_id, dog, person, Via.QUEUE, seen=labelling.Seen(None))
            done += claimed
        return done

    mine, theirs = _at_once(work, two_reviewers)
    assert sorted([*mine, *theirs]) == sorted(photos)
    assert Decision.objects.count() == Photo.objects.filter(label=dog).count() == 100
