"""Which parts of a photo are looked at."""

from __future__ import annotations

from pathlib import Path

from recognition.cnn.pixels.boxes import WHOLE, Box
from recognition.cnn.serving.answers import Look
from recognition.cnn.serving.regions import MAX_FOUND, regions
from tests.cnn.serving.said import detections

PHOTO = Look(Path("photo.jpg"))
LEFT, RIGHT = Box(0.0, 0.2, 0.4, 0.8), Box(0.6, 0.2, 1.0, 0.8)
INSIDE_LEFT = Box(0.05, 0.25, 0.25, 0.6)


def names(look: Look, *found: tuple[Box, dict[str, float]]) -> list[str]:
    return [region.found for region in regions(look, detections(*found))]


def test_the_best_comes_first() -> None:
    assert names(PHOTO, (LEFT, {"dog": 0.4}), (RIGHT, {"car": 0.6})) == ["car", "dog"]


def test_what_is_no_animal_and_no_vehicle_is_left_out() -> None:
    assert names(PHOTO, (LEFT, {"person": 0.9}), (RIGHT, {"car": 0.6})) == ["car"]


def test_what_may_be_one_is_looked_at_though_the_finder_calls_it_otherwise() -> None:
    assert names(PHOTO, (LEFT, {"person": 0.5, "bird": 0.3})) == ["bird"]


def test_what_is_unlikely_or_tiny_is_left_out() -> None:
    tiny = Box(0.5, 0.5, 0.55, 0.55)
    assert names(PHOTO, (LEFT, {"dog": 0.15}), (tiny, {"car": 0.9})) == []


def test_one_thing_under_two_names_is_one_region() -> None:
    assert names(PHOTO, (LEFT, {"dog": 0.5}), (LEFT, {"cat": 0.4})) == ["dog"]


def test_a_part_of_a_thing_is_no_region_but_another_thing_in_front_of_it_is() -> None:
    found = ((LEFT, {"horse": 0.5}), (INSIDE_LEFT, {"horse": 0.4}))
    assert names(PHOTO, *found) == ["horse"]
    assert names(PHOTO, found[0], (INSIDE_LEFT, {"dog": 0.4})) == ["horse", "dog"]


def test_there_is_an_end() -> None:
    many = [(Box(i / 20, 0.0, (i + 1) / 20, 0.5), {"bird": 0.5}) for i in range(20)]
    assert len(names(PHOTO, *many)) == MAX_FOUND


def test_boxes_that_people_drew_come_first_the_main_one_before_all() -> None:
    look = PHOTO._replace(main=RIGHT, others=(LEFT,))
    found = regions(look, detections((WHOLE, {"bus": 0.9})))
    assert [region.box for region in found] == [RIGHT, LEFT, WHOLE]
    assert [region.score for region in found] == [None, None, found[2].score]


def test_the_finders_opinion_of_a_drawn_thing_counts_and_it_is_no_second_region() -> None:
    near = Box(0.02, 0.2, 0.42, 0.8)
    [drawn] = regions(PHOTO._replace(main=near), detections((LEFT, {"dog": 0.5})))
    assert drawn.class_scores is not None
    [alone] = regions(PHOTO._replace(main=RIGHT), detections())
    assert alone.class_scores is None


def test_without_a_finder_only_drawn_boxes_are_looked_at() -> None:
    assert regions(PHOTO, None) == []
    assert len(regions(PHOTO._replace(others=(LEFT, RIGHT)), None)) == 2
