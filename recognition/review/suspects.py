"""Suspect labels as reviewers see them: ranked, each with its evidence."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet

from recognition.core import jobs
from recognition.models import Job, Label, Photo, RunState, Suspect
from recognition.photos import selectors

PAGE_SIZE = 20
_LATEST = 20  # searches, among which is one that succeeded


@dataclass(frozen=True)
class LastSearch:
    """The analyst's last search for suspect labels.

    begun: when the last one that began did so. photos: how many labels the last one that came to
    its end judged. unfinished: the one that waits or runs now.
    """

    begun: datetime | None = None
    photos: int = 0
    unfinished: Job | None = None

    @property
    def is_asked_for(self) -> bool:
        return self.unfinished is not None


@dataclass(frozen=True)
class Cursor:
    """A page begins behind this suspect; it stays where it is while others are decided."""

    score: float
    photo_id: UUID

    def __str__(self) -> str:
        return f"{self.score!r}_{self.photo_id.hex}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        score, _, photo_id = text.partition("_")
        try:
            cursor = cls(float(score), UUID(photo_id))
        except ValueError:
            return None
        return cursor if math.isfinite(cursor.score) else None


@dataclass(frozen=True)
class Card:
    """A photo whose label is in doubt.

    given, likelier: the probabilities of its label and of the suggested one, 0 to 1, if it is still
    a suspect. similar: the nearest other photos. seen: the id of the photo's last decision, for
    `labelling.Seen`.
    """

    photo: Photo
    suggested: Label | None
    given: float | None
    likelier: float | None
    similar: list[Photo]
    seen: UUID | None


@dataclass(frozen=True)
class Page:
    cards: list[Card]
    next: Cursor | None


def last_search() -> LastSearch:
    searches = Job.objects.filter(kind=Job.Kind.SUSPECT_SEARCH).order_by("-created", "-id")
    latest = list(searches[:_LATEST])
    succeeded = (job for job in latest if job.state == RunState.SUCCEEDED)
    photos = next((job.result["photos"] for job in succeeded), 0)
    return LastSearch(
        begun=max((job.started for job in latest if job.started), default=None),
        photos=photos,
        unfinished=next((job for job in reversed(latest) if not job.is_over), None),
    )


def ask_for_search(by: User | None, form_id: UUID | None = None) -> Job:
    """Have the analyst search as soon as it can, even if little was decided since the last time.

    What is asked for while a search runs comes after it. by: None for the analyst itself.
    form_id: as in `jobs.ask`.
    """
    return jobs.ask(Job.Kind.SUSPECT_SEARCH, by, form_id=form_id)


def page(reviewer: User, after: Cursor | None = None) -> Page:
    """The suspects behind `after`, the most suspect first."""
    ranked = _visible_to(reviewer).order_by("-score", "photo_id")
    if after:
        ranked = ranked.filter(score__lte=after.score).exclude(
            score=after.score, photo__lte=after.photo_id
        )
    found = list(ranked[: PAGE_SIZE + 1])
    shown, last = found[:PAGE_SIZE], found[PAGE_SIZE - 1 : PAGE_SIZE]
    more = Cursor(last[0].score, last[0].photo_id) if len(found) > PAGE_SIZE else None
    return Page(_cards(reviewer, shown), more)


def card(reviewer: User, photo_id: UUID, suggested: Label | None = None) -> Card | None:
    """The card of one photo; with this suggestion if it is no longer a suspect. None if the
    reviewer may not see it."""
    suspect = _visible_to(reviewer).filter(photo=photo_id).first()
    if suspect:
        return next(iter(_cards(reviewer, [suspect])), None)
    photo = _photos(reviewer).filter(id=photo_id).first()
    seen = selectors.last_decisions([photo_id]).get(photo_id)
    return Card(photo, suggested, None, None, [], seen) if photo else None


def _visible_to(reviewer: User) -> QuerySet[Suspect]:
    suspects = Suspect.objects.select_related("suggested")
    if reviewer.has_perm("recognition.view_all"):
        return suspects
    return suspects.filter(photo__owner=reviewer)


def _cards(reviewer: User, suspects: Collection[Suspect]) -> list[Card]:
    similar_ids = {key for suspect in suspects for key in _similar_ids(suspect)}
    photos = _photos(reviewer).in_bulk([suspect.photo_id for suspect in suspects])
    others = selectors.photos_visible_to(reviewer).in_bulk(similar_ids)
    seen = selectors.last_decisions(photos)
    return [
        Card(
            photo=photos[suspect.photo_id],
            suggested=suspect.suggested,
            given=suspect.evidence.get("given"),
            likelier=suspect.evidence.get("suggested"),
            similar=[others[key] for key in _similar_ids(suspect) if key in others],
            seen=seen.get(suspect.photo_id),
        )
        for suspect in suspects
        if suspect.photo_id in photos
    ]


def _photos(reviewer: User) -> QuerySet[Photo]:
    return selectors.photos_visible_to(reviewer).prefetch_related("labelled_by")


def _similar_ids(suspect: Suspect) -> list[UUID]:
    return [UUID(near["photo"]) for near in suspect.evidence.get("similar", [])]
