"""The measurements of review_quality.py: orderings, suspects, the promise, near-duplicates."""

from __future__ import annotations

import io
import random
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image

from recognition.analysis import analysis, suspect_search
from recognition.cnn.measures.intervals import Z_SHOWN, wilson
from recognition.exchange.importing import FolderImport
from recognition.labels import labelling
from recognition.labels.tree import LabelFinder, LabelTree
from recognition.models import Job, Label, Photo, Prediction, ReviewLease, State, Suspect, Via
from recognition.photos import deletion
from recognition.predictions import answering
from recognition.review import levels, promise, queue, reviewed, suspects
from recognition.review.levels import Cell, Counts
from recognition.review.queue import Ordering
from recognition.workers import predictor

FIRST = 0.2  # of the queue
SWAPPED, SEEDS = 0.05, range(10)
HALVES = 200
ORIGINALS = 300
_TOP = "prediction__top"
Row = tuple[str, str, str]
Truth = dict[UUID, int]


def measure(photos: Path) -> list[Row]:
    person = User.objects.create_superuser("quality")
    rows = _suspects(photos, person)
    truth = _take_in([photos / "animals", photos / "vehicles"], person)
    rows += _orders(truth, person)
    truth |= _take_in([photos / "neither"], person)
    rows += _promises(truth)
    deletion.delete_photos_of(person)
    files = [path for part in ("animals", "vehicles") for path in (photos / part).glob("*/*")]
    return rows + _near_duplicates(sorted(files), person)


def _take_in(folders: Sequence[Path], owner: User) -> Truth:
    """Import without labels, predict and analyse; what the folders say of each photo."""
    find = LabelFinder({})
    truth: Truth = {}
    for folder in folders:
        for outcome in FolderImport(folder, owner):
            if outcome.photo and not outcome.is_duplicate:
                label = find(Path(outcome.name).parent.name) or find(folder.name)
                truth[outcome.photo.id] = label.id
    _predict_and_analyse()
    return truth


def _predict_and_analyse() -> None:
    while Prediction.objects.filter(state=State.PENDING).exists():
        predictor.predict_pending()
    _analyse()


def _analyse() -> None:
    while Photo.objects.filter(prediction__analysis_due__isnull=False).exists():
        analysis.analyse_due()


def _said(photo_ids: Iterable[UUID]) -> dict[UUID, tuple[int, float]]:
    """Predicted label and confidence."""
    rows = Photo.objects.filter(id__in=list(photo_ids), prediction__state=State.DONE)
    said = rows.values_list("id", "prediction__label_id", "prediction__confidence")
    return {key: (label, confidence) for key, label, confidence in said}


# Orders of the queue


def _orders(truth: Truth, person: User) -> list[Row]:
    """First nothing is labelled; then a random half is, and the other half is looked at."""
    rows = [
        _order(f"nothing labelled, {order.label}", truth, person, order)
        for order in (Ordering.MARGIN, Ordering.NEWEST)
    ]
    labelled = dict(random.Random(0).sample(list(truth.items()), len(truth) // 2))
    labels = Label.objects.in_bulk(set(truth.values()))
    bulk = labelling.decide_many(
        {key: labels[slug] for key, slug in labelled.items()}, person, Via.GRID
    )
    _look_again()
    rest = {key: label for key, label in truth.items() if key not in labelled}
    rows += [
        _order(f"half labelled, {order.label}", rest, person, order)
        for order in (Ordering.MARGIN, Ordering.NOVELTY, Ordering.NEWEST)
    ]
    labelling.undo_bulk(bulk, person)
    return [
        (what, figure, "68 %" if place == 0 else "") for place, (what, figure) in enumerate(rows)
    ]


def _look_again() -> None:
    """What is nearest among the labelled photos has changed for all."""
    Prediction.objects.filter(review__isnull=False).update(analysis_due=timezone.now())
    _analyse()


def _order(what: str, truth: Truth, person: User, order: Ordering) -> tuple[str, str]:
    tree = LabelTree()
    said = _said(truth)
    wrong = {key for key, (label, _c) in said.items() if not tree.is_right(label, truth[key])}
    first = queue.claim(person, order, round(FIRST * len(said)))
    ReviewLease.objects.all().delete()
    found = len(wrong.intersection(first))
    what = f"mistakes in the first {FIRST:.0%} of the queue: {what}"
    return what, f"{found} of {len(wrong)}, {found / len(wrong):.0%}"


# Suspect labels


def _suspects(photos: Path, person: User) -> list[Row]:
    truth = _take_in([photos / "animals"], person)
    labels = Label.objects.in_bulk(set(truth.values()))
    labelling.decide_many({key: labels[slug] for key, slug in truth.items()}, person, Via.UPLOAD)
    precisions = []
    for seed in SEEDS:
        draw = random.Random(seed)
        chosen = draw.sample(list(truth), round(SWAPPED * len(truth)))
        swapped = {
            key: labels[draw.choice([label for label in labels if label != truth[key]])]
            for key in chosen
        }
        bulk = labelling.decide_many(swapped, person, Via.UPLOAD)
        suspects.ask_for_search(None)
        suspect_search.search_if_due()
        top = Suspect.objects.order_by("-score", "photo").values_list("photo_id", flat=True)
        precisions.append(len(swapped.keys() & set(top[: len(swapped)])) / len(swapped))
        labelling.undo_bulk(bulk, person)
    deletion.delete_photos_of(person)
    Job.objects.all().delete()
    what = f"swapped labels among as many top suspects, {len(SEEDS)} draws of {len(swapped)} swaps"
    lowest, mean = min(precisions), statistics.mean(precisions)
    return [(what, f"{mean:.0%}, at least {lowest:.0%}", "88 %")]


# The accuracy promise


def _promises(truth: Truth) -> list[Row]:
    return [row for target in (0.95, 0.98) for row in _promise(truth, target)]


def _promise(truth: Truth, target: float) -> list[Row]:
    tree = LabelTree()
    cells = _cells(truth, tree)
    known = [key for key in truth if key in cells]  # in the order of the files
    found: dict[str, list[tuple[int, int, int]]] = {}
    for seed in range(HALVES):
        keys = random.Random(seed).sample(known, len(known))
        half, others = keys[: len(keys) // 2], keys[len(keys) // 2 :]
        evidence = _evidence(half, cells, truth, tree)
        chosen = levels.thresholds(evidence, tree.heights, target)
        for level, counts in _judged(others, cells, truth, chosen, tree).items():
            found.setdefault(level, []).append((*counts, len(others)))
    what = f"promise of {target:.0%}, {HALVES} random halves"
    return [
        row for level, counts in found.items() for row in _kept(f"{what}, {level}", counts, target)
    ]


def _kept(what: str, counts: Sequence[tuple[int, int, int]], target: float) -> Iterator[Row]:
    """counts: of each half how many were right, accepted and looked at."""
    made = [(right, number) for right, number, _all in counts if number]
    broken = sum(right / number < target for right, number in made)
    refuted = sum(wilson(right, number, Z_SHOWN).high < target for right, number in made)
    precision = _mean([right / number for right, number in made])
    yield f"{what}: precision of what is accepted", precision, f"{target:.0%}"
    yield f"{what}: broken", f"{broken} of {HALVES}", "5 %"
    yield f"{what}: broken beyond the interval", f"{refuted} of {HALVES}", ""
    shares = [number / photos for _right, number, photos in counts]
    yield f"{what}: accepted without a look", _mean(shares), ""
    yield f"{what}: nothing accepted", f"{HALVES - len(made)} of {HALVES}", ""


def _cells(truth: Truth, tree: LabelTree) -> dict[UUID, Cell]:
    rows = Photo.objects.filter(id__in=list(truth), prediction__state=State.DONE)
    steps = ((key, answering.steps(top, tree)) for key, top in rows.values_list("id", _TOP))
    return {
        key: Cell.of((label.id, confidence) for label, confidence in found) for key, found in steps
    }


def _judged(
    keys: Sequence[UUID],
    cells: Mapping[UUID, Cell],
    truth: Truth,
    chosen: levels.Thresholds,
    tree: LabelTree,
) -> dict[str, tuple[int, int]]:
    """How many are right and how many accepted, at each level and together."""
    slugs = {label.id: label for label in tree}
    counts = {level: [0, 0] for level in ("all levels", *promise.Level)}
    for key in keys:
        cell = cells[key]
        if (place := chosen.accepted_at(cell)) is None:
            continue
        label = slugs[cell.path[place]]
        is_right = tree.is_right(label.id, truth[key])
        for level in ("all levels", promise.level_of(label, place)):
            counts[level][0] += is_right
            counts[level][1] += 1
    return {str(level): (right, number) for level, (right, number) in counts.items()}


def _mean(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.1%}" if values else "nothing promised"


def _evidence(
    keys: Sequence[UUID], cells: Mapping[UUID, Cell], truth: Truth, tree: LabelTree
) -> dict[Cell, Counts]:
    evidence: dict[Cell, Counts] = {}
    for cell in cells.values():
        evidence.setdefault(cell, Counts()).uploads += 1
    for key in keys:
        first = reviewed.first_right(cells[key], truth[key], tree)
        evidence[cells[key]].right_from[first] += 1
    return evidence


# Near-duplicates


def _near_duplicates(files: Sequence[Path], person: User) -> list[Row]:
    """Variants of some photos, imported after the photos themselves."""
    originals = random.Random(0).sample(files, min(ORIGINALS, len(files)))
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(originals):
            _write_variants(path, Path(folder), f"{number:04d}")
        list(FolderImport(Path(folder), person))
        _predict_and_analyse()
    groups = dict(Photo.objects.values_list("name", "group"))
    rows = []
    for kind in ("reencoded", "resized", "cropped"):
        pairs = [(name, name.replace("original", kind)) for name in groups if "original" in name]
        found = sum(groups[a] is not None and groups[a] == groups.get(b) for a, b in pairs)
        rows.append((f"near-duplicates found: {kind}", f"{found} of {len(pairs)}", ""))
    members: dict[UUID, set[str]] = {}
    for name, group in groups.items():
        if group:
            members.setdefault(group, set()).add(name[:4])
    mixed = sum(len(numbers) - 1 for numbers in members.values())
    what = f"photos joined with another one's variants, of {len(originals)}"
    return [*rows, (what, str(mixed), "")]


def _write_variants(path: Path, folder: Path, number: str) -> None:
    image = Image.open(path).convert("RGB")
    width, height = image.size
    variants = {
        "original": (image, 95),
        "reencoded": (image, 60),
        "resized": (image.resize((max(1, width // 2), max(1, height // 2))), 90),
        "cropped": (
            image.crop((width // 25, height // 25, width - width // 25, height - height // 25)),
            90,
        ),
    }
    for kind, (variant, quality) in variants.items():
        content = io.BytesIO()
        variant.save(content, "JPEG", quality=quality)
        (folder / f"{number}-{kind}.jpg").write_bytes(content.getvalue())
