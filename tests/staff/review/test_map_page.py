"""The map of the photos: drawn at the first visit, shown to whom it may be, and worked with."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from recognition.analysis.photo_map import map_file
from recognition.analysis.photo_map.drawing import draw_if_asked
from recognition.core import jobs
from recognition.labels import asking, labelling
from recognition.models import BulkDecision, Decision, Job, Label, Photo, Question
from recognition.review import queue
from recognition.review.bulk import Snapshot
from tests.support.pages import client_of, text
from tests.support.rows import due_photo, embedding, give_label

PAGE = "/admin/review/map/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.ARK_PHOTO_MAP = tmp_path / "map"


def seen_photo(owner: User, seed: int) -> Photo:
    said = {"name": f"{seed}.jpg", "prediction__confidence": 0.9}
    return due_photo(owner, b"", embedding(seed), **said)


@pytest.fixture
def photos(uploader: User, reviewer: User) -> list[Photo]:
    """Two cars by their labels, and one that the network calls a dog."""
    made = [seen_photo(uploader, seed) for seed in range(3)]
    give_label(made[:2], "car", reviewer)
    return made


@pytest.fixture
def drawn(photos: list[Photo], as_reviewer: Client) -> list[Photo]:
    as_reviewer.get(PAGE)
    draw_if_asked()
    return photos


def sent(client: Client) -> dict[str, Any]:
    response = client.get(PAGE + "points/")
    assert response.status_code == 200
    return response.json()


def ids(points: dict[str, Any]) -> set[UUID]:
    rows = np.frombuffer(base64.b64decode(points["ids"]), np.uint8).reshape(-1, 16)
    return {UUID(bytes=row.tobytes()) for row in rows}


def snapshots(photos: list[Photo]) -> str:
    return " ".join(
        str(Snapshot.of(photo))
        for photo in Photo.objects.filter(id__in=[photo.id for photo in photos])
    )


def act(client: Client, photos: list[Photo], **fields: str) -> Any:
    body = {"photos": snapshots(photos), **fields}
    return client.post(PAGE + "act/", body, headers=HTMX)


def test_the_first_visit_has_the_map_drawn(photos: list[Photo], as_reviewer: Client) -> None:
    assert "about to be drawn" in text(as_reviewer.get(PAGE))
    as_reviewer.get(PAGE)
    assert Job.objects.filter(kind=Job.Kind.PHOTO_MAP).count() == 1
    draw_if_asked()
    assert "of 3 photos, by version 1" in text(as_reviewer.get(PAGE))


def test_the_page_is_asked_for_again_once_its_first_map_is_there(
    photos: list[Photo], as_reviewer: Client
) -> None:
    as_reviewer.get(PAGE)
    assert "HX-Refresh" not in as_reviewer.get(PAGE + "live/").headers
    draw_if_asked()
    assert as_reviewer.get(PAGE + "live/").headers["HX-Refresh"] == "true"


def test_where_a_map_is_shown_another_one_is_offered(
    drawn: list[Photo], as_reviewer: Client
) -> None:
    as_reviewer.post(PAGE + "draw/")
    assert "about to be drawn" in text(as_reviewer.get(PAGE + "live/?map=yes"))
    draw_if_asked()
    assert "There is a new map" in text(as_reviewer.get(PAGE + "live/?map=yes"))


def test_a_form_that_is_sent_twice_draws_once(drawn: list[Photo], as_reviewer: Client) -> None:
    form_id = as_reviewer.get(PAGE).context["form_id"]
    for _time in range(2):
        as_reviewer.post(PAGE + "draw/", {"form_id": form_id})
        draw_if_asked()
    assert Job.objects.filter(kind=Job.Kind.PHOTO_MAP).count() == 2  # with the first one


def test_what_failed_is_said_and_begins_no_more_by_itself(
    photos: list[Photo], as_reviewer: Client
) -> None:
    as_reviewer.get(PAGE)
    jobs.fail(Job.objects.all(), "not_placed", "")
    page = text(as_reviewer.get(PAGE))
    assert "could not be placed" in page
    assert "Draw the map" in page
    assert Job.objects.count() == 1


def test_photos_that_came_since_are_counted(
    drawn: list[Photo], uploader: User, as_reviewer: Client
) -> None:
    assert "came since" not in text(as_reviewer.get(PAGE))
    due_photo(uploader, b"", embedding(9))
    assert "1 photo came since." in text(as_reviewer.get(PAGE))


def test_a_map_without_photos_says_so(as_reviewer: Client) -> None:
    as_reviewer.get(PAGE)
    draw_if_asked()
    assert "There are no photos to place yet" in text(as_reviewer.get(PAGE))


def test_points_carry_what_the_map_needs(drawn: list[Photo], as_reviewer: Client) -> None:
    points = sent(as_reviewer)
    assert ids(points) == {photo.id for photo in drawn}
    assert [label["slug"] for label in points["labels"]] == ["car", "dog"]
    label_of = np.frombuffer(base64.b64decode(points["labelOf"]), "<u2")
    assert sorted(label_of.tolist()) == [0, 0, 1 | 1 << 15]
    assert len(base64.b64decode(points["places"])) == 3 * 4


def test_points_have_the_labels_of_today(
    drawn: list[Photo], reviewer: User, as_reviewer: Client
) -> None:
    give_label(drawn, "dog", reviewer)
    points = sent(as_reviewer)
    assert [label["slug"] for label in points["labels"]] == ["dog"]
    assert base64.b64decode(points["labelOf"]) == bytes(6)


def test_points_are_compressed_for_who_asks(uploader: User, as_reviewer: Client) -> None:
    for seed in range(10):
        seen_photo(uploader, seed)
    as_reviewer.get(PAGE)
    draw_if_asked()
    plain = as_reviewer.get(PAGE + "points/").content
    small = as_reviewer.get(PAGE + "points/", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(small.content)) == json.loads(plain)


def test_without_a_map_there_are_no_points(as_reviewer: Client) -> None:
    assert as_reviewer.get(PAGE + "points/").status_code == 404


def test_a_reviewer_of_their_own_photos_sees_nothing_of_others(
    drawn: list[Photo], other_uploader: User
) -> None:
    other_uploader.is_staff = True
    other_uploader.save()
    other_uploader.user_permissions.add(Permission.objects.get(codename="review"))
    client = client_of(User.objects.get(id=other_uploader.id))
    assert ids(sent(client)) == set()
    assert client.get(f"{PAGE}photo/{drawn[0].id}/").status_code == 404
    shown = client.post(PAGE + "chosen/", {"photos": str(drawn[0].id)})
    assert shown.context["count"] == 0
    act(client, drawn, label="dog")
    act(client, drawn, look="yes")
    assert not Decision.objects.filter(to_label__slug="dog").exists()
    assert not Question.objects.exists()


def test_a_point_tells_its_photo(drawn: list[Photo], as_reviewer: Client) -> None:
    card = text(as_reviewer.get(f"{PAGE}photo/{drawn[0].id}/"))
    assert "Car" in card
    assert "The network says: Dog" in card
    assert "0.jpg" in card
    assert "Not labelled yet" in text(as_reviewer.get(f"{PAGE}photo/{drawn[2].id}/"))


def test_what_was_chosen_is_shown(drawn: list[Photo], as_reviewer: Client) -> None:
    body = {"photos": " ".join([str(photo.id) for photo in drawn] + ["nonsense"]), "of": "3"}
    page = text(as_reviewer.post(PAGE + "chosen/", body, headers=HTMX))
    assert "3 photos are chosen" in page
    assert "There are more under the lasso" not in page


def test_who_chose_more_than_can_be_is_told(drawn: list[Photo], as_reviewer: Client) -> None:
    body = {"photos": str(drawn[0].id), "of": "3000"}
    page = text(as_reviewer.post(PAGE + "chosen/", body, headers=HTMX))
    assert "1000 can be chosen at once" in page


def test_a_label_is_given_to_all_as_one_decision_that_can_be_undone(
    drawn: list[Photo], reviewer: User, as_reviewer: Client
) -> None:
    response = act(as_reviewer, drawn, label="dog")
    assert "3 photos were decided as one." in text(response)
    assert "ark:labels-changed" in response.headers["HX-Trigger"]
    assert set(Photo.objects.values_list("label__slug", flat=True)) == {"dog"}
    labelling.undo_bulk(BulkDecision.objects.latest("at"), reviewer)
    assert Photo.objects.filter(label__slug="car").count() == 2


def test_what_changed_after_it_was_shown_stays(
    drawn: list[Photo], reviewer: User, as_reviewer: Client
) -> None:
    shown = snapshots(drawn)
    give_label(drawn[:1], "taxi", reviewer)
    response = as_reviewer.post(PAGE + "act/", {"photos": shown, "label": "dog"}, headers=HTMX)
    assert "changed since the page was shown" in text(response)
    assert Photo.objects.get(id=drawn[0].id).label == Label.objects.get(slug="taxi")


def test_a_label_that_there_is_not_is_said_beside_what_was_chosen(
    drawn: list[Photo], as_reviewer: Client
) -> None:
    page = text(act(as_reviewer, drawn, label="unicorn"))
    assert "There is no label “unicorn”." in page
    assert "3 photos are chosen" in page


def test_what_is_to_be_looked_at_waits_in_the_queue_of_questions(
    drawn: list[Photo], reviewer: User, as_reviewer: Client
) -> None:
    """Labelled photos, too."""
    page = text(act(as_reviewer, drawn, look="yes"))
    assert "3 photos wait to be looked at." in page
    claimed = queue.claim(reviewer, queue.Ordering.QUESTIONS, 10)
    assert set(claimed) == {photo.id for photo in drawn}


def test_what_somebody_asks_about_is_not_asked_twice(
    drawn: list[Photo], reviewer: User, as_reviewer: Client
) -> None:
    asking.ask(drawn[0].id, reviewer, "which?", drawn[0].id)
    page = text(act(as_reviewer, drawn, look="yes"))
    assert "2 photos wait to be looked at." in page
    assert "About 1 photo somebody asks already." in page
    assert Question.objects.filter(photo=drawn[0]).count() == 1


def test_a_question_that_is_sent_twice_is_asked_once(
    drawn: list[Photo], as_reviewer: Client
) -> None:
    form_id = str(drawn[0].id)
    act(as_reviewer, drawn, look="yes", form_id=form_id)
    Question.objects.update(closed=timezone.now())
    act(as_reviewer, drawn, look="yes", form_id=form_id)
    assert Question.objects.count() == 3


def test_the_page_takes_few_queries_and_reads_no_photo(
    drawn: list[Photo], as_reviewer: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        as_reviewer.get(PAGE)


def test_a_map_whose_file_was_lost_is_drawn_again(drawn: list[Photo], as_reviewer: Client) -> None:
    map_file.path().unlink()
    assert "about to be drawn" in text(as_reviewer.get(PAGE))
