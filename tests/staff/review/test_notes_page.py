"""Notes and questions as the review queue sends them."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client

from recognition.labels import asking
from recognition.models import PhotoNote
from tests.support.rows import NO_ID, settled_photo

QUEUE = "/admin/review/"


def cards(client: Client, **fields: object) -> str:
    return client.post(QUEUE + "claim/", fields).json()["html"]


def test_a_note_is_shown_with_the_photo_as_it_was_written(
    as_reviewer: Client, uploader: User
) -> None:
    photo, note = settled_photo(uploader), uuid4()
    sent = {"photo": photo.id, "part": note, "text": "<b>Blurred</b>"}
    assert as_reviewer.post(QUEUE + "note/", sent).status_code == 200
    assert "&lt;b&gt;Blurred&lt;/b&gt;" in cards(as_reviewer)
    as_reviewer.post(QUEUE + "note/", {"photo": photo.id, "part": note, "back": 1})
    assert not PhotoNote.objects.exists()


def test_an_expert_finds_the_question_in_a_list_of_its_own(
    as_reviewer: Client, uploader: User
) -> None:
    photo, question = settled_photo(uploader), uuid4()
    sent = {"photo": photo.id, "decision": question, "text": "Tram or bus?"}
    assert as_reviewer.post(QUEUE + "ask/", sent).status_code == 200
    assert cards(as_reviewer) == ""
    assert "“Tram or bus?”" in cards(as_reviewer, order="questions")
    as_reviewer.post(QUEUE + "ask/", {"photo": photo.id, "part": question, "back": 1})
    assert asking.count_open().number == 0


def test_what_makes_no_sense_is_refused(as_reviewer: Client, uploader: User) -> None:
    photo = settled_photo(uploader)
    plain = {"photo": photo.id, "part": uuid4(), "decision": uuid4(), "text": "?"}
    for changes in ({"text": "x" * 501}, {"photo": ""}, {"part": "", "decision": ""}):
        for address in ("note/", "ask/"):
            assert as_reviewer.post(QUEUE + address, plain | changes).status_code == 400
    assert as_reviewer.post(QUEUE + "note/", plain | {"text": " "}).status_code == 400
    assert as_reviewer.post(QUEUE + "ask/", plain | {"photo": NO_ID}).status_code == 404


def test_the_grid_leaves_photos_with_a_question_alone(
    as_reviewer: Client, uploader: User, reviewer: User
) -> None:
    photo = settled_photo(uploader)
    asking.ask(photo.id, reviewer, "", uuid4())
    assert as_reviewer.get(QUEUE + "grid/").context["tiles"] == []
