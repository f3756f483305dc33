"""What the server answers, as the API describes it. Fields that a newer server adds are ignored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Box = tuple[float, float, float, float]  # left, top, right and bottom in parts of 1


@dataclass(frozen=True)
class Confidence:
    """confidence: 0 to 1."""

    label: str
    confidence: float


@dataclass(frozen=True)
class Subject:
    """Something in the photo that the network has looked at by itself. top: the best five."""

    box: Box
    label: str
    kind: str
    confidence: float
    top: tuple[Confidence, ...]


@dataclass(frozen=True)
class Prediction:
    """label: a slug. is_broad: it is a group, because no label in it is sure enough. subjects: the
    main one first; None if nobody has looked for any yet. model: the version's number."""

    label: str
    kind: str
    confidence: float
    is_broad: bool
    top: tuple[Confidence, ...]
    model: int
    subjects: tuple[Subject, ...] | None


@dataclass(frozen=True)
class Photo:
    """state: pending, running, done or failed. label: what a person has said. prediction: what the
    network says, once it is done. error: why it failed, for people. taken_at, camera, place: what
    the file says; the place (latitude and longitude) is told to its owner and to reviewers."""

    id: str
    name: str
    state: str
    width: int
    height: int
    label: str | None
    prediction: Prediction | None
    error: str | None
    created: datetime
    taken_at: datetime | None = None
    camera: str | None = None
    place: tuple[float, float] | None = None

    @property
    def is_settled(self) -> bool:
        """There will be no other answer."""
        return self.state in ("done", "failed")


@dataclass(frozen=True)
class Label:
    slug: str
    name: str
    kind: str
    parent: str | None


def label_of(said: dict[str, Any]) -> Label:
    return Label(said["slug"], said["name"], said["kind"], said.get("parent"))


def photo_of(said: dict[str, Any]) -> Photo:
    taken_at, place = said.get("taken_at"), said.get("place")  # older servers do not say them
    return Photo(
        id=said["id"],
        name=said["name"],
        state=said["state"],
        width=said["width"],
        height=said["height"],
        label=said["label"],
        prediction=_prediction_of(said["prediction"]) if said["prediction"] else None,
        error=said["error"]["detail"] if said["error"] else None,
        created=datetime.fromisoformat(said["created"]),
        taken_at=datetime.fromisoformat(taken_at) if taken_at else None,
        camera=said.get("camera"),
        place=(place["latitude"], place["longitude"]) if place else None,
    )


def _prediction_of(said: dict[str, Any]) -> Prediction:
    found = said["subjects"]
    return Prediction(
        label=said["label"],
        kind=said["kind"],
        confidence=said["confidence"],
        is_broad=said["is_broad"],
        top=_top_of(said),
        model=said["model"],
        subjects=None if found is None else tuple(map(_subject_of, found)),
    )


def _subject_of(said: dict[str, Any]) -> Subject:
    left, top, right, bottom = said["box"]
    box = (left, top, right, bottom)
    return Subject(box, said["label"], said["kind"], said["confidence"], _top_of(said))


def _top_of(said: dict[str, Any]) -> tuple[Confidence, ...]:
    return tuple(Confidence(each["label"], each["confidence"]) for each in said["top"])
