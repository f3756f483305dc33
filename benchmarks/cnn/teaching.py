"""What teaching brings and what it costs, on folders of labelled photos.

    python -m benchmarks.cnn.teaching models_store/1 PHOTOS [--finder models_store/finder]

PHOTOS holds animals/<label>/, vehicles/<label>/, neither/<scene>/, imagenet/<class index>_* and
perhaps carbody/<type>/. Of the animals and vehicles, 5 and 20 photos a label are drawn; 70 % train,
10 % validate, 20 % are set aside, as in the product. Each result is saved as a version and answers
photos as it would in the product, with the finder. Reported, as means of the draws: labels right on
the rest of them; of the imagenet photos that were right, those that stay right; `neither` rejected;
seconds. Car body types are taught from 20, 50 and 100 photos altogether a type, beside a logistic
regression on the embeddings of whole photos.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from recognition.cnn.manifest import Manifest
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.serving.classifier import Answer, Classifier, Look
from recognition.cnn.store.checkpoint import load_network, save_version
from recognition.cnn.taxonomy import NEITHER, Label
from recognition.cnn.teaching.teach import Examples, teach

PHOTOS_PER_LABEL = (5, 20)
TYPES_PER_LABEL = (20, 30)


@dataclass
class Photos:
    """Files, the right labels (N,), and embeddings (N, D) of main subjects and of whole photos."""

    paths: list[Path]
    slugs: np.ndarray
    subjects: np.ndarray
    wholes: np.ndarray

    def part(self, rows: np.ndarray) -> Photos:
        paths = [self.paths[row] for row in rows]
        return Photos(paths, self.slugs[rows], self.subjects[rows], self.wholes[rows])

    def examples(self, places: dict[str, int], rows: np.ndarray) -> Examples:
        truth = np.array([places[slug] for slug in self.slugs[rows]], np.int64)
        return Examples(self.subjects[rows].astype(np.float32), truth)


@dataclass
class Bench:
    version: Path
    finder: Path | None
    manifest: Manifest
    network: Recogniser

    def load(self, folder: Path, with_finder: bool = True) -> Classifier:
        finder = self.finder if with_finder else None
        return Classifier.load(folder, finder=finder, warm_up=(1, 16))

    def read(self, paths: list[Path], slugs: Iterable[str]) -> Photos:
        with self.load(self.version) as closer, self.load(self.version, False) as first:
            subjects = [a.embedding for a in closer.predict([Look(p, closer=True) for p in paths])]
            wholes = [a.embedding for a in first.predict(paths)]
        return Photos(paths, np.array(list(slugs)), np.stack(subjects), np.stack(wholes))

    def taught(
        self, folder: Path, photos: Photos, drawn: np.ndarray, new: tuple[Label, ...], seed: int
    ) -> float:
        """Save the version that was taught these rows; return the seconds that it took."""
        labels = (*self.manifest.labels, *new)
        places = {label.slug: place for place, label in enumerate(labels)}
        split = np.random.default_rng(seed).random(len(drawn))
        train, validation = drawn[split < 0.7], drawn[(split >= 0.7) & (split < 0.8)]
        examples = [photos.examples(places, rows) for rows in (train, validation)]
        nothing = np.zeros((0, photos.subjects.shape[1]), np.float32)
        started = time.perf_counter()
        taught = teach(self.manifest, self.network.head, labels, *examples, nothing, seed)
        seconds = time.perf_counter() - started
        model = Recogniser(self.manifest.preprocessing, self.network.backbone, taught.head)
        save_version(folder, taught.manifest, model, self.version)
        return seconds

    def right(self, folder: Path, photos: Photos) -> float:
        """The share of photos that a version calls right."""
        return float(self.rights(folder, photos).mean())

    def rights(self, folder: Path, photos: Photos) -> np.ndarray:
        with self.load(folder) as classifier:
            answers = classifier.predict(photos.paths)
        said = [answer.label if isinstance(answer, Answer) else "" for answer in answers]
        return np.array(said) == photos.slugs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--finder", type=Path)
    parser.add_argument("--draws", type=int, default=4)
    options = parser.parse_args()
    bench = Bench(options.version, options.finder, *load_network(options.version))
    teach_known(bench, options.photos, options.draws)
    if (options.photos / "carbody").is_dir():
        teach_types(bench, options.photos / "carbody", options.draws)


def teach_known(bench: Bench, folder: Path, draws: int) -> None:
    owner = {c: label.slug for label in bench.manifest.labels for c in label.classes}
    known = sorted(p for s in ("animals", "vehicles") for p in (folder / s).glob("*/*"))
    scenes = sorted((folder / "neither").glob("*/*"))
    classes = sorted((folder / "imagenet").iterdir())
    photos = bench.read(known, (path.parent.name for path in known))
    neither = bench.read(scenes, [NEITHER] * len(scenes))
    imagenet = bench.read(classes, (owner[int(path.name[:3])] for path in classes))
    was_right = bench.rights(bench.version, imagenet)
    before = [bench.right(bench.version, each) for each in (photos, neither, imagenet)]
    show("before", labels=before[0], neither=before[1], imagenet=before[2])
    for count in PHOTOS_PER_LABEL:
        rows = []
        for seed in range(draws):
            drawn = draw(photos.slugs, count, seed)
            rest = photos.part(np.setdiff1d(np.arange(len(photos.paths)), drawn))
            with tempfile.TemporaryDirectory() as place:
                version = Path(place) / "2"
                seconds = bench.taught(version, photos, drawn, (), seed)
                stays = bench.rights(version, imagenet)[was_right].mean()
                rejected = bench.right(version, neither)
                rows.append((bench.right(version, rest), rejected, stays, seconds))
        means = dict(
            zip(("labels", "neither", "imagenet_stays", "s"), np.mean(rows, 0), strict=True)
        )
        show(f"{count} a label", **means)


def teach_types(bench: Bench, folder: Path, draws: int) -> None:
    paths = sorted(folder.glob("*/*"))
    photos = bench.read(paths, (path.parent.name for path in paths))
    types = [
        Label(slug, "vehicle", slug, slug, "car", ()) for slug in np.unique(photos.slugs).tolist()
    ]
    for count in TYPES_PER_LABEL:
        rows = []
        for seed in range(draws):
            drawn = draw(photos.slugs, count, seed)
            rest = np.setdiff1d(np.arange(len(paths)), drawn)
            with tempfile.TemporaryDirectory() as place:
                version = Path(place) / "2"
                bench.taught(version, photos, drawn, tuple(types), seed)
                product = bench.right(version, photos.part(rest))
            plain = [
                regression(embeddings, photos.slugs, drawn, rest)
                for embeddings in (photos.wholes, photos.subjects)
            ]
            rows.append((product, *plain))
        names = ("product", "regression_on_wholes", "regression_on_subjects")
        show(f"{count} a type", **dict(zip(names, np.mean(rows, 0), strict=True)))


def show(what: str, **figures: float) -> None:
    print(what, "  ".join(f"{name} {value:.3f}" for name, value in figures.items()), sep=": ")


def regression(
    embeddings: np.ndarray, slugs: np.ndarray, drawn: np.ndarray, rest: np.ndarray
) -> float:
    rows = embeddings.astype(np.float32)
    model = LogisticRegression(max_iter=2000).fit(rows[drawn], slugs[drawn])
    return float(model.score(rows[rest], slugs[rest]))


def draw(slugs: np.ndarray, count: int, seed: int) -> np.ndarray:
    """So many rows of each label."""
    chance = np.random.default_rng(seed)
    rows = [chance.permutation(np.flatnonzero(slugs == slug))[:count] for slug in np.unique(slugs)]
    return np.concatenate(rows)


if __name__ == "__main__":
    main()
