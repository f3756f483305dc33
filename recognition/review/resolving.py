"""What becomes of a group of near-duplicates: one of them is enough, or all are kept.

If one is enough, the others are left out of review and training; they stay with their owners, with
what people said of them, and undoing brings them back. Either way the group is not shown again
until further photos join it.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from recognition.labels import keeping_one
from recognition.models import GroupDecision, Photo
from recognition.photos.selectors import photos_visible_to

MOST = 2000  # photos of a group that are decided about at once
_LATEST = 20


class GroupChanged(Exception):
    """The group is not as the person saw it: it has other photos, or somebody else decided."""


def keep_one(photo_id: UUID, seen: int, by: User) -> GroupDecision:
    """Leave the others of the photo's group out. Done twice, it has no further effect.

    seen: how many photos of the group the person saw. Raises Photo.DoesNotExist and GroupChanged.
    """
    photo = photos_visible_to(by).get(id=photo_id)
    if photo.group is None:
        raise GroupChanged
    members = _members(photo.group, by)
    decision = _decide(photo.group, photo, members, seen, by)
    keeping_one.leave_out(decision, [member for member in members if member != photo.id])
    return decision


def keep_all(group: UUID, seen: int, by: User) -> GroupDecision:
    """As `keep_one`, but all of them take part."""
    return _decide(group, None, _members(group, by), seen, by)


def undo(decision: GroupDecision) -> None:
    """Show the group again, with all photos taking part; done twice, it has no further effect."""
    GroupDecision.objects.filter(id=decision.id, undone=None).update(undone=timezone.now())
    keeping_one.take_back(decision)


def visible_to(person: User) -> QuerySet[GroupDecision]:
    """Everybody's for those who may see all photos, otherwise one's own; newest first."""
    made = GroupDecision.objects.select_related("by", "kept").order_by("-at", "-id")
    return made if person.has_perm("recognition.view_all") else made.filter(by=person)


def latest(person: User) -> list[GroupDecision]:
    """Those that stand, among the last ones that this person may see."""
    return [made for made in visible_to(person)[:_LATEST] if made.undone is None]


def loses_labels(made: GroupDecision) -> bool:
    """Whether the one that is kept has no label, and one that is left out has."""
    if made.kept is None or made.kept.label_id:
        return False
    return made.left_out.filter(photo__label__isnull=False).exists()


def settled(groups: Collection[UUID]) -> dict[UUID, int]:
    """How many photos each of these groups had when it was decided about, if it was."""
    made = GroupDecision.objects.filter(group__in=groups, undone=None)
    return dict(made.values_list("group", "photos"))


def _members(group: UUID, by: User) -> list[UUID]:
    members = photos_visible_to(by).filter(group=group).order_by("-group", "id")
    return list(members.values_list("id", flat=True)[:MOST])


def _decide(
    group: UUID, kept: Photo | None, members: Collection[UUID], seen: int, by: User
) -> GroupDecision:
    if len(members) != min(seen, MOST) or len(members) < 2:
        raise GroupChanged
    before = GroupDecision.objects.filter(group=group, undone=None).first()
    if before and before.kept_id == (kept and kept.id) and before.photos >= len(members):
        return before
    if before and before.photos >= len(members):
        raise GroupChanged
    if before:  # photos have joined since
        undo(before)
    return _insert(group, kept, len(members), by)


@transaction.atomic
def _insert(group: UUID, kept: Photo | None, photos: int, by: User) -> GroupDecision:
    """Two people at once: the first one's counts."""
    made, is_new = GroupDecision.objects.get_or_create(
        group=group, undone=None, defaults={"kept": kept, "photos": photos, "by": by}
    )
    if not is_new and made.kept_id != (kept and kept.id):
        raise GroupChanged
    return made
