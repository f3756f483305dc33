"""The accuracy promise: seen by reviewers, changed by who may, explained at every stage."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from recognition.analysis import acceptance
from recognition.labels.labelling import decide_many
from recognition.models import Label, Prediction, Promise, Report, Review, Via
from recognition.review import promise
from recognition.review.thresholds import needed
from tests.support.rows import add_photo

PAGE = "/admin/review/promise/"
CHANGE = PAGE + "change/"
ON = {"active": "on", "target": "0.95", "check_rate": "0.1"}


@pytest.fixture
def evidence(uploader: User, reviewer: User) -> None:
    """Enough dogs were reviewed, and rightly predicted, for a threshold of their own."""
    dog = Label.objects.get(slug="dog")
    photos = [
        add_photo(
            uploader, prediction__state="done", prediction__label=dog, prediction__confidence=0.96
        )
        for _ in range(needed(0.95))
    ]
    decide_many({photo.id: dog for photo in photos}, reviewer, Via.GRID)
    acceptance.apply_promise()


def text_of(client: Client, **query: str) -> str:
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_before_anything_was_counted_the_page_says_so(as_reviewer: Client) -> None:
    assert "has not counted the reviewed photos yet" in text_of(as_reviewer)


def test_without_reviewed_photos_the_page_says_how_many_it_takes(as_reviewer: Client) -> None:
    acceptance.apply_promise()
    assert f"It takes {needed(0.98)} reviewed photos" in text_of(as_reviewer)
    assert f"It takes {needed(0.9)} reviewed photos" in text_of(as_reviewer, target="0.9")


@pytest.mark.usefixtures("evidence")
def test_a_target_is_tried_without_being_set(as_reviewer: Client) -> None:
    text = text_of(as_reviewer, target="0.95")
    assert "100 of 100 uploads" in text
    assert "95 %" in text.replace("\u00a0", " ")
    row = as_reviewer.get(PAGE, {"target": "0.95"}).context["lines"][0]["row"]
    assert (row.label.slug, row.reviewed, row.missing) == ("dog", needed(0.95), 0)
    assert not promise.settings().active
    more = needed(0.99) - needed(0.95)
    assert f"{more} more reviewed photos, and something" in text_of(as_reviewer, target="0.99")


@pytest.mark.parametrize("target", ["", "0.5", "nonsense", "nan", "1e400", "\x00", "0.95" * 99])
def test_a_target_that_makes_no_sense_is_the_one_that_is_set(
    as_reviewer: Client, target: str
) -> None:
    assert as_reviewer.get(PAGE, {"target": target}).context["target"] == 0.98


@pytest.mark.usefixtures("evidence")
def test_the_promise_is_switched_on_and_off(as_reviewer: Client, reviewer: User) -> None:
    as_reviewer.post(CHANGE, ON)
    now = Promise.objects.get()
    assert (now.active, now.target, now.check_rate) == (True, 0.95, 0.1)
    assert now.changed_by == reviewer
    assert "Switch off" in text_of(as_reviewer)
    as_reviewer.post(CHANGE, {**ON, "active": ""})
    assert not Promise.objects.get().active


def test_what_cannot_be_kept_is_not_switched_on(as_reviewer: Client) -> None:
    assert 'name="active"' not in text_of(as_reviewer)
    told = as_reviewer.post(CHANGE, ON, follow=True).content.decode()
    assert "cannot be promised yet" in told
    assert "Switched on" not in told
    assert not Promise.objects.exists()


@pytest.mark.usefixtures("evidence")
def test_one_that_holds_no_more_is_not_said_to_be_on(as_reviewer: Client, reviewer: User) -> None:
    as_reviewer.post(CHANGE, ON)
    assert "Promised: 95" in text_of(as_reviewer)
    Report.objects.update(data={"evidence": []})
    text = text_of(as_reviewer)
    assert "Promised" not in text
    assert "cannot be promised yet: nothing more is accepted" in text
    as_reviewer.post(CHANGE, {**ON, "check_rate": "0.2"})
    assert Promise.objects.get().check_rate == 0.2, "what is checked may change all the same"
    as_reviewer.post(CHANGE, {**ON, "active": ""})
    assert not Promise.objects.get().active


@pytest.mark.parametrize("field", ["target", "check_rate"])
@pytest.mark.parametrize("value", ["", "2", "-1", "nan", "nonsense"])
def test_what_is_not_offered_changes_nothing(as_reviewer: Client, field: str, value: str) -> None:
    response = as_reviewer.post(CHANGE, {**ON, field: value}, follow=True)
    assert response.status_code == 200
    assert "from the lists" in response.content.decode()
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    ("checked", "right", "sentence"),
    [
        (0, 0, "Nobody has checked any of them yet"),
        (20, 20, "nothing speaks against the promise"),
        (500, 500, "The promise is kept"),
        (100, 80, "The promise is broken"),
    ],
)
def test_the_page_says_whether_the_promise_is_kept(
    as_reviewer: Client, checked: int, right: int, sentence: str
) -> None:
    counts = {"accepted": 1000, "checked": checked, "right": right}
    Report.objects.create(name="promise", data={"checks": counts})
    assert sentence in text_of(as_reviewer)


@pytest.mark.usefixtures("evidence")
def test_the_page_takes_few_queries(
    as_reviewer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(16):
        text_of(as_reviewer)


# Rights

DOORS = [("get", PAGE), ("post", CHANGE)]


@pytest.mark.parametrize(("method", "door"), DOORS)
def test_uploaders_and_strangers_stay_outside(
    method: str, door: str, client: Client, uploader: User
) -> None:
    for _ in range(2):  # a stranger, then an uploader
        response = getattr(client, method)(door, ON)
        assert response.status_code == 302
        assert "/login/" in response["Location"]
        client.force_login(uploader, "django.contrib.auth.backends.ModelBackend")
    assert not Promise.objects.exists()


def staff(client: Client, *permissions: str) -> None:
    user = User.objects.create_user("stan", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")


@pytest.mark.parametrize(("method", "door"), DOORS)
def test_staff_without_the_permission_are_refused(method: str, door: str, client: Client) -> None:
    staff(client, "change_promise")
    assert getattr(client, method)(door, ON).status_code == 403


def test_a_reviewer_who_may_not_change_the_promise_sees_it(client: Client) -> None:
    staff(client, "review")
    assert "Switch on" not in text_of(client)
    assert client.post(CHANGE, ON).status_code == 403
    assert not Promise.objects.exists()


def test_the_page_cannot_be_posted_to_nor_the_change_asked_for(as_reviewer: Client) -> None:
    assert as_reviewer.post(PAGE).status_code == 405
    assert as_reviewer.get(CHANGE).status_code == 405


@pytest.mark.usefixtures("evidence")
def test_what_the_machine_accepts_is_marked(as_reviewer: Client, uploader: User) -> None:
    dog = Label.objects.get(slug="dog")
    photo = add_photo(
        uploader,
        prediction__state="done",
        prediction__label=dog,
        prediction__confidence=0.97,
        prediction__review=Review.WAITING,
    )
    as_reviewer.post(CHANGE, ON)
    acceptance.apply_promise()
    assert Prediction.objects.get(photo=photo).accepted
