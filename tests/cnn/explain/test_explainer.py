from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from recognition.cnn.explain.explainer import Explainer
from recognition.cnn.explain.placing import hottest, overlap, upsampled
from recognition.cnn.pixels.preprocessing import load_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS
from recognition.cnn.taxonomy import Label

Pixels = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def explainer(version: Path) -> Explainer:
    return Explainer.load(version)


def of_class(explainer: Explainer, number: int) -> Label:
    return next(label for label in explainer.manifest.labels if number in label.classes)


def seen(explainer: Explainer, photo: Path) -> Pixels:
    return load_pixels(photo, explainer.manifest.preprocessing, DEFAULT_MAX_PIXELS)


def animals(explainer: Explainer, photos: list[Path]) -> list[tuple[Path, Label]]:
    """The photos whose class is an animal's or a vehicle's."""
    owned = [(photo, of_class(explainer, int(photo.stem.split("_")[-1]))) for photo in photos]
    return [(photo, label) for photo, label in owned if label.kind != "neither"]


def test_hiding_what_is_hot_costs_more_than_hiding_as_much_elsewhere(
    explainer: Explainer, photos: list[Path]
) -> None:
    """The median of a few photographs, as benchmarks/cnn/explain.py does with many."""
    checks = []
    for photo, label in animals(explainer, photos)[:6]:
        (explained,) = explainer.explain(seen(explainer, photo), [label.slug])
        assert explained.map.is_exact
        assert explained.check is not None
        checks.append(explained.check)
    drop = np.median([check.drop for check in checks])
    assert drop > 2 * np.median([check.random_drop for check in checks])


def test_two_things_in_one_picture_are_seen_at_two_places(
    explainer: Explainer, photos: list[Path]
) -> None:
    (one, label), (other, rival) = next(
        (a, b)
        for a in animals(explainer, photos)
        for b in animals(explainer, photos)
        if a[1].slug != b[1].slug
    )
    side = explainer.manifest.preprocessing.crop
    both = np.concatenate([seen(explainer, one)[:, ::2], seen(explainer, other)[:, ::2]], axis=1)
    first, second = explainer.explain(both, [label.slug, rival.slug], checked=0)
    assert first.check is None
    hot = [hottest(upsampled(each.map.values, side), 0.2) for each in (first, second)]
    assert overlap(*hot) < 0.5
    assert hot[0][:, : side // 2].sum() > hot[0][:, side // 2 :].sum()


def test_the_check_begins_with_the_labels_probability(
    explainer: Explainer, photos: list[Path]
) -> None:
    photo, label = animals(explainer, photos)[0]
    (explained,) = explainer.explain(seen(explainer, photo), [label.slug])
    odds = np.exp(explained.map.score)
    assert explained.check is not None
    assert explained.check.before == pytest.approx(odds / (1 + odds), abs=0.05)
    assert sum(each.share for each in explained.classes) == pytest.approx(1)
    assert {each.number for each in explained.classes} == set(label.classes)


def test_a_label_that_the_finder_alone_knows_is_left_out(
    explainer: Explainer, photos: list[Path]
) -> None:
    assert explainer.explain(seen(explainer, photos[0]), ["giraffe"]) == []


def test_classes_of_labels_that_are_not_in_use_are_no_rivals(
    explainer: Explainer, photos: list[Path]
) -> None:
    labels = explainer.manifest.labels
    pixels = seen(explainer, photos[0])
    kept = [replace(labels[0], slug="renamed"), labels[1]]
    (among_two,) = explainer.explain(pixels, ["renamed"], labels=kept)
    (among_all,) = explainer.explain(pixels, [labels[0].slug], checked=0)
    assert among_two.map.score > among_all.map.score
    odds = np.exp(among_two.map.score)
    assert among_two.check is not None
    assert among_two.check.before == pytest.approx(odds / (1 + odds), abs=0.05)
