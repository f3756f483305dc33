"""Whether class-activation maps tell the truth (recognition/cnn/explain/), and what they cost.

    python -m benchmarks.cnn.explain [PHOTOS] [--version FOLDER] [--count 200] [--record]

PHOTOS (../shared/photos) holds animals/<label>/, vehicles/<label>/ and, if there is one,
everyday/boxes.json ({file: [{"class", "box"}]}, COCO's classes). Over photos that the version
answers right, drawn at random, each map is checked: what the label's probability loses when the
hottest fifth is hidden, beside as much of the same outline elsewhere and beside a map made of
random numbers; what is left of it when the hottest fifth alone is shown; insertion and deletion.
Photos of two labels are the ordinary ones that show both, and pairs of photos put side by side.

The peer is Grad-CAM of the package grad-cam, on the same feature maps. It is used if it is there:

    python -m pip install --no-deps --target .venv-peer/maps \\
        -r benchmarks/requirements-peer-maps.txt
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.corpus import paths
from benchmarks.recording import as_table, record
from benchmarks.truth import LABELS
from recognition.cnn.explain.class_maps import MapMaker, Question
from recognition.cnn.explain.faithfulness import (
    HOT_SHARE,
    Check,
    Curves,
    check,
    curves,
    probability_of,
)
from recognition.cnn.explain.last_maps import find_ends
from recognition.cnn.explain.placing import Values, centre_place, hottest, overlap, upsampled
from recognition.cnn.head import log_sum_exp_by_group
from recognition.cnn.manifest import Manifest
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.decoding import load_upright_rgb
from recognition.cnn.pixels.preprocessing import centre_pixels, load_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS, UnreadablePhoto
from recognition.cnn.serving.engine import load_engine
from recognition.cnn.serving.outputs import Engine
from recognition.cnn.store.checkpoint import load_network

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".venv-peer" / "maps"
LEAST_RATIO, MOST_OVERLAP = 2.0, 0.5  # what is asked of the map
LEAST_BOX = 0.01  # of the square that the network sees, of each of two labels in it
SEEN = 0.02  # the probability that the network gives both labels at least
MAP, PLAIN, RANDOM, GRAD_CAM = "the map", "without rivals", "random numbers", "grad-cam"

# The map of a square for some classes, in any grid.
Method = Callable[[np.ndarray, list[int]], Values]


class Seen(NamedTuple):
    """A square as the network sees it, and the classes of its label."""

    pixels: np.ndarray
    classes: list[int]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="?", default=ROOT.parent / "shared" / "photos")
    parser.add_argument("--version", type=Path, default=ROOT / "models_store" / "1")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--peer", type=Path, default=PEER)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    manifest, engine = load_engine(options.version)
    maker = MapMaker(load_network(options.version)[1], manifest.preprocessing)
    methods = dict(methods_of(maker, options))
    right = list(answered_right(options.photos, manifest, engine, options.count))
    found = {name: measured(method, right, manifest, engine) for name, method in methods.items()}
    table = f"{faithfulness(found)}\n\n{drawn_out(found)}"
    print(table)
    overlaps = as_table(
        ("photos of two labels", "photos", "median overlap", "below 0.5"),
        list(of_two_labels(options.photos, right, manifest, maker)),
    )
    print(overlaps)
    if options.record:
        how = f"{len(right)} photos, {manifest.name}, {engine.name}"
        record("explain", how, f"{table}\n\n{overlaps}")


def methods_of(maker: MapMaker, options: argparse.Namespace) -> Iterator[tuple[str, Method]]:
    chance = np.random.default_rng(0)

    def of_question(pixels: np.ndarray, question: Question) -> Values:
        return maker.maps(pixels, [question]).maps[0].values

    yield MAP, lambda pixels, classes: of_question(pixels, Question(classes))
    yield PLAIN, lambda pixels, classes: of_question(pixels, Question(classes, ()))
    shape = of_question(np.zeros((maker.side, maker.side, 3), np.uint8), Question([0])).shape
    yield RANDOM, lambda _pixels, _classes: chance.random(shape, np.float32)
    if options.peer.is_dir():
        yield GRAD_CAM, peer(options.version, options.peer)
    else:
        print(f"{options.peer} is not there: without the peer.")


def answered_right(folder: Path, manifest: Manifest, engine: Engine, count: int) -> Iterator[Seen]:
    """The centre squares of labelled photos, drawn at random."""
    slugs = [label.slug for label in manifest.labels]
    photos = [path for name in ("animals", "vehicles") for path in paths(folder / name)]
    random.Random(0).shuffle(photos)
    found = 0
    for path in photos:
        if path.parent.name not in slugs or found == count:
            continue
        try:
            pixels = load_pixels(path, manifest.preprocessing, DEFAULT_MAX_PIXELS)
        except UnreadablePhoto:
            continue
        answer = int(engine(pixels[None]).log_probabilities[0].argmax())
        if slugs[answer] == path.parent.name:
            found += 1
            yield Seen(pixels, list(manifest.labels[answer].classes))


class Measured(NamedTuple):
    """What was found of a method, photo by photo; times in seconds."""

    checks: list[Check]
    curves: list[Curves]
    seconds: list[float]
    with_check: list[float]


def measured(method: Method, right: list[Seen], manifest: Manifest, engine: Engine) -> Measured:
    found = Measured([], [], [], [])
    method(*right[0])
    for seen in right:
        probability = probability_of(engine, manifest, seen.classes)
        start = time.perf_counter()
        values = method(*seen)
        found.seconds.append(time.perf_counter() - start)
        found.checks.append(check(seen.pixels, values, probability))
        found.with_check.append(time.perf_counter() - start)
        found.curves.append(curves(seen.pixels, values, probability))
    return found


def faithfulness(found: dict[str, Measured]) -> str:
    """The table of all methods, and whether the map is as faithful as is asked."""
    rows, drops, elsewhere = [], {}, {}
    for name, (checks, areas, seconds, with_check) in found.items():
        drops[name] = statistics.median(each.drop for each in checks)
        elsewhere[name] = statistics.median(each.random_drop for each in checks)
        rows.append(
            (
                name,
                f"{drops[name]:.3f}",
                f"{elsewhere[name]:.3f}",
                f"{statistics.median(each.alone for each in checks):.3f}",
                f"{statistics.mean(each.insertion_area for each in areas):.3f}",
                f"{statistics.mean(each.deletion_area for each in areas):.3f}",
                f"{1000 * statistics.median(seconds):.0f} ms",
                f"{1000 * statistics.median(with_check):.0f} ms",
            )
        )
    # The harder one of two ways to hide a fifth at random.
    ratio = drops[MAP] / max(elsewhere[MAP], drops[RANDOM], 1e-9)
    verdict = "as asked" if ratio >= LEAST_RATIO else "NOT as asked"
    head = (
        *("map", "hidden: lost", "elsewhere: lost", "alone: left", "insertion", "deletion"),
        *("time", "with check"),
    )
    return f"{as_table(head, rows)}\n\nRatio {ratio:.1f}, at least {LEAST_RATIO}: {verdict}."


def drawn_out(found: dict[str, Measured]) -> str:
    """The curves: means of the label's probability, each tenth of the pixels."""
    head = ["pixels"]
    columns: list[list[str]] = []
    for name, each in found.items():
        for kind in ("insertion", "deletion"):
            head.append(f"{name}: {kind}")
            values = np.mean([getattr(curve, kind) for curve in each.curves], axis=0)
            columns.append([f"{value:.2f}" for value in values])
    shares = [f"{share:.0%}" for share in found[MAP].curves[0].shares]
    rows = list(zip(shares, *columns, strict=True))
    return as_table(head, rows[::2])


def of_two_labels(
    folder: Path, right: list[Seen], manifest: Manifest, maker: MapMaker
) -> Iterator[tuple[str, ...]]:
    """How much the hottest fifths of two labels' maps have in common."""
    sets = {
        "ordinary photos": list(ordinary(folder / "everyday", manifest)),
        "side by side": list(side_by_side(right)),
    }
    for name, photos in sets.items():
        overlaps, both_seen = [], []
        for pixels, *both in photos:
            maps = maker.maps(pixels, [Question(classes) for classes in both]).maps
            hot = [hottest(upsampled(each.values, len(pixels)), HOT_SHARE) for each in maps]
            overlaps.append(overlap(*hot))
            odds = [np.exp(each.score) for each in maps]
            if min(odd / (1 + odd) for odd in odds) >= SEEN:
                both_seen.append(overlaps[-1])
        yield row_of_overlaps(name, overlaps)
        yield row_of_overlaps(f"{name}, both at {SEEN:.0%} or more", both_seen)


def row_of_overlaps(name: str, overlaps: list[float]) -> tuple[str, ...]:
    below = sum(each < MOST_OVERLAP for each in overlaps)
    median = f"{statistics.median(overlaps):.3f}" if overlaps else ""
    return (name, str(len(overlaps)), median, f"{below} of {len(overlaps)}")


def side_by_side(right: list[Seen]) -> Iterator[tuple[np.ndarray, list[int], list[int]]]:
    """Each photo beside the next one of another label, both squeezed to half their width."""
    for one, other in zip(right[::2], right[1::2], strict=False):
        if one.classes != other.classes:
            halves = [seen.pixels.reshape(len(seen.pixels), -1, 2, 3) for seen in (one, other)]
            both = np.concatenate([half.mean(axis=2).astype(np.uint8) for half in halves], axis=1)
            yield both, one.classes, other.classes


def ordinary(folder: Path, manifest: Manifest) -> Iterator[tuple[np.ndarray, list[int], list[int]]]:
    """Photos in whose centre square the largest things of two classes of COCO are not too small."""
    file = folder / "boxes.json"
    marked = json.loads(file.read_text()) if file.is_file() else {}
    known = {label.slug: label.classes for label in manifest.labels}
    for name, boxes in marked.items():
        image = load_upright_rgb(folder / name, manifest.preprocessing.resize, DEFAULT_MAX_PIXELS)
        square = centre_place(image.size, manifest.preprocessing)
        areas: dict[str, float] = {}
        for box in boxes:
            area = Box(*box["box"]).area * Box(*box["box"]).share_inside(square) / square.area
            areas[box["class"]] = max(area, areas.get(box["class"], 0.0))
        large = sorted((each for each in areas if areas[each] >= LEAST_BOX), key=areas.get)[-2:]
        classes = [
            [number for slug in LABELS[each] for number in known.get(slug, ())] for each in large
        ]
        if len(classes) == 2 and all(classes):
            yield centre_pixels(image, manifest.preprocessing), *classes


def peer(version: Path, folder: Path) -> Method:
    """Grad-CAM of grad-cam, on the last feature maps, for the logit of a label."""
    sys.path.append(str(folder))
    grad_cam: Any = importlib.import_module("pytorch_grad_cam")
    manifest, model = load_network(version)
    side = manifest.preprocessing.crop
    ends = find_ends(model.backbone, torch.zeros(1, 3, side, side))
    layer = model.backbone.get_submodule(ends.giver)

    class Logits(nn.Module):
        """Of the classes, as grad-cam wants them: float32 (B, 3, H, W) -> (B, classes)."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, pixels: Tensor) -> Tensor:
            _, logits, _ = self.model(pixels.permute(0, 2, 3, 1))
            return logits / self.model.head.temperature + self.model.head.log_class_weights

    cam = grad_cam.GradCAM(model=Logits().eval(), target_layers=[layer])

    def method(pixels: np.ndarray, classes: list[int]) -> Values:
        def of_label(logits: Tensor) -> Tensor:
            group = torch.zeros(logits.shape[-1], 1)
            group[classes] = 1
            return log_sum_exp_by_group(logits.reshape(1, -1), group)[0, 0]

        images = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
        heat: Values = cam(input_tensor=images, targets=[of_label])[0].astype(np.float32)
        return heat

    return method


if __name__ == "__main__":
    main()
