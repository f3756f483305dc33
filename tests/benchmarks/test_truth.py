"""What the benchmark of first answers counts as right, too broad, wrong and found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks.composites import composites
from benchmarks.truth import BROAD, RIGHT, WRONG, Finding, Judge, Marked, overlap, tally
from tests.support.files import picture

TREE = {"animal": None, "bird": "animal", "owl": "bird", "dog": "animal", "car": None, "suv": "car"}
LEFT, RIGHT_HALF, SMALL = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0), (0.0, 0.0, 0.1, 0.1)


@pytest.mark.parametrize(
    ("said", "accepted", "verdict"),
    [
        ("dog", "dog", RIGHT),
        ("suv", "car", RIGHT),
        ("animal", "owl", BROAD),
        ("bird", "owl", BROAD),
        ("dog", "owl", WRONG),
        ("", "dog", WRONG),
        ("never heard of", "dog", WRONG),
    ],
)
def test_a_finer_label_is_right_and_one_above_is_broad(
    said: str, accepted: str, verdict: str
) -> None:
    assert Judge(TREE).verdict(said, (accepted,)) == verdict


def test_shares_say_of_how_many() -> None:
    assert str(tally([])) == "none"
    assert str(tally([RIGHT, WRONG])) == "50.0% of 2"
    assert str(tally([RIGHT, BROAD])) == "50.0% of 2, and 50.0% right but broad"


def test_boxes_overlap_by_their_share_of_both() -> None:
    assert overlap(LEFT, LEFT) == 1
    assert overlap(LEFT, RIGHT_HALF) == 0
    assert overlap(LEFT, (0.0, 0.0, 1.0, 1.0)) == 0.5


def found(marked: list[Marked], *subjects: dict[str, Any]) -> Finding:
    finding = Finding()
    finding.add(marked, subjects, Judge(TREE))
    return finding


def said(label: str, box: tuple[float, ...]) -> dict[str, Any]:
    return {"label": label, "box": list(box)}


def test_each_subject_is_found_once() -> None:
    finding = found([Marked("dog", LEFT)], said("dog", LEFT), said("dog", LEFT))
    assert (finding.marked, finding.labelled, finding.wrong) == (1, 1, 1)
    assert (finding.recall, finding.precision) == (1, 0.5)


def test_a_box_with_a_wrong_label_is_located_and_wrong() -> None:
    finding = found([Marked("dog", LEFT)], said("car", LEFT))
    assert (finding.located, finding.labelled, finding.wrong) == (1, 0, 1)


def test_a_right_box_of_a_small_subject_is_neither_right_nor_wrong() -> None:
    finding = found([Marked("dog", SMALL)], said("dog", SMALL))
    assert (finding.marked, finding.right, finding.wrong) == (0, 0, 0)
    assert found([Marked("dog", SMALL)], said("car", SMALL)).wrong == 1


def test_a_broad_label_is_not_found_and_not_wrong() -> None:
    finding = found([Marked("dog", LEFT)], said("animal", LEFT))
    assert (finding.located, finding.labelled, finding.wrong, finding.broad) == (1, 0, 0, 1)


def test_of_two_subjects_in_one_place_the_one_that_the_label_fits_counts() -> None:
    finding = found([Marked("car", LEFT), Marked("dog", LEFT)], said("dog", LEFT))
    assert (finding.labelled, finding.wrong) == (1, 0)


def test_composites_are_the_same_each_time_and_at_the_edge(tmp_path: Path) -> None:
    photos, scenes = [tmp_path / f"{n}.png" for n in range(3)], [tmp_path / "scene.png"]
    for seed, path in enumerate(photos):
        picture(seed=seed).save(path)
    Image.new("RGB", (300, 200)).save(scenes[0])
    first, again = (list(composites(photos, scenes, 2)) for _ in range(2))
    assert first == again
    assert len(first) == 2
    (tmp_path / "one.jpg").write_bytes(first[0][1])
    image = Image.open(tmp_path / "one.jpg")
    assert image.size == (300, 200)
    assert image.crop((100, 0, 300, 200)).convert("L").getextrema()[1] < 32  # still the scene
    assert image.crop((0, 0, 90, 200)).convert("L").getextrema()[1] > 64
