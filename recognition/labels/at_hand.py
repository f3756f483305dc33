"""The labels that a person keeps at hand: pinned by hand, and those used of late."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction

from recognition.labels.tree import LabelTree
from recognition.models import REVIEWED_VIA, Decision, Kind, Label, Profile
from recognition.people import profiles

MOST_PINNED = 9
MOST_RECENT = 9
_DECISIONS_READ = 300


@transaction.atomic
def pin(person: User, label: Label, is_pinned: bool) -> list[Label]:
    """Pin a label, or take it off; returns the pinned ones. Of too many the oldest go."""
    profiles.of(person)
    profile = Profile.objects.select_for_update().get(user=person)
    kept = [other.slug for other in _in_use(profile.pinned_labels) if other != label]
    profile.pinned_labels = [*kept, label.slug][-MOST_PINNED:] if is_pinned else kept
    profile.save(update_fields=["pinned_labels"])
    return _in_use(profile.pinned_labels)


def pinned(person: User) -> list[Label]:
    """In the order in which they were pinned; without those that were retired since."""
    row = Profile.objects.filter(user=person).values_list("pinned_labels", flat=True).first()
    return _in_use(row or [])


def recent(person: User) -> list[Label]:
    """The labels that this person chose last instead of what the network had said, the latest
    first: what it says has a key of its own, and so has neither."""
    made = Decision.objects.filter(by=person).order_by("-at", "-id")
    rows = made.values_list("to_label__slug", "to_label", "predicted", "via")[:_DECISIONS_READ]
    chosen = (
        slug
        for slug, to, predicted, via in rows
        if slug and to != predicted and via in REVIEWED_VIA
    )
    found = (label for label in _in_use(chosen) if label.kind != Kind.NEITHER)
    return list(found)[:MOST_RECENT]


def _in_use(slugs: Iterable[str]) -> list[Label]:
    """Each once; a merged one is what it was merged into."""
    tree = LabelTree()
    labels = dict.fromkeys(tree[slug] for slug in slugs if slug in tree)
    return [label for label in labels if label.active]
