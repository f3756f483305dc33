"""When a version looks closer, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from recognition.cnn.finder.detections import Detections
from recognition.cnn.pixels.boxes import WHOLE, Box
from recognition.cnn.serving.answers import Look
from recognition.cnn.serving.closer_look import CloserLook, Findings, Seen, View
from recognition.cnn.serving.outputs import Outputs
from tests.cnn.serving.said import KNOWN, detections, shares
from tests.support.rows import manifest

LEFT, RIGHT = Box(0.0, 0.0, 0.5, 1.0), Box(0.5, 0.0, 1.0, 1.0)
PHOTO = Look(Path("photo.jpg"))
DARK, LIGHT = 60, 200  # the grey of the left and the right half
NOTHING = shares(neither=0.97)


class FakeEngine:
    """Sees a dog in what is dark, a horse in what is light, both at once nowhere."""

    name = "fake"

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> Outputs:
        greys = pixels.reshape(len(pixels), -1).mean(axis=1)
        said = [self._say(grey) for grey in greys]
        embeddings = greys[:, None].repeat(4, axis=1).astype(np.float32)
        return Outputs(np.log(said).astype(np.float32), np.zeros((len(pixels), 7)), embeddings)

    def _say(self, grey: float) -> Any:
        if grey < DARK + 20:
            return shares(dog=0.97)
        return shares(horse=0.97) if grey > LIGHT - 20 else NOTHING


class FakeFinder:
    side = 32

    def __init__(self, found: Detections, name: str) -> None:
        self._found = found
        self.name = name

    def find(self, pixels: npt.NDArray[np.uint8]) -> list[Detections]:
        return [self._found] * len(pixels)


@pytest.fixture
def workers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def closer_look(workers: ThreadPoolExecutor) -> Any:
    def made(
        *found: tuple[Box, dict[str, float]], finder: bool = True, name: str = "openvino"
    ) -> CloserLook:
        engine: Any = FakeEngine()
        fake: Any = FakeFinder(detections(*found), name) if finder else None
        return CloserLook(manifest(labels=KNOWN, view="subjects"), engine, fake, workers)

    return made


def look_at(closer_look: CloserLook, look: Look = PHOTO, first: Any = NOTHING) -> Findings:
    picture = np.full((40, 80, 3), DARK, np.uint8)
    picture[:, 40:] = LIGHT
    view = View(first, np.ones(7), np.zeros(4, np.float16))
    [findings] = closer_look([Seen(look, Image.fromarray(picture), view)])
    return findings


def label_of(closer_look: CloserLook, findings: Findings) -> str:
    return closer_look.labels[int(findings.answer.probabilities.argmax())].slug


@pytest.mark.parametrize(
    ("first", "wants"),
    [
        (shares(dog=0.98), False),
        (shares(dog=0.7), True),
        (shares(neither=0.99), True),
        (shares(rose=0.98), False),
        (shares(sedan=0.98), True),  # people added it: it was taught from views of subjects
    ],
)
def test_it_looks_closer_where_the_first_look_is_not_sure(
    closer_look: Any, first: Any, wants: bool
) -> None:
    assert closer_look().wants(PHOTO, first) is wants


def test_it_looks_closer_when_it_is_asked_to(closer_look: Any) -> None:
    assert closer_look().wants(PHOTO._replace(closer=True), shares(dog=0.98))


def test_on_a_gpu_it_looks_closer_at_every_photo(closer_look: Any) -> None:
    assert closer_look(name="torch-cuda").wants(PHOTO, shares(dog=0.98))


def test_without_a_finder_it_looks_only_where_people_drew(closer_look: Any) -> None:
    alone = closer_look(finder=False)
    assert not alone.wants(PHOTO._replace(closer=True), NOTHING)
    assert alone.wants(PHOTO._replace(main=LEFT), shares(dog=0.98))


def test_the_answer_is_that_of_the_main_subject(closer_look: Any) -> None:
    closer = closer_look((RIGHT, {"horse": 0.6}))
    found = look_at(closer)
    assert label_of(closer, found) == "horse"
    assert found.answer.embedding[0] > LIGHT - 10
    [subject] = found.subjects
    assert (subject.label, subject.found, subject.box) == ("horse", "horse", RIGHT)


def test_each_subject_is_told_of(closer_look: Any) -> None:
    closer = closer_look((LEFT, {"dog": 0.7}), (RIGHT, {"horse": 0.6}))
    assert {subject.label for subject in look_at(closer).subjects} == {"dog", "horse"}


def test_where_nothing_is_found_the_first_look_stands(closer_look: Any) -> None:
    closer = closer_look()
    found = look_at(closer, first=shares(dog=0.6))
    assert (label_of(closer, found), found.subjects) == ("dog", ())


def test_what_both_experts_doubt_is_no_subject_of_a_photo_of_nothing(closer_look: Any) -> None:
    closer = closer_look((WHOLE, {"bird": 0.25}))
    found = look_at(closer)
    assert (label_of(closer, found), found.subjects) == ("neither", ())
    assert found.answer.embedding[0] == 0  # of the whole photo


def test_the_box_that_people_drew_is_the_main_subject(closer_look: Any) -> None:
    closer = closer_look((RIGHT, {"horse": 0.9}))
    found = look_at(closer, PHOTO._replace(main=LEFT))
    assert label_of(closer, found) == "dog"
    assert [subject.box for subject in found.subjects] == [LEFT, RIGHT]
    assert found.subjects[0].score is None


def test_people_may_say_that_it_is_about_the_whole_picture(closer_look: Any) -> None:
    closer = closer_look((RIGHT, {"horse": 0.9}))
    found = look_at(closer, PHOTO._replace(main=WHOLE), shares(rose=0.8))
    assert label_of(closer, found) == "rose"
    assert found.answer.embedding[0] == 0
    assert found.subjects[0].box == WHOLE


def test_further_boxes_that_people_drew_always_come_back(closer_look: Any) -> None:
    found = look_at(closer_look(), PHOTO._replace(others=(Box(0.4, 0.0, 0.6, 1.0),)))
    assert [tuple(subject.box) for subject in found.subjects] == [(0.4, 0.0, 0.6, 1.0)]


def test_many_photos_each_get_their_own(closer_look: Any) -> None:
    closer = closer_look((WHOLE, {"dog": 0.9}))
    view = View(NOTHING, np.ones(7), np.zeros(4, np.float16))
    greys = [DARK, LIGHT] * 5
    seen = [Seen(PHOTO, Image.new("RGB", (40, 40), (g, g, g)), view) for g in greys]
    assert [found.answer.embedding[0] for found in closer(seen)] == greys
