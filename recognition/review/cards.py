"""What the review queue shows of a photo: labels to choose from, and what looks like it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count

from recognition.labels import asking, boxes, suggestions
from recognition.labels.tree import LabelTree
from recognition.models import Blind, Label, Photo, PhotoNote, Question, Review, State, Suggestion
from recognition.photos import parts, selectors
from recognition.photos.parts import Part
from recognition.review import blind, bursts

# 99 % of the nearest photos with the same label are more similar than this, and 5 % of those of
# another kind.
LEAST_SIMILARITY = 0.4


@dataclass(frozen=True)
class Card:
    """A photo in the review queue.

    choices: the top five labels with their confidence, and a broader answer. parts: what is framed,
    the main one first. similar: the nearest labelled photos.
    near_duplicates: how many other photos are nearly the same picture. seen: the id of the photo's
    last decision, for `labelling.Seen`. suggestions: of the owner, that wait. notes: of reviewers.
    question: to an expert, that waits. burst: the other photos of its event that wait. blind: why
    the network's answer is not shown, and with it choices, parts and what is similar.
    """

    photo: Photo
    parts: list[Part]
    choices: list[tuple[Label, float]]
    similar: list[Photo]
    near_duplicates: int
    seen: UUID | None
    suggestions: list[Suggestion]
    notes: list[PhotoNote]
    question: Question | None
    blind: Blind | None
    burst: list[Photo]

    @property
    def confirmed(self) -> Label | None:
        """The label that Enter confirms: the one people set, or else the network's first choice.
        None where people set one that is retired: it cannot be confirmed, and is not overwritten
        by a key that keeps it everywhere else."""
        if label := self.photo.label:
            return label if label.active else None
        return self.choices[0][0] if self.choices else None

    @property
    def burst_size(self) -> int:
        return 1 + len(self.burst)

    @property
    def others(self) -> list[Part]:
        """The parts besides the main one, which the label can be said to be about instead."""
        return [part for part in self.parts if not part.is_main]

    @property
    def is_whole(self) -> bool:
        """Whether people said that the label is about the whole picture."""
        return self.photo.box == boxes.WHOLE

    @property
    def is_check(self) -> bool:
        """Whether the machine accepted the prediction, and a person is to check it."""
        return self.photo.prediction is not None and self.photo.prediction.review == Review.CHECK


def cards(reviewer: User, photo_ids: Collection[UUID]) -> list[Card]:
    """The cards of these photos, in this order, without those that this reviewer may not see."""
    photos = parts.with_parts(selectors.photos_visible_to(reviewer)).in_bulk(photo_ids)
    tree = LabelTree()
    seen = selectors.last_decisions(photos)
    suggested = suggestions.open_of(photos)
    notes, questions = asking.notes_of(photos), asking.open_of(photos)
    similar = _similar(reviewer, photos.values())
    bursts_of = bursts.mates(reviewer, photos.values())
    groups = _sizes(reviewer, (photo.group for photo in photos.values() if photo.group))
    wants_blind = blind.is_wanted(reviewer)
    found = [
        Card(
            photo=photos[key],
            parts=parts.parts(photos[key], tree.said_in_use),
            choices=choices(photos[key], tree),
            similar=[similar[id_] for id_ in _similar_ids(photos[key]) if id_ in similar],
            near_duplicates=groups.get(photos[key].group, 1) - 1,
            seen=seen.get(key),
            suggestions=suggested.get(key, []),
            notes=notes.get(key, []),
            question=questions.get(key),
            blind=blind.reason(photos[key], wants_blind, suggested.get(key, [])),
            burst=bursts_of.get(key, []),
        )
        for key in photo_ids
        if key in photos
    ]
    return [
        replace(card, parts=[], choices=[], similar=[]) if card.blind else card for card in found
    ]


def choices(photo: Photo, tree: LabelTree) -> list[tuple[Label, float]]:
    """The top five, in labels that are in use, and the group that was answered, if it was one: a
    person may not know more exactly either."""
    prediction = photo.prediction
    if prediction is None or prediction.state != State.DONE:
        return []
    said = tree.said_in_use(prediction.top)
    answer = prediction.label
    if answer and answer.active and tree.narrower(prediction) and answer not in dict(said):
        return [*said, (answer, prediction.confidence or 0.0)]
    return said


def _similar(reviewer: User, photos: Iterable[Photo]) -> dict[UUID, Photo]:
    """Some may be deleted, or have another label or none, since they were found."""
    wanted = {key for photo in photos for key in _similar_ids(photo)}
    neighbours = selectors.photos_visible_to(reviewer).filter(label__isnull=False)
    return neighbours.in_bulk(wanted)


def _similar_ids(photo: Photo) -> list[UUID]:
    similar = photo.prediction.similar if photo.prediction else []
    return [UUID(near["photo"]) for near in similar if near["similarity"] >= LEAST_SIMILARITY]


def _sizes(reviewer: User, groups: Iterable[UUID]) -> dict[UUID | None, int]:
    visible = selectors.photos_visible_to(reviewer).filter(group__in=set(groups))
    counted = visible.order_by().values("group")
    return dict(counted.annotate(photos=Count("id")).values_list("group", "photos"))
