"""Notes about photos, and questions that wait for somebody who knows more."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from recognition.labels import asking, labelling
from recognition.labels.labelling import decide
from recognition.models import Label, Photo, PhotoNote, Question, Via
from recognition.photos import deletion, trash
from recognition.review.queue import Ordering, claim, progress
from tests.support.rows import settled_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def dog() -> Label:
    return Label.objects.get(slug="dog")


def asked(photo: Photo, by: User, text: str = "Which one?") -> Question:
    return asking.ask(photo.id, by, text, uuid4())


def test_a_question_takes_its_photo_into_a_list_of_its_own(uploader: User, reviewer: User) -> None:
    photo, other = settled_photo(uploader), settled_photo(uploader)
    asked(photo, reviewer)
    assert claim(reviewer, Ordering.NEWEST, 5) == [other.id]
    assert claim(reviewer, Ordering.QUESTIONS, 5) == [photo.id]
    assert progress(Ordering.NEWEST).remaining.number == 1
    assert progress(Ordering.QUESTIONS).remaining.number == 1


def test_a_decision_answers_it_and_undoing_asks_again(
    uploader: User, reviewer: User, dog: Label
) -> None:
    photo = settled_photo(uploader)
    question = asked(photo, reviewer)
    made = decide(photo.id, dog, reviewer, Via.QUEUE)
    question.refresh_from_db()
    assert (question.closed is not None, question.answer) == (True, made)
    assert claim(reviewer, Ordering.QUESTIONS, 5) == []
    labelling.undo(made, reviewer)
    assert claim(reviewer, Ordering.QUESTIONS, 5) == [photo.id]


def test_a_label_that_comes_with_an_upload_answers_nothing(
    uploader: User, reviewer: User, dog: Label
) -> None:
    photo = settled_photo(uploader)
    asked(photo, reviewer)
    labelling.label_repeated_uploads({photo.id: dog}, uploader)
    assert asking.count_open().number == 1


def test_sent_twice_it_is_asked_and_noted_once(uploader: User, reviewer: User) -> None:
    photo, question_id, note_id = settled_photo(uploader), uuid4(), uuid4()
    for _ in range(2):
        asking.ask(photo.id, reviewer, "?", question_id)
        asking.write_note(photo.id, reviewer, "Blurred", note_id)
    assert (Question.objects.count(), PhotoNote.objects.count()) == (1, 1)


def test_a_second_question_becomes_a_note_of_the_first(
    uploader: User, reviewer: User, other_uploader: User
) -> None:
    photo = settled_photo(uploader)
    first = asked(photo, reviewer)
    assert asked(photo, other_uploader, "Me too") == first
    [note] = asking.notes_of([photo.id])[photo.id]
    assert (note.text, note.by) == ("Me too", other_uploader)


def test_only_who_asked_or_wrote_takes_it_back(
    uploader: User, reviewer: User, other_uploader: User
) -> None:
    photo = settled_photo(uploader)
    question = asked(photo, reviewer)
    note = asking.write_note(photo.id, reviewer, "Blurred", uuid4())
    for person, left in ((other_uploader, 1), (reviewer, 0)):
        asking.withdraw(question.id, person)
        asking.remove_note(note.id, person)
        assert (asking.count_open().number, PhotoNote.objects.count()) == (left, left)


def test_notes_are_bounded(uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_NOTES", 2)
    photo = settled_photo(uploader)
    for _ in range(2):
        asking.write_note(photo.id, reviewer, "x" * 600, uuid4())
    with pytest.raises(asking.TooManyNotes):
        asking.write_note(photo.id, reviewer, "x", uuid4())
    assert {len(note.text) for note in PhotoNote.objects.all()} == {PhotoNote.LONGEST}


def test_the_trash_keeps_notes_and_questions(uploader: User, reviewer: User) -> None:
    photo = settled_photo(uploader)
    question = asked(photo, reviewer)
    asking.write_note(photo.id, reviewer, "Blurred", uuid4())
    deletion.delete_many([photo.id], uploader)
    assert asking.count_open().number == 0
    photo.original_path.parent.mkdir(parents=True, exist_ok=True)
    photo.original_path.write_bytes(b"")
    trash.restore(photo.id, uploader)
    assert asking.open_of([photo.id]) == {photo.id: question}
    assert [note.text for note in asking.notes_of([photo.id])[photo.id]] == ["Blurred"]
