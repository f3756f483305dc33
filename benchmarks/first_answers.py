"""How often a new instance is right at first sight, through the running product.

    python -m benchmarks.first_answers [PHOTOS] [--limit 20] [--record]

PHOTOS, or the variable ARK_BENCH_PHOTOS, is a folder with any of these in it: everyday/ (ordinary
photos, with a boxes.json that names the class in COCO and the box of each animal and vehicle),
animals/ and vehicles/ (of <label>/), neither/ (of <scene>/), imagenet/ (<class index>_*). Photos
are uploaded one a request with `?wait=`, and their subjects are read when all were looked for.
--limit: so many photos a folder, to try it out. `--record` writes the table to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import corpus, load
from benchmarks.composites import composites
from benchmarks.product import CLIENTS, Product
from benchmarks.recording import as_table, record
from benchmarks.truth import LABELS, RIGHT, WRONG, Finding, Judge, Marked, Tally, tally
from recognition.cnn import taxonomy
from tests.support.instance import running

Row = tuple[str, str, str]
SIZES = (("more than 20 %", 0.2, 1.1), ("5 to 20 %", 0.05, 0.2), ("1 to 5 %", 0.01, 0.05))
REQUIRED = {
    "more than 20 %": "85 %",
    "5 to 20 %": "70 %",
    "1 to 5 %": "45 %",
    "horse": "80 %",
    "cow": "85 %",
    "chicken": "80 %",
    "sheep": "55 %",
    "flowers": "93 %",
}
OFF_CENTRE = 100
PARTS = ("web", "redis", "predictor")
_PATIENCE_S = 60.0  # for subjects to be found; counted anew whenever some were
_NOTHING: dict[str, Any] = {"label": "", "kind": "", "subjects": None}


class Seen(NamedTuple):
    """A photo, what was answered at once, and its id; an empty one if it was refused."""

    path: Path
    prediction: dict[str, Any]
    id: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    folder = os.environ.get("ARK_BENCH_PHOTOS")
    parser.add_argument("photos", type=Path, nargs="?", default=folder and Path(folder))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    if options.photos is None:
        parser.error("which photos? Name a folder, or set ARK_BENCH_PHOTOS.")
    with tempfile.TemporaryDirectory(prefix="ark-first-") as place:
        home, store = Path(place) / "home", Path(place) / "models_store"
        with running(home, store, PARTS) as instance:
            rows = FirstAnswers(Product(instance), options.photos, options.limit).measure()
    table = as_table(("what", "right", "required"), rows)
    print(table)
    if options.record:
        record("first answers", "version 1 of the network", table)


class FirstAnswers:
    """One run over a folder of photos. limit: of photos in each folder."""

    def __init__(self, product: Product, photos: Path, limit: int | None = None) -> None:
        self._product = product
        self._photos = photos
        self._limit = limit
        labels = json.loads(product.new_client().get("/api/v1/labels/"))
        self._judge = Judge({label["slug"]: label["parent"] for label in labels})

    def measure(self) -> list[Row]:
        everyday = self._look_at("everyday")
        animals, vehicles = self._look_at("animals"), self._look_at("vehicles")
        neither, imagenet = self._look_at("neither"), self._look_at("imagenet")
        rows = self._ordinary(everyday)
        rows += self._labelled("animals", "animal", animals, "97.5 %", "89 %")
        rows += self._labelled("vehicles", "vehicle", vehicles, "", "94.5 %")
        rows += self._rejected(neither)
        if imagenet:
            rows.append(
                ("imagenet, the label of the class", str(self._of_classes(imagenet)), "97 %")
            )
        return rows + self._off_centre([*animals, *vehicles], neither)

    # What the product answers

    def _look_at(self, folder: str) -> list[Seen]:
        place = self._photos / folder
        paths = corpus.paths(place) if place.is_dir() else []
        if self._limit:
            paths = paths[:: max(1, len(paths) // self._limit)]
        return self._upload([(path, path.read_bytes()) for path in paths])

    def _upload(self, files: Iterable[tuple[Path, bytes]]) -> list[Seen]:
        seen: list[Seen] = []
        given = {f"{number:05d}.jpg": pair for number, pair in enumerate(files)}

        def upload(client: load.Client, photo: load.Photo) -> None:
            path = given[photo[0]][0]
            try:
                told = self._product.answer(client, photo)
            except RuntimeError as error:
                print(f"{path}: {error}", file=sys.stderr)
                told = {"id": "", "prediction": None}
            seen.append(Seen(path, told["prediction"] or _NOTHING, told["id"]))

        photos = [(name, content) for name, (_path, content) in given.items()]
        load.upload_at_once(self._product.new_client, upload, photos, CLIENTS)
        return sorted(seen, key=lambda one: one.path)

    def _with_subjects(self, photos: Sequence[Seen]) -> list[Seen]:
        """When their subjects were looked for; those whose never are stay as they were."""
        client = self._product.new_client()
        known = {seen.id: seen for seen in photos if seen.id}
        deadline = time.monotonic() + _PATIENCE_S
        waiting = {
            id_ for id_, seen in known.items() if seen.prediction.get("subjects", ()) is None
        }
        while waiting and time.monotonic() < deadline:
            for id_ in sorted(waiting):
                told = json.loads(client.get(f"/api/v1/photos/{id_}/"))["prediction"] or _NOTHING
                if told.get("subjects") is not None:
                    known[id_] = known[id_]._replace(prediction=told)
                    waiting.remove(id_)
                    deadline = time.monotonic() + _PATIENCE_S
            time.sleep(1.0)
        return list(known.values())

    # What is counted

    def _ordinary(self, photos: Sequence[Seen]) -> list[Row]:
        if not photos:
            return []
        boxes = marked_in(self._photos / "everyday" / "boxes.json")
        rows = []
        for name, least, most in SIZES:
            verdicts = [
                self._judge.verdict(seen.prediction["label"], LABELS[largest.found])
                for seen in photos
                if (largest := _largest(boxes.get(seen.path.name, [])))
                and least < largest.area <= most
            ]
            rows.append((f"ordinary, subject of {name}", str(tally(verdicts)), REQUIRED[name]))
        empty = [seen for seen in photos if not boxes.get(seen.path.name, [])]
        rows.append(("ordinary without any subject: neither", str(self._neither(empty)), ""))
        return rows + self._subjects(photos, boxes)

    def _subjects(self, photos: Sequence[Seen], boxes: dict[str, list[Marked]]) -> list[Row]:
        found = Finding()
        looked_at = [
            seen
            for seen in self._with_subjects(photos)
            if seen.prediction.get("subjects") is not None
        ]
        for seen in looked_at:
            found.add(boxes.get(seen.path.name, []), seen.prediction["subjects"], self._judge)
        labelled = "subjects above 2 %: found with the right label"
        if not looked_at:
            return [(labelled, "nobody looks for them", "60 %")]
        several, boxes_found = f"of {found.marked}", found.right + found.wrong
        located = found.located / max(1, found.marked)
        precision = f"{found.precision:.1%} of {boxes_found}, {found.broad} broad besides"
        return [
            (labelled, f"{found.recall:.1%} {several}", "60 %"),
            ("subjects: precision of boxes with their labels", precision, "75 %"),
            ("subjects above 2 %: found, whatever the label", f"{located:.1%} {several}", ""),
        ]

    def _labelled(
        self, name: str, kind: str, photos: Sequence[Seen], kind_at_least: str, at_least: str
    ) -> list[Row]:
        if not photos:
            return []
        kinds = tally(RIGHT if seen.prediction["kind"] == kind else WRONG for seen in photos)
        rows = [(f"{name}, kind", str(kinds), kind_at_least)]
        rows.append((f"{name}, label", str(tally(self._verdicts(photos))), at_least))
        return rows + [
            (f"{name}, {label}", str(tally(self._verdicts(of))), REQUIRED.get(label, ""))
            for label, of in _by_folder(photos).items()
        ]

    def _verdicts(self, photos: Sequence[Seen]) -> list[str]:
        """By the label that their folder is named after."""
        return [
            self._judge.verdict(seen.prediction["label"], (seen.path.parent.name,))
            for seen in photos
        ]

    def _rejected(self, photos: Sequence[Seen]) -> list[Row]:
        if not photos:
            return []
        return [
            ("neither", str(self._neither(photos)), "96 %"),
            *(
                (f"neither, {scene}", str(self._neither(of)), REQUIRED.get(scene, ""))
                for scene, of in _by_folder(photos).items()
            ),
        ]

    def _neither(self, photos: Sequence[Seen]) -> Tally:
        said = [seen.prediction["label"] for seen in photos]
        return tally(self._judge.verdict(label, (taxonomy.NEITHER,)) for label in said)

    def _of_classes(self, photos: Sequence[Seen]) -> Tally:
        owner = {row: label.slug for label in taxonomy.labels() for row in label.classes}
        return tally(
            self._judge.verdict(seen.prediction["label"], (owner[int(seen.path.name[:3])],))
            for seen in photos
        )

    def _off_centre(self, labelled: Sequence[Seen], scenes: Sequence[Seen]) -> list[Row]:
        verdicts = zip(labelled, self._verdicts(labelled), strict=True)
        right = [seen.path for seen, verdict in verdicts if verdict == RIGHT]
        if not right or not scenes:
            return []
        pasted = composites(right, [seen.path for seen in scenes], OFF_CENTRE)
        kept = tally(self._verdicts(self._upload(pasted)))
        return [("answered rightly, then pasted into an edge", str(kept), "45 %")]


def marked_in(file: Path) -> dict[str, list[Marked]]:
    """The animals and vehicles of each photo, by its name."""
    return {
        name: [
            Marked(one["class"], tuple(one["box"])) for one in subjects if one["class"] in LABELS
        ]
        for name, subjects in json.loads(file.read_text(encoding="utf-8")).items()
    }


def _largest(marked: Sequence[Marked]) -> Marked | None:
    return max(marked, key=lambda one: one.area, default=None)


def _by_folder(photos: Sequence[Seen]) -> dict[str, list[Seen]]:
    folders: dict[str, list[Seen]] = {}
    for seen in photos:
        folders.setdefault(seen.path.parent.name, []).append(seen)
    return folders


if __name__ == "__main__":
    main()
