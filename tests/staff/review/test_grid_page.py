"""Many at once: a grid that is confirmed, relabelled and undone as one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from recognition.labels import labelling
from recognition.models import (
    Batch,
    BulkDecision,
    Decision,
    Label,
    Photo,
    Prediction,
    Review,
    ReviewLease,
    Via,
)
from recognition.photos.orders import history
from recognition.review.bulk import Snapshot
from tests.support.pages import done, text
from tests.support.rows import add_photo

GRID = "/admin/review/grid/"


def waiting(owner: User, slug: str = "dog", confidence: float = 0.9, **fields: Any) -> Photo:
    """A photo that the network calls so, and that nobody has reviewed."""
    recognised = done(slug, confidence, review=Review.WAITING, margin=0.5)
    return add_photo(owner, **{**recognised, **fields})


def names(response: HttpResponse) -> list[str]:
    return [tile.photo.name for tile in response.context["tiles"]]


def snapshots(*photos: Photo) -> list[str]:
    return [str(Snapshot.of(Photo.objects.get(id=photo.id))) for photo in photos]


def confirm(client: Client, shown: list[str], keep: list[str], **more: str) -> HttpResponse:
    body = {"confirm": "yes", "shown": shown, "keep": keep, **more}
    return client.post(GRID, body, follow=True)


def relabel(client: Client, shown: list[str], keep: list[str], label: str) -> HttpResponse:
    body = {"relabel": "yes", "shown": shown, "keep": keep, "label": label}
    return client.post(GRID, body, follow=True)


def labels() -> dict[str, str | None]:
    return dict(Photo.objects.values_list("name", "label__slug"))


@pytest.fixture
def four(uploader: User) -> list[Photo]:
    return [waiting(uploader, name=f"{number}.jpg") for number in range(4)]


def test_what_waits_is_shown_newest_first(as_reviewer: Client, uploader: User) -> None:
    waiting(uploader, name="old")
    waiting(uploader, name="new")
    add_photo(uploader, name="reviewed", **done("dog"))
    add_photo(uploader, name="unknown")
    assert names(as_reviewer.get(GRID)) == ["new", "old"]


def test_of_one_predicted_label_the_surest_come_first(as_reviewer: Client, uploader: User) -> None:
    for confidence in (0.7, 0.99, 0.8):
        waiting(uploader, name=str(confidence), confidence=confidence)
    waiting(uploader, "car")
    assert names(as_reviewer.get(GRID, {"predicted": "dog"})) == ["0.99", "0.8", "0.7"]


def test_a_batch_without_photos_is_not_offered(as_reviewer: Client, uploader: User) -> None:
    batch, _empty = (Batch.objects.create(owner=uploader) for _ in range(2))
    waiting(uploader, batch=batch)
    assert as_reviewer.get(GRID).context["batches"] == [batch]


def test_of_one_batch_the_surest_come_first_too(as_reviewer: Client, uploader: User) -> None:
    batch = Batch.objects.create(owner=uploader)
    for confidence in (0.7, 0.99, 0.8):
        waiting(uploader, name=str(confidence), confidence=confidence, batch=batch)
    query = {"predicted": "dog", "batch": str(batch.id), "percent": "75"}
    assert names(as_reviewer.get(GRID, query)) == ["0.99", "0.8"]


@pytest.mark.usefixtures("noon")
def test_the_grid_is_narrowed(as_reviewer: Client, uploader: User, other_uploader: User) -> None:
    batch = Batch.objects.create(owner=uploader)
    waiting(uploader, name="dog", confidence=0.97, batch=batch)
    waiting(other_uploader, "car", name="car", confidence=0.6)
    old = waiting(uploader, "taxi", name="old taxi", confidence=0.8)
    Photo.objects.filter(id=old.id).update(created=timezone.now() - timedelta(days=30))
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    today = timezone.localdate().isoformat()
    for query, expected in [
        ({"kind": "animal"}, ["dog"]),
        ({"kind": "vehicle"}, ["old taxi", "car"]),
        ({"predicted": "taxi"}, ["old taxi"]),
        ({"percent": "80"}, ["old taxi", "dog"]),
        ({"batch": str(batch.id)}, ["dog"]),
        ({"owner": "oscar"}, ["car"]),
        ({"owner": "nobody"}, []),
        ({"first_day": yesterday}, ["car", "dog"]),
        ({"first_day": today, "last_day": today}, ["car", "dog"]),
        ({"last_day": yesterday}, ["old taxi"]),
        ({"predicted": "dog", "owner": "ursula", "percent": "97", "kind": "animal"}, ["dog"]),
        ({"predicted": "dog", "owner": "oscar"}, []),
        ({"owner": "ursula", "last_day": yesterday, "kind": "vehicle"}, ["old taxi"]),
    ]:
        assert names(as_reviewer.get(GRID, query)) == expected, query


@pytest.mark.parametrize("narrowed", [{}, {"predicted": "dog"}, {"owner": "ursula"}])
def test_pages_show_every_photo_once(
    narrowed: dict[str, str],
    as_reviewer: Client,
    uploader: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("recognition.staff.review.grid_page.PAGE_SIZE", 2)
    monkeypatch.setattr(history, "WINDOW", 3)
    made = {waiting(uploader, name=str(number), confidence=0.9).name for number in range(7)}
    found: list[str] = []
    response = as_reviewer.get(GRID, narrowed)
    while True:
        found += names(response)
        if not response.context["page"].next:
            break
        response = as_reviewer.get(response.context["next_address"])
    assert sorted(found) == sorted(made)


def test_what_another_reviewer_has_before_them_is_left_out(
    as_reviewer: Client, reviewer: User, superuser: User, four: list[Photo]
) -> None:
    soon, before = (timezone.now() + timedelta(minutes=shift) for shift in (5, -5))
    for photo, who, expires in zip(
        four, (superuser, superuser, reviewer), (soon, before, soon), strict=False
    ):
        ReviewLease.objects.create(photo=photo, reviewer=who, expires=expires)
    assert names(as_reviewer.get(GRID)) == ["3.jpg", "2.jpg", "1.jpg"]


def test_the_rest_is_confirmed_as_one(
    as_reviewer: Client, reviewer: User, uploader: User, four: list[Photo]
) -> None:
    waiting(uploader, "car", name="car")
    shown = snapshots(*four, Photo.objects.get(name="car"))
    response = confirm(as_reviewer, shown, shown[1:])
    assert labels() == {
        "0.jpg": None,
        **{f"{number}.jpg": "dog" for number in (1, 2, 3)},
        "car": "car",
    }
    bulk = BulkDecision.objects.get()
    assert (bulk.by, bulk.via, bulk.photos) == (reviewer, Via.GRID, 4)
    assert "4 photos were decided as one." in text(response)


def test_confirming_leads_to_the_next_ones(
    as_reviewer: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recognition.staff.review.grid_page.PAGE_SIZE", 2)
    for number in range(4):
        waiting(uploader, name=str(number))
    first = as_reviewer.get(GRID, {"kind": "animal"})
    shown = [str(tile.snapshot) for tile in first.context["tiles"]]
    body = {"confirm": "yes", "shown": shown, "keep": shown[:1], "next": first.context["page"].next}
    response = as_reviewer.post(f"{GRID}?kind=animal", body, follow=True)
    assert names(response) == ["1", "0"]
    assert response.context["filters"].kind == "animal"


def test_those_taken_out_get_another_label(as_reviewer: Client, four: list[Photo]) -> None:
    shown = snapshots(*four)
    response = relabel(as_reviewer, shown, shown[2:], "汽车")
    assert labels() == {"0.jpg": "car", "1.jpg": "car", "2.jpg": None, "3.jpg": None}
    assert names(response) == ["3.jpg", "2.jpg"]


@pytest.mark.parametrize("label", ["", "unicorn", "x" * 200, "\0"])
def test_a_label_that_is_none_decides_nothing_and_forgets_nothing(
    label: str, as_reviewer: Client, four: list[Photo]
) -> None:
    shown = snapshots(*four)
    response = relabel(as_reviewer, shown, shown[2:], label)
    assert not Decision.objects.exists()
    assert [tile.is_in for tile in response.context["tiles"]] == [
        True,
        True,
        False,
        False,
    ]


def test_it_is_undone_as_one(as_reviewer: Client, four: list[Photo]) -> None:
    shown = snapshots(*four)
    page = confirm(as_reviewer, shown, shown)
    [address] = re.findall(r'action="(/admin/[^"]*/undo/)"', page.content.decode())
    response = as_reviewer.post(address, {"next": GRID}, follow=True)
    assert set(labels().values()) == {None}
    assert len(names(response)) == 4
    assert "4 photos went back." in text(response)


def test_what_is_undone_is_shown_again(
    as_reviewer: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recognition.staff.review.grid_page.PAGE_SIZE", 2)
    for number in range(6):
        waiting(uploader, name=str(number))
    second = as_reviewer.get(as_reviewer.get(GRID).context["next_address"])
    shown = [str(tile.snapshot) for tile in second.context["tiles"]]
    body = {"confirm": "yes", "shown": shown, "keep": shown, "next": second.context["page"].next}
    third = as_reviewer.post(second.wsgi_request.get_full_path(), body, follow=True)
    assert names(third) == ["1", "0"]
    [address] = re.findall(r'action="(/admin/[^"]*/undo/)"', third.content.decode())
    undone = as_reviewer.post(address, {"next": third.context["undone_address"]}, follow=True)
    assert names(undone) == names(second) == ["3", "2"]


def test_what_somebody_decided_meanwhile_is_left_and_reported(
    as_reviewer: Client, superuser: User, four: list[Photo]
) -> None:
    shown = snapshots(*four)
    labelling.decide(four[0].id, Label.objects.get(slug="car"), superuser, Via.QUEUE)
    response = confirm(as_reviewer, shown, shown)
    assert labels()["0.jpg"] == "car"
    assert BulkDecision.objects.get().photos == 3
    assert "1 photo was left as it is: changed since the page was shown." in text(response)


def test_a_prediction_that_nobody_saw_is_not_confirmed(
    as_reviewer: Client, four: list[Photo]
) -> None:
    shown = snapshots(four[0])
    old = Prediction.objects.get(photo=four[0])
    old.photo.prediction = None
    old.photo.save()
    newer = Prediction.objects.create(photo=four[0], state="done", label=old.label)
    Photo.objects.filter(id=four[0].id).update(prediction=newer)
    confirm(as_reviewer, shown, shown)
    assert not Decision.objects.exists()


def test_what_another_reviewer_took_meanwhile_is_left(
    as_reviewer: Client, superuser: User, four: list[Photo]
) -> None:
    shown = snapshots(*four)
    soon = timezone.now() + timedelta(minutes=5)
    ReviewLease.objects.create(photo=four[0], reviewer=superuser, expires=soon)
    confirm(as_reviewer, shown, shown)
    assert labels()["0.jpg"] is None
    assert BulkDecision.objects.get().photos == 3


def test_a_retired_label_is_not_confirmed(as_reviewer: Client, four: list[Photo]) -> None:
    Label.objects.filter(slug="dog").update(active=False)
    shown = snapshots(*four)
    response = confirm(as_reviewer, shown, shown)
    assert "4 photos were left as they are: the label is no longer in use." in text(response)
    assert not Decision.objects.exists()


def test_nothing_is_confirmed_that_was_not_on_the_page(
    as_reviewer: Client, four: list[Photo]
) -> None:
    shown = snapshots(*four)
    confirm(as_reviewer, shown[:2], shown)
    assert BulkDecision.objects.get().photos == 2


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "nonsense", "predicted": "nonsense", "batch": "nonsense", "owner": "\0"},
        {"percent": "nan", "first_day": "0001-01-01", "last_day": "9999-12-31"},
        {"percent": "-1", "first_day": "yesterday", "after": "nonsense", "decided": "nonsense"},
        {"after": "0.5-" + "0" * 32},
        {"after": "nan-" + "0" * 32, "predicted": "dog"},
        {"after": "99999999999999999999999-0", "predicted": "dog"},
        {"after": "1700000000000000-" + "0" * 32, "predicted": "dog", "decided": str(uuid4())},
        {"batch": str(uuid4()), "owner": "x" * 500},
    ],
)
def test_nonsense_in_the_address_is_no_error(
    query: dict[str, str], as_reviewer: Client, four: list[Photo]
) -> None:
    assert as_reviewer.get(GRID, query).status_code == 200


@pytest.mark.parametrize("snapshot", ["", "nonsense", "..", "a.b.c", f"{'0' * 32}..9" * 3])
def test_nonsense_in_the_form_decides_nothing(
    snapshot: str, as_reviewer: Client, four: list[Photo]
) -> None:
    assert confirm(as_reviewer, [snapshot], [snapshot], next="nonsense").status_code == 200
    assert relabel(as_reviewer, [snapshot], [], "dog").status_code == 200
    assert as_reviewer.post(GRID).status_code == 200
    assert not Decision.objects.exists()
