"""Groups of near-duplicates: shown to reviewers, and a photo set apart from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from recognition.labels import left_out
from recognition.models import Label, Photo, Split, split_of
from recognition.models.ids import time_ordered_uuid
from recognition.review import resolving
from recognition.review.bulk import Snapshot

PAGE_SIZE = 20
_WINDOWS = 5  # that are looked at, one after the other, until there is something to show
WINDOW = 2000  # photos that a page looks at
MOST_SHOWN = 24  # photos of a group
_BY_PEOPLE = 8  # the UUID version of a group that people made; photos have version 7


@dataclass(frozen=True)
class Group:
    """A group of near-duplicates.

    snapshots: of all its photos, the oldest first. photos: no more than MOST_SHOWN of them.
    left_out: those of them that take no part since another was kept before more joined.
    """

    id: UUID
    snapshots: list[Snapshot]
    photos: list[Photo]
    left_out: set[UUID]

    @property
    def largest(self) -> Photo | None:
        """The first of those with the most pixels; None if all have as many."""
        sizes = {photo.width * photo.height for photo in self.photos}
        found = (photo for photo in self.photos if photo.width * photo.height == max(sizes))
        return next(found, None) if len(sizes) > 1 else None

    @property
    def split(self) -> Split:
        return self.photos[0].split if self.photos else split_of(self.id)

    @property
    def hidden(self) -> int:
        return len(self.snapshots) - len(self.photos)

    @property
    def has_different_labels(self) -> bool:
        return len({snapshot.label_id for snapshot in self.snapshots} - {None}) > 1

    @property
    def is_settled(self) -> bool:
        """All have the same label."""
        labels = {snapshot.label_id for snapshot in self.snapshots}
        return len(labels) == 1 and None not in labels

    @property
    def suggested(self) -> Label | None:
        """The most frequent label of the shown photos or, without labels, of their predictions;
        never a retired one."""
        labels = Counter(photo.label for photo in self.photos if photo.label and photo.label.active)
        answers = [photo.prediction.label for photo in self.photos if photo.prediction]
        said = Counter(label for label in answers if label and label.active)
        return next((label for label, _count in (labels or said).most_common(1)), None)


@dataclass(frozen=True)
class Page:
    """next: the group behind which the next page begins; none after the last."""

    groups: list[Group]
    next: UUID | None


def page(photos: QuerySet[Photo], after: UUID | None = None) -> Page:
    """A page of groups, newest first, that hold at least two of these photos and that nobody has
    decided about as they are; it begins behind the group `after`.

    The last photo that is left of a group keeps the group's id, and so its side of the split.
    """
    found = _window(photos, after)
    for _further in range(_WINDOWS - 1):
        if found.groups or found.next is None:
            break
        found = _window(photos, found.next)
    return found


def _window(photos: QuerySet[Photo], after: UUID | None) -> Page:
    members = photos.filter(group__isnull=False)
    if after:
        members = members.filter(group__lt=after)
    columns = ("group", "id", "prediction_id", "label_id")
    rows = list(members.order_by("-group", "id").values_list(*columns)[:WINDOW])
    groups = [
        (group, [Snapshot(*rest) for _group, *rest in run])
        for group, run in groupby(rows, key=lambda row: row[0])
    ]
    is_last = len(rows) < WINDOW
    if not is_last and len(groups) > 1:
        groups.pop()  # which may go on
    settled = resolving.settled([group for group, _snapshots in groups])
    of_two = [
        (group, snapshots)
        for group, snapshots in groups
        if len(snapshots) > max(1, settled.get(group, 0))
    ]
    if len(of_two) > PAGE_SIZE:
        of_two = of_two[:PAGE_SIZE]
        return Page(_with_photos(of_two, photos), of_two[-1][0])
    return Page(_with_photos(of_two, photos), None if is_last else groups[-1][0])


@transaction.atomic
def set_apart(photo_id: UUID) -> None:
    """A person says that the photo is no near-duplicate of the others in its group.

    It gets a group of its own, on the same side of the split, which the analyst never merges with
    another one. Raises Photo.DoesNotExist.
    """
    photo = Photo.objects.select_for_update().get(id=photo_id)
    others = Photo.objects.filter(group=photo.group).exclude(id=photo.id)
    if photo.group is None or not others.exists():
        return
    split = photo.split
    photo.group = _group_by_people()
    while photo.split != split:
        photo.group = _group_by_people()
    photo.save(update_fields=["group"])


def is_by_people(group: UUID) -> bool:
    """Whether `set_apart` made the group."""
    return group.version == _BY_PEOPLE


def _with_photos(
    groups: Iterable[tuple[UUID, list[Snapshot]]], photos: QuerySet[Photo]
) -> list[Group]:
    groups = list(groups)
    shown = [
        snapshot.photo_id for _group, snapshots in groups for snapshot in snapshots[:MOST_SHOWN]
    ]
    found = photos.select_related("owner").in_bulk(shown)
    no_part = left_out.among(shown)
    return [
        Group(
            id=group,
            snapshots=snapshots,
            photos=[found[seen.photo_id] for seen in snapshots if seen.photo_id in found],
            left_out=no_part.intersection(seen.photo_id for seen in snapshots),
        )
        for group, snapshots in groups
    ]


def _group_by_people() -> UUID:
    bits = time_ordered_uuid().int & ~(0xF << 76)
    return UUID(int=bits | (_BY_PEOPLE << 76))
