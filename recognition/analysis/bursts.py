"""Events: the photos of one burst, which a camera took within seconds and which look alike.

People decide about an event at once, and no network is measured with one of its photos and taught
with another. So an event is on one side of the split: its id takes the place of a group's, that of
the first of its photos. Where one of them has near-duplicates, these are part of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple, cast
from uuid import UUID

from django.db import transaction

from recognition.models import HashRevision, Photo
from recognition.models.photo import when
from recognition.photos.capture import filling
from recognition.review.groups import is_by_people

# A burst has several a second, and whoever presses the button again does so soon.
BETWEEN = timedelta(seconds=10)
# Of 64 bits of the hash. Two photos that have nothing to do with each other differ in 22 or fewer
# once in a hundred times.
MOST_BITS = 22
_MOST_NEAR = 200  # photos that one is compared with


class Taken(NamedTuple):
    """What counts of a photo."""

    id: UUID
    group: UUID | None
    event: UUID | None
    hash: int | None

    @classmethod
    def of(cls, photo: Photo) -> Taken:
        return cls(photo.id, photo.group, photo.event, photo.perceptual_hash)

    @property
    def seed(self) -> UUID:
        """What its side of the split goes by."""
        return self.event or self.group or self.id


def join(photo_ids: Collection[UUID]) -> None:
    """Put these photos into the events that they belong to. Done twice, it has no further effect.

    In the transaction that writes their hashes, groups or times, under the lock of HashRevision: of
    two analysts that have a photo of a burst each, the second finds the first's.
    """
    links = [(Taken.of(photo), other) for photo in _timed(photo_ids) for other in _alike(photo)]
    links += _through_groups(photo_ids)
    for event, seeds in _events(links).items():
        ids = sorted(_members(seeds))
        rows = Photo.objects.filter(id__in=ids).exclude(event=event).order_by("id")
        locked = list(rows.select_for_update(of=("self",)).values_list("id", flat=True))
        Photo.objects.filter(id__in=locked).update(event=event)


@transaction.atomic
def join_at_last(photo_ids: Collection[UUID]) -> None:
    """The same for photos whose time became known after they were looked at."""
    HashRevision.objects.select_for_update().get_or_create(id=1)
    join(photo_ids)


def fill_due() -> None:
    """The analyst's job: photos from before there were times and cameras."""
    filling.fill_due(join_at_last)


def _timed(photo_ids: Collection[UUID]) -> list[Photo]:
    known = Photo.objects.filter(camera__isnull=False, taken_at__isnull=False)
    columns = ("id", "owner_id", "camera", "taken_at", "group", "event", "perceptual_hash")
    return list(known.filter(id__in=photo_ids, perceptual_hash__isnull=False).only(*columns))


def _alike(photo: Photo) -> Iterator[Taken]:
    """Along the index of an owner's cameras."""
    taken_at = cast(datetime, photo.taken_at)
    near = Photo.objects.alias(when=when()).filter(
        owner=photo.owner_id,
        camera=photo.camera,
        when__gte=taken_at - BETWEEN,
        when__lte=taken_at + BETWEEN,
        taken_at__isnull=False,
        perceptual_hash__isnull=False,
    )
    rows = near.exclude(id=photo.id).order_by("when", "id")
    for row in rows.values_list("id", "group", "event", "perceptual_hash")[:_MOST_NEAR]:
        other = Taken(*row)
        if _differing(photo.perceptual_hash or 0, other.hash or 0) <= MOST_BITS:
            yield other


def _through_groups(photo_ids: Collection[UUID]) -> list[tuple[Taken, Taken]]:
    """Near-duplicates of which one is part of an event."""
    chosen = Photo.objects.filter(id__in=photo_ids).order_by()
    groups = {group for group in chosen.values_list("group", flat=True) if group}
    members = Photo.objects.filter(group__in=groups).order_by("group", "id")
    links: list[tuple[Taken, Taken]] = []
    rows = members.values_list("id", "group", "event", "perceptual_hash")
    for _group, run in groupby((Taken(*row) for row in rows), key=lambda taken: taken.group):
        first, *others = run
        if first.event or any(other.event for other in others):
            links += [(first, other) for other in others]
    return links


def _events(links: Iterable[tuple[Taken, Taken]]) -> dict[UUID, set[UUID]]:
    """The seeds of all that belongs together, by the one that they become: the oldest."""
    together: dict[UUID, set[UUID]] = {}
    for one, other in links:
        seeds = together.get(one.seed, {one.seed}) | together.get(other.seed, {other.seed})
        together.update(dict.fromkeys(seeds, seeds))
    return {min(seeds, key=_age): seeds for seeds in together.values()}


def _age(seed: UUID) -> tuple[bool, UUID]:
    """Ids grow with time; the ids of groups that people made are younger than their photos."""
    return is_by_people(seed), seed


def _members(seeds: Collection[UUID]) -> set[UUID]:
    """The photos that go by these seeds. Each is looked for along an index of its own."""
    lone = Photo.objects.filter(id__in=seeds, group=None, event=None)
    grouped = Photo.objects.filter(group__in=seeds, event=None)
    in_events = Photo.objects.filter(event__in=seeds)
    found: set[UUID] = set()
    for rows in (lone, grouped, in_events):
        found.update(rows.order_by().values_list("id", flat=True))
    return found


def _differing(one: int, other: int) -> int:
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()
