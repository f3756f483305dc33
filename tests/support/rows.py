"""Makes rows, and a network's answers, without any file or network."""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.cnn.manifest import WEIGHTS_NAME, Manifest, write_manifest
from recognition.cnn.pixels.decoding import load_upright_rgb
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.classifier import Answer, Look
from recognition.cnn.taxonomy import Label as TaxonomyLabel
from recognition.labels import labelling
from recognition.models import (
    DataSet,
    Label,
    ModelVersion,
    Photo,
    Prediction,
    Review,
    RunState,
    State,
    Subject,
    TrainingEpoch,
    TrainingExample,
    TrainingRun,
    Via,
    View,
)
from recognition.predictions import queue
from recognition.versions.registry import live_version, register

# An id that nothing has; in names of tests, which must be the same in every process.
NO_ID = "00000000-0000-4000-8000-000000000000"


def manifest(**fields: Any) -> Manifest:
    """What a network of four labels would say of itself."""
    plain: dict[str, Any] = {
        "name": "Small",
        "network": "lite0",
        "preprocessing": Preprocessing(256, 224, "bicubic", 127, 128),
        "temperature": 1.0,
        "labels": (
            TaxonomyLabel("dog", "animal", "Dog", "狗", None, (0,)),
            TaxonomyLabel("car", "vehicle", "Car", "汽车", None, (1,)),
            TaxonomyLabel("taxi", "vehicle", "Taxi", "出租车", "car", (2,)),
            TaxonomyLabel("neither", "neither", "Neither", "都不是", None, (3,)),
        ),
        "fine_names": ("Airedale", "sports car", "cab", "mountain"),
        "class_weights": (1.0, 1.0, 1.0, 1.0),
        "reference_log_probabilities": (math.log(0.25),) * 4,
        "files": {},
        "libraries": {},
    }
    return Manifest(**{**plain, **fields})


def version_folder(folder: Path, **fields: Any) -> Manifest:
    """A version's folder that is whole, though its weights are no network's."""
    folder.mkdir(parents=True)
    weights = folder / WEIGHTS_NAME
    weights.write_bytes(b"weights")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    written = manifest(**{**fields, "files": {WEIGHTS_NAME: digest}})
    write_manifest(folder, written)
    return written


def answer(label: str = "dog", kind: str = "animal", confidence: float = 0.9) -> Answer:
    """Of a version that knows this label and, besides, only what is neither."""
    return Answer(
        labels=(
            TaxonomyLabel(label, kind, label, label, None, (0,)),
            TaxonomyLabel("neither", "neither", "Neither", "都不是", None, (1,)),
        ),
        probabilities=np.array([confidence, 0.05]),
        fine_logits=np.array([1.0, 0.0]),
        fine_names=("Airedale", "mountain"),
        embedding=np.linspace(-1, 1, 1280, dtype=np.float16),
        milliseconds=12.5,
    )


def answer_of(**probabilities: float) -> Answer:
    """An answer of the version that `manifest` describes, by label. Each has one class, whose logit
    is its probability."""
    known = manifest()
    values = np.array([probabilities.get(label.slug, 0.0) for label in known.labels])
    return Answer(
        labels=known.labels,
        probabilities=values,
        fine_logits=values,
        fine_names=known.fine_names,
        embedding=np.linspace(-1, 1, 1280, dtype=np.float16),
        milliseconds=12.5,
    )


class FakeClassifier:
    """Says "dog" of every photo that can be read; remembers which batches it was given."""

    def __init__(self) -> None:
        self.batches: list[list[Path]] = []

    def stream(self, batches: Iterable[Sequence[Look]]) -> Iterator[list[Answer | UnreadablePhoto]]:
        for batch in batches:
            paths = [Path(look.source) for look in batch]
            self.batches.append(paths)
            yield [_look_at(path) for path in paths]


def _look_at(path: Path) -> Answer | UnreadablePhoto:
    try:
        load_upright_rgb(path, 32)
    except UnreadablePhoto as error:
        return error
    return answer()


def add_photo(owner: User, **fields: Any) -> Photo:
    """A photo with its pending prediction; fields named prediction__... go to the latter."""
    said = {name[12:]: fields.pop(name) for name in list(fields) if name.startswith("prediction__")}
    plain: dict[str, Any] = {
        "name": "photo.jpg",
        "format": "JPEG",
        "sha256": hashlib.sha256(uuid.uuid4().bytes).hexdigest(),
        "width": 96,
        "height": 64,
        "size_bytes": 1000,
    }
    photo = Photo.objects.create(owner=owner, **{**plain, **fields})
    waits = said.get("state", State.PENDING) in (State.PENDING, State.RUNNING)
    version = {"model_version": None if waits else live_version()}
    photo.prediction = Prediction.objects.create(photo=photo, **{**version, **said})
    photo.save()
    return photo


def settled_photo(owner: User, **fields: Any) -> Photo:
    """A photo that a worker has called a dog."""
    photo = add_photo(owner, **fields)
    queue.store(queue.claim(live_version()), [answer()])
    return photo


def predicted_photo(owner: User, slug: str, confidence: float) -> Photo:
    """A photo that the network gave this label, and that waits for review."""
    return add_photo(
        owner,
        prediction__state=State.DONE,
        prediction__label=Label.objects.get(slug=slug),
        prediction__confidence=confidence,
        prediction__review=Review.WAITING,
    )


def subject_version(number: int = 1) -> ModelVersion:
    """The live version from now on looks at subjects."""
    ModelVersion.objects.filter(number=number).update(view=View.SUBJECTS)
    return ModelVersion.objects.get(number=number)


def found_subject(photo: Photo, box: Iterable[float], slug: str = "dog", **fields: Any) -> Subject:
    """A subject that the shown prediction has found, behind those that it has found already."""
    Prediction.objects.filter(id=photo.prediction_id).update(look_due=None)
    label = Label.objects.get(slug=slug)
    rank = photo.prediction.subjects.count()
    seen = embedding(rank).astype("<f2").tobytes()
    plain = {"rank": rank, "found": slug, "score": 0.7, "confidence": 0.8, "embedding": seen}
    plain["top"] = [{"label": slug, "confidence": 0.8}]
    return Subject.objects.create(
        prediction=photo.prediction,
        box=list(box),
        label=label,
        kind=label.kind,
        **{**plain, **fields},
    )


def broad_photo(owner: User) -> Photo:
    """A photo that may show a taxi, or another car: the answer is the latter."""
    photo = predicted_photo(owner, "car", 0.73)
    top = [("taxi", 0.38), ("car", 0.35), ("dog", 0.2)]
    photo.prediction.top = [{"label": slug, "confidence": share} for slug, share in top]
    photo.prediction.kind = "vehicle"
    photo.prediction.save()
    return photo


def give_label(photos: Iterable[Photo], slug: str, by: User, via: Via = Via.GRID) -> None:
    """One decision about all of these photos."""
    label = Label.objects.get(slug=slug)
    labelling.decide_many({photo.id: label for photo in photos}, by, via)


def due_photo(owner: User, content: bytes, embedding: npt.ArrayLike, **fields: Any) -> Photo:
    """A photo with its file, predicted but not yet analysed."""
    said = {
        "prediction__state": State.DONE,
        "prediction__label": Label.objects.get(slug="dog"),
        "prediction__review": Review.WAITING,
        "prediction__embedding": np.asarray(embedding, "<f2").tobytes(),
        "prediction__analysis_due": timezone.now(),
    }
    photo = add_photo(owner, **{**said, **fields})
    photo.original_path.parent.mkdir(parents=True, exist_ok=True)
    photo.original_path.write_bytes(content)
    return photo


def embedding(seed: int, like: int | None = None, similarity: float = 0.0) -> npt.NDArray:
    """A direction of its own for each seed; or one at this cosine from that of another seed."""
    row = np.random.default_rng(seed).standard_normal(1280)
    row /= np.linalg.norm(row)
    if like is None:
        return row
    other = embedding(like)
    row -= (row @ other) * other
    row /= np.linalg.norm(row)
    return similarity * other + np.sqrt(1 - similarity**2) * row


def taught_version(number: int, photos: Iterable[Photo]) -> ModelVersion:
    """A version of the network that was taught with these photos, all of them dogs."""
    version = register(number, manifest(name="Taught"))
    dataset = DataSet.objects.create()
    TrainingRun.objects.create(
        dataset=dataset, model_version=version, state=RunState.SUCCEEDED, network="lite0"
    )
    dog = Label.objects.get(slug="dog")
    TrainingExample.objects.bulk_create(
        TrainingExample(dataset=dataset, photo=photo, label=dog, split=photo.split)
        for photo in photos
    )
    return version


def training_run(epochs: int = 0, **fields: Any) -> TrainingRun:
    """A run as a row, with so many points of its curves; by default a queued one that teaches."""
    plain = {"network": "lite0", "parent": live_version()}
    if "dataset" not in fields:
        plain["dataset"] = DataSet.objects.create()
    run = TrainingRun.objects.create(**{**plain, **fields})
    for number in range(1, epochs + 1):
        TrainingEpoch.objects.create(
            run=run,
            number=number,
            train_loss=2 / number,
            validation_loss=2.5 / number,
            validation_accuracy=1 - 0.5 / number,
            learning_rate=0.001 / number,
            seconds=12.5,
        )
    return run


def register_measured(run: TrainingRun, accuracy: float, photos: int) -> ModelVersion:
    """The run succeeded; its version reached this accuracy (0 to 1) on so many test photos."""
    number = ModelVersion.objects.latest("number").number + 1
    version = register(number, manifest(name=f"Measured {number}"))
    version.metrics = {
        "photos": photos,
        "accuracy": accuracy,
        "accuracy_interval": [accuracy - 0.02, min(1.0, accuracy + 0.02)],
        "macro_f1": accuracy,
        "macro_f1_interval": [accuracy - 0.02, min(1.0, accuracy + 0.02)],
        "calibration": {"bins": [], "ece": None},
        "neither": {"photos": 0, "rejected": None, "wrongly_rejected": None},
    }
    version.save()
    run.state, run.score, run.model_version = RunState.SUCCEEDED, accuracy, version
    run.save()
    return version
