"""How much the recogniser's and the finder's opinions weigh (recognition/cnn/serving/fusion.py).

    python -m benchmarks.cnn.fusion VERSION FINDER PHOTOS...

VERSION, FINDER: folders of models_store. PHOTOS: folders. One with a boxes.json ({file: [{"class",
"box"}]}, COCO's classes) holds ordinary photos; any other one holds a folder a label (the labels'
slugs; every folder below one called "neither" is neither). Prints the weights that fit best, and
what photos are called right by weights that were fitted on the other four fifths of them.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from scipy.optimize import minimize

from recognition.cnn.finder.engine import load_finder
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.decoding import load_upright_rgb, shrunk
from recognition.cnn.pixels.preprocessing import SHORTER_SIDE, centre_pixels
from recognition.cnn.serving.answers import Look
from recognition.cnn.serving.closer_look import (
    SURE,
    CloserLook,
    Seen,
    View,
    main_weight,
)
from recognition.cnn.serving.engine import load_engine
from recognition.cnn.serving.fusion import WEIGHTS, Fusion, Weights, labels_by_class
from recognition.cnn.serving.outputs import probabilities_of
from recognition.cnn.serving.regions import Region
from recognition.cnn.taxonomy import Label

Labels = tuple[Label, ...]

FOLDS = 5
PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
# What the photos are like that people upload: ordinary ones count more than their number here, and
# of what is neither there is more.
IMPORTANCE = {"everyday": 3.0, "labelled": 1.0, "neither": 3.0, "composite": 0.5}
MISLABELLED = 0.03  # of the photos in folders
OF_SUBJECTS = (
    *("recogniser", "finder", "kind", "least_finder", "least_recogniser"),
    *("nothing", "nothing_other", "nothing_area", "unknown"),
)
OF_PHOTO = ("subject", "first", "first_area", "least_first", "photo_nothing")
LOGARITHMIC = {"kind", "least_finder", "least_recogniser", "unknown", "least_first"}
HELD = 0.003  # how firmly each weight is held where it begins


@dataclass
class Example:
    """A photo: its sort, the labels it may be called, and what either expert says."""

    path: Path
    sort: str
    truth: frozenset[str]
    boxes: list[tuple[str, Box]]
    first: np.ndarray
    neither: int
    looked_at: list[tuple[Region, View]]
    said: np.ndarray | None = None  # of what was looked at, by the weights of subjects

    @property
    def fold(self) -> int:
        return zlib.crc32(self.path.name.encode()) % FOLDS


class Case(NamedTuple):
    """One thing to be called right: its sort, (labels,) 1 for what it may be called, and what is
    known of it."""

    sort: str
    truth: np.ndarray
    seen: Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", type=Path)
    parser.add_argument("finder", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    options = parser.parse_args()
    examples = list(look(options.version, options.finder, options.photos))
    manifest, _ = load_engine(options.version)
    fusion = Fusion(manifest.labels)
    rights: dict[str, list[bool]] = defaultdict(list)
    for fold in range(FOLDS):
        weights = fitted(fusion, manifest.labels, [e for e in examples if e.fold != fold])
        held_out = Fusion(manifest.labels, weights)
        for example in (e for e in examples if e.fold == fold):
            rights[f"{example.sort}/{example.path.parent.name}"].append(is_right(held_out, example))
            rights[example.sort].append(rights[f"{example.sort}/{example.path.parent.name}"][-1])
    for name, right in sorted(rights.items()):
        print(f"{name:40} {sum(right):4} of {len(right):4}  {100 * sum(right) / len(right):5.1f} %")
    print(fitted(fusion, manifest.labels, examples))


def look(version: Path, finder: Path, folders: Iterable[Path]) -> Iterator[Example]:
    manifest, engine = load_engine(version)
    neither = [label.slug for label in manifest.labels].index("neither")
    with ThreadPoolExecutor(2) as workers:
        closer_look = CloserLook(manifest, engine, load_finder(finder), workers)
        for path, sort, truth, boxes, image in photos(folders):
            pixels = centre_pixels(image, manifest.preprocessing)[None]
            outputs = engine(pixels)
            first = View(probabilities_of(outputs)[0], outputs.fine_logits[0], np.empty(0))
            [looked_at] = closer_look.look_at([Seen(Look(path), image, first)])
            yield Example(path, sort, truth, boxes, first.probabilities, neither, looked_at)


def photos(
    folders: Iterable[Path],
) -> Iterator[tuple[Path, str, frozenset[str], list[tuple[str, Box]], Image.Image]]:
    scenes, labelled = [], []
    for folder in folders:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
        known = folder / "boxes.json"
        boxes_of = json.loads(known.read_text()) if known.exists() else None
        for path in paths:
            if boxes_of is None:
                is_scene = folder.name == "neither"
                truth, boxes = frozenset({"neither" if is_scene else path.parent.name}), []
                (scenes if is_scene else labelled).append(path)
                sort = "neither" if is_scene else "labelled"
            else:
                boxes = [(box["class"], Box(*box["box"])) for box in boxes_of[path.name]]
                truth, sort = truth_of(boxes), "everyday"
                if not boxes:
                    sort = "neither"
                    scenes.append(path)
            if truth:
                yield path, sort, truth, boxes, load(path)
    yield from composites(scenes, labelled)


def composites(scenes: list[Path], labelled: list[Path]) -> Iterator[tuple]:
    """Photos pasted at 30 % of the width at the left or right edge of scenes."""
    chance = random.Random(0)
    for path in chance.sample(labelled, min(len(labelled), 2 * len(scenes))) if scenes else ():
        scene, pasted = load(chance.choice(scenes)).copy(), load(path)
        width = round(0.3 * scene.width)
        pasted = pasted.resize((width, min(scene.height, pasted.height * width // pasted.width)))
        left = chance.choice((0, scene.width - width))
        scene.paste(pasted, (left, chance.randint(0, scene.height - pasted.height)))
        yield path, "composite", frozenset({path.parent.name}), [], scene


def load(path: Path) -> Image.Image:
    return shrunk(load_upright_rgb(path, SHORTER_SIDE), SHORTER_SIDE)


def truth_of(boxes: list[tuple[str, Box]]) -> frozenset[str]:
    """What the largest subject may be called; nothing if all are too small to tell."""
    if not boxes:
        return frozenset({"neither"})
    name, box = max(boxes, key=lambda one: one[1].area)
    return labels_by_class()[name] if box.area >= 0.01 else frozenset()


def fitted(fusion: Fusion, known: Labels, examples: list[Example]) -> Weights:
    """First what subjects are called, then, with that, what photos are called."""
    subjects = list(subject_cases(fusion, examples))
    weights = fit(known, WEIGHTS, OF_SUBJECTS, subjects, of_subjects)
    for example in examples:
        example.said = None
    unsure = [example for example in examples if example.looked_at and not is_sure(example)]
    mains = [Case(example.sort, truth_row(fusion, example.truth), example) for example in unsure]
    return fit(known, weights, OF_PHOTO, mains, of_photos)


def fit(
    known: Labels,
    start: Weights,
    names: tuple[str, ...],
    cases: list[Case],
    said: Callable[[Fusion, list[Case]], np.ndarray],
) -> Weights:
    """The weights of these names that make the truth likeliest."""
    truth = np.stack([case.truth for case in cases])
    importance = np.array([IMPORTANCE[case.sort] for case in cases])
    begin = np.array([coded(name, getattr(start, name)) for name in names])

    def weights_of(values: np.ndarray) -> Weights:
        pairs = zip(names, values.tolist(), strict=True)
        return replace(start, **{name: decoded(name, value) for name, value in pairs})

    def loss(values: np.ndarray) -> float:
        shares = np.exp(said(Fusion(known, weights_of(values)), cases))
        right = (shares * truth).sum(axis=1)
        likely = (1 - MISLABELLED) * right + MISLABELLED / truth.shape[1]
        nats = -(importance * np.log(likely)).sum() / importance.sum()
        return float(nats + HELD * ((values - begin) ** 2).sum())

    return weights_of(minimize(loss, begin, method="L-BFGS-B", options={"maxiter": 60}).x)


def coded(name: str, value: float) -> float:
    return float(np.log(value)) if name in LOGARITHMIC else value


def decoded(name: str, value: float) -> float:
    return float(np.exp(value)) if name in LOGARITHMIC else value


def subject_cases(fusion: Fusion, examples: list[Example]) -> Iterator[Case]:
    """What was found in scenes is nothing, and in ordinary photos what the box tells that overlaps.
    In photos of folders, where nobody drew boxes, only what is large and surest counts."""
    for example in examples:
        for place, (region, view) in enumerate(example.looked_at):
            truth = example.truth if example.sort == "labelled" else overlapping(example, region)
            is_unclear = example.sort == "labelled" and (place > 0 or region.box.area < 0.1)
            if truth and not is_unclear and example.sort != "composite":
                sort = "neither" if truth == {"neither"} else example.sort
                yield Case(sort, truth_row(fusion, truth), (region, view))


def overlapping(example: Example, region: Region) -> frozenset[str]:
    """Empty where a box is met only half."""
    overlaps = [(region.box.overlap(box), name) for name, box in example.boxes]
    met = [labels_by_class()[name] for overlap, name in overlaps if overlap >= 0.5]
    is_far = all(overlap < 0.1 for overlap, _name in overlaps)
    return frozenset().union(*met) if met else frozenset({"neither"} if is_far else ())


def truth_row(fusion: Fusion, truth: frozenset[str]) -> np.ndarray:
    return np.array([label.slug in truth for label in fusion.labels], float)


def of_subjects(fusion: Fusion, cases: list[Case]) -> np.ndarray:
    return said_of([case.seen for case in cases], fusion)


def said_of(looked_at: list[tuple[Region, View]], fusion: Fusion) -> np.ndarray:
    return fusion.of_subjects(
        np.stack([view.probabilities for _region, view in looked_at]),
        np.stack([region.class_scores for region, _view in looked_at]),
        np.array([region.box.area for region, _view in looked_at]),
    )


def of_photos(fusion: Fusion, cases: list[Case]) -> np.ndarray:
    return np.stack([of_photo(fusion, case.seen) for case in cases])


def of_photo(fusion: Fusion, example: Example) -> np.ndarray:
    if example.said is None:
        example.said = said_of(example.looked_at, fusion)
    shares = np.exp(example.said)
    areas = [region.box.area for region, _view in example.looked_at]
    weights = [
        main_weight(fusion.presence(row), area) for row, area in zip(shares, areas, strict=True)
    ]
    main = int(np.argmax(weights))
    return fusion.of_photo(example.first, example.said[main], areas[main])


def is_sure(example: Example) -> bool:
    best = int(example.first.argmax())
    return best != example.neither and example.first[best] >= SURE


def is_right(fusion: Fusion, example: Example) -> bool:
    if is_sure(example) or not example.looked_at:
        said = fusion.widened(example.first)
    else:
        example.said = None
        said = of_photo(fusion, example)
    return fusion.labels[int(said.argmax())].slug in example.truth


if __name__ == "__main__":
    main()
