"""What is asked about folders that are called like no label, and what becomes of the answers."""

from __future__ import annotations

import io
from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from recognition.models import Label
from recognition.photos.folders import questions
from recognition.photos.folders.questions import Choice, Question
from tests.support.files import zipped

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def asked(**files: int) -> Question:
    return questions.question(Counter(files))


def directory_of(archive: bytes) -> io.BytesIO:
    """As static/site/zip-directory.js sends it."""
    end = archive.rindex(b"PK\5\6")
    place = int.from_bytes(archive[end + 16 : end + 20], "little")
    return io.BytesIO(archive[place : end + 16] + bytes(4) + archive[end + 20 :])


def test_what_is_called_like_a_label_is_not_asked_about() -> None:
    question = asked(Dog=2, 汽车=1, sedan=3)
    assert {name: found.slug for name, found in question.known.items()} == {
        "Dog": "dog",
        "汽车": "car",
    }
    assert [(folder.name, folder.files) for folder in question.asked] == [("sedan", 3)]


def test_one_name_is_asked_about_once_however_it_is_written() -> None:
    [folder] = asked(Sedan=1, SEDAN=2).asked
    assert (set(folder.names), folder.files) == ({"Sedan", "SEDAN"}, 3)


def test_a_label_of_nearly_that_name_is_proposed() -> None:
    [dogs, sedan] = asked(sedan=1, dogs=1).asked
    assert (dogs.like, sedan.like) == (label("dog"), None)


def test_a_name_of_several_labels_is_asked_about_but_makes_none() -> None:
    Label.objects.create(slug="hound", name_en="Dog", name_zh="猎犬", kind="animal")
    [folder] = asked(Dog=1).asked
    assert folder.is_ambiguous
    assert not folder.may_become_label


def test_a_new_label_stands_where_most_of_the_others_do() -> None:
    assert asked(taxi=1, sedan=1).place == label("car")
    assert asked(dog=1, sedan=1).place is None


def test_of_very_many_the_rest_is_answered_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST_ASKED", 2)
    question = asked(aa=1, bb=2, cc=3, dd=4)
    assert [folder.name for folder in question.asked] == ["aa", "bb"]
    assert question.beyond
    assert (question.beyond.names, question.beyond.files) == (("cc", "dd"), 7)


def test_of_an_archive_the_directory_alone_names_the_folders() -> None:
    names = ["a/b/sedan/1.jpg", "sedan\\2.JPG", "x.png", "sedan/notes.txt", "@eaDir/3.jpg"]
    archive = zipped({name: name.encode() * 99 for name in names})
    assert questions.folders_in(directory_of(archive)) == {"sedan": 2, "": 1}


@pytest.mark.parametrize("names", [["photos.csv", "sedan/1.jpg"], []])
def test_a_data_set_says_itself_what_it_is(names: list[str]) -> None:
    archive = zipped(dict.fromkeys(names, b"x"))
    assert not questions.folders_in(directory_of(archive))


def test_what_is_no_directory_names_none() -> None:
    assert not questions.folders_in(io.BytesIO(b"PK no directory"))


def test_answers_create_map_leave_out_and_skip(reviewer: User) -> None:
    choices = [
        Choice(["Sedan", "SEDAN"], "create", label("car")),
        Choice(["kites"], "create", kind="other"),
        Choice(["dogs"], "map", label("dog")),
        Choice(["misc"], "without"),
        Choice(["junk"], "skip"),
    ]
    said = questions.answer(choices, reviewer)
    assert said == {
        "Sedan": "sedan",
        "SEDAN": "sedan",
        "kites": "kites",
        "dogs": "dog",
        "misc": "",
        "junk": None,
    }
    assert (label("sedan").parent, label("kites").kind) == (label("car"), "other")
    assert questions.answer(choices, reviewer) == said  # sent twice


def test_where_one_label_is_refused_none_is_created(reviewer: User) -> None:
    choices = [Choice(["kites"], "create"), Choice(["\u3164"], "create")]
    with pytest.raises(ValidationError):
        questions.answer(choices, reviewer)
    assert not Label.objects.filter(slug="kites").exists()
