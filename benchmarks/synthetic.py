"""Synthetic rows like those of an instance after months of use: photos, predictions, decisions."""

from __future__ import annotations

import random
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import Group, User

from recognition.labels import labelling
from recognition.labels.tree import LabelTree
from recognition.models import (
    REVIEWED_VIA,
    Batch,
    BulkDecision,
    Decision,
    Label,
    Photo,
    Prediction,
    Review,
    State,
    Suspect,
    Via,
)
from recognition.versions import registry

OWNERS, REVIEWERS = 50, 4
SECONDS_BETWEEN = 20
NAMES = ("IMG_{:04d}.JPG", "PXL_2025{:04d}.jpg", "DSC{:05d}.JPG", "photo {}.png", "車{}.jpg")
FAILED, PENDING = 0.02, 0.001
LABELLED, CAME_LABELLED, CHANGED, UNDONE = 0.15, 0.2, 0.03, 0.01
BEGINS_GROUP = 0.01  # of two to four photos, so that three percent have near-duplicates
BEGINS_BULK = 0.01
SUSPECT = 0.2  # of those whose label is not the predicted one
ACCEPTED_FROM, CHECKED = 0.97, 0.05
DECIDED_WITHIN = timedelta(days=90)


@dataclass
class Row:
    """A photo with its prediction and decisions. new: batches and bulk decisions that it starts."""

    photo: Photo
    decisions: list[Decision] = field(default_factory=list)
    suspect: Suspect | None = None
    new: list[Batch | BulkDecision] = field(default_factory=list)


class SyntheticPhotos:
    """Iterate over it once: the oldest photos come first. The same `count` always gives the same
    rows; their times are relative to `newest`."""

    def __init__(self, count: int, newest: datetime) -> None:
        self.count, self.newest = count, newest
        self.draw = random.Random(count)
        self.owners = _people("owner", OWNERS)
        self.reviewers = _people("reviewer", REVIEWERS)
        self.tree = LabelTree()
        self.labels = list(Label.objects.order_by("slug"))
        self.version = registry.live_version()
        self.bulks: list[BulkDecision] = []
        self._labelled: deque[Photo] = deque(maxlen=500)
        self._batch: Batch | None = None
        self._left_in_batch = self._left_in_group = self._left_in_bulk = 0
        self._twin: Photo | None = None

    def __iter__(self) -> Iterator[Row]:
        for index in range(self.count):
            row = Row(Photo())
            self._upload(row, index)
            self._group(row.photo)
            self._predict(row.photo)
            if row.photo.prediction.state == State.DONE:
                self._review(row)
            yield row

    def _upload(self, row: Row, index: int) -> None:
        photo, draw = row.photo, self.draw
        photo.created = self.newest - timedelta(seconds=SECONDS_BETWEEN * (self.count - index))
        photo.id = self._uuid(photo.created)
        if not self._left_in_batch:
            self._left_in_batch = 1 + int(draw.expovariate(1 / 60))
            owner = draw.choices(self.owners, weights=range(OWNERS, 0, -1))[0]
            self._batch = Batch(id=photo.id, owner=owner, created=photo.created)
            row.new.append(self._batch)
        self._left_in_batch -= 1
        photo.batch, photo.owner = self._batch, self._batch.owner
        photo.name = draw.choice(NAMES).format(draw.randrange(10_000))
        photo.format, photo.sha256 = "JPEG", f"{index:064x}"
        photo.width, photo.height = 4032, 3024
        photo.size_bytes = draw.randrange(100_000, 8_000_000)

    def _group(self, photo: Photo) -> None:
        """Near-duplicates follow one another and differ in a bit of their hash."""
        photo.perceptual_hash = self.draw.getrandbits(64) - 2**63
        if self._left_in_group and self._twin:
            self._left_in_group -= 1
            photo.group = self._twin.id
            photo.perceptual_hash = self._twin.perceptual_hash ^ (1 << self.draw.randrange(63))
        elif self.draw.random() < BEGINS_GROUP:
            self._left_in_group = self.draw.randint(1, 3)
            photo.group, self._twin = photo.id, photo

    def _predict(self, photo: Photo) -> None:
        draw = self.draw
        said = Prediction(
            id=self._uuid(photo.created),
            photo=photo,
            model_version=self.version,
            created=photo.created,
        )
        photo.prediction = said
        fate = draw.random()
        if fate < FAILED:
            said.state, said.error = State.FAILED, "truncated"
        elif fate > FAILED + PENDING:
            said.state = State.DONE
            said.top = self._top()
            said.label = self.tree[said.top[0]["label"]]
            said.kind, said.fine = said.label.kind, said.label.slug
            said.confidence = said.top[0]["confidence"]
            said.milliseconds = draw.uniform(4, 40)
            said.embedding = draw.randbytes(2 * 1280)
            said.novelty = draw.betavariate(2, 5)
            said.similar = self._similar()

    def _top(self) -> list[dict[str, object]]:
        """Five labels; some of them are rare."""
        first = min(int(self.draw.expovariate(0.1)), len(self.labels) - 1)
        confidence = self.draw.betavariate(5, 1)
        confidences, rest = [confidence], 1 - confidence
        for _ in range(4):
            confidences.append(rest * self.draw.uniform(0.4, 0.8))
            rest -= confidences[-1]
        slugs = [label.slug for label in (self.labels[first:] + self.labels[:first])[:5]]
        ranked = zip(slugs, sorted(confidences, reverse=True), strict=False)
        return [{"label": slug, "confidence": confidence} for slug, confidence in ranked]

    def _similar(self) -> list[dict[str, object]]:
        near = [self.draw.choice(self._labelled) for _ in range(3)] if self._labelled else []
        return [
            {"photo": str(photo.id), "label": photo.label.slug, "similarity": 0.9 - 0.1 * step}
            for step, photo in enumerate(near)
        ]

    def _review(self, row: Row) -> None:
        draw, photo, said = self.draw, row.photo, row.photo.prediction
        if draw.random() < LABELLED:
            self._label(row)
            self._labelled.append(photo)
        elif draw.random() < UNDONE:
            made = self._decision(photo, Via.QUEUE, None, said.label)
            undoing = self._decision(photo, Via.UNDO, said.label, None)
            undoing.undoes = made
            made.at, undoing.at = sorted([made.at, undoing.at])
            row.decisions += [made, undoing]
        elif said.confidence > ACCEPTED_FROM:
            said.accepted = photo.created
        labelling.put_in_queue(said, photo.label_id, self.tree)
        if said.review == Review.CHECK and draw.random() > CHECKED:
            said.review = None
        if row.decisions and row.decisions[-1].via in REVIEWED_VIA:
            said.disagreement = None

    def _label(self, row: Row) -> None:
        draw, photo, said = self.draw, row.photo, row.photo.prediction
        is_right = draw.random() < said.confidence
        photo.label = said.label if is_right else draw.choice(self.labels)
        if draw.random() < CAME_LABELLED:
            row.decisions.append(self._decision(photo, Via.UPLOAD, None, photo.label))
            row.decisions[0].by = photo.owner
        else:
            row.decisions.append(self._looked(row))
        if draw.random() < CHANGED:
            before = draw.choice(self.labels)
            row.decisions.insert(0, self._decision(photo, Via.LISTS, None, before))
            row.decisions[0].at = row.decisions[1].at - timedelta(hours=1)
            row.decisions[1].from_label = before
        photo.labelled_by, photo.labelled_at = row.decisions[-1].by, row.decisions[-1].at
        if photo.label != said.label and draw.random() < SUSPECT:
            row.suspect = Suspect(
                photo=photo, label=photo.label, suggested=said.label, score=draw.random()
            )

    def _looked(self, row: Row) -> Decision:
        """By one of the reviewers, alone or as one of many."""
        decision = self._decision(row.photo, Via.QUEUE, None, row.photo.label)
        if not self._left_in_bulk and self.draw.random() < BEGINS_BULK:
            self._left_in_bulk = self.draw.randint(10, 100)
            at = min(decision.at + timedelta(hours=8), self.newest)  # when all of them are there
            bulk = BulkDecision(id=self._uuid(at), by=decision.by, at=at, via=Via.GRID, photos=0)
            self.bulks.append(bulk)
            row.new.append(bulk)
        if self._left_in_bulk:
            self._left_in_bulk -= 1
            bulk = self.bulks[-1]
            bulk.photos += 1
            decision.bulk, decision.by, decision.at, decision.via = bulk, bulk.by, bulk.at, bulk.via
        return decision

    def _decision(
        self, photo: Photo, via: Via, from_label: Label | None, to_label: Label | None
    ) -> Decision:
        earliest = max(photo.created, self.newest - DECIDED_WITHIN)
        at = earliest + self.draw.random() * (self.newest - earliest)
        said = photo.prediction
        return Decision(
            id=self._uuid(at),
            photo=photo,
            by=self.draw.choice(self.reviewers),
            at=at,
            via=via,
            from_label=from_label,
            to_label=to_label,
            predicted=said.label,
            confidence=said.confidence,
            model_version=said.model_version,
        )

    def _uuid(self, at: datetime) -> uuid.UUID:
        """Of version 7, as recognition.models.ids makes them."""
        bits = (int(at.timestamp() * 1000) << 80) | self.draw.getrandbits(80)
        bits = (bits & ~(0xF << 76)) | (0x7 << 76)
        return uuid.UUID(int=(bits & ~(0x3 << 62)) | (0x2 << 62))


def _people(name: str, count: int) -> list[User]:
    names = [f"{name}{number:02d}" for number in range(count)]
    is_staff = name == "reviewer"
    User.objects.bulk_create(
        [User(username=name, is_staff=is_staff) for name in names], ignore_conflicts=True
    )
    people = list(User.objects.filter(username__in=names).order_by("username"))
    if is_staff:
        Group.objects.get(name="Reviewer").user_set.add(*people)
    return people
