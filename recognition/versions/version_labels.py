"""The labels that a version brings along: those that are missing here join the tree, as valid as
those that people add."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from recognition.cnn import taxonomy
from recognition.cnn.manifest import Manifest
from recognition.core.locks import lock_label_tree
from recognition.labels.tree import LabelTree
from recognition.models import Label
from recognition.models.label import LONGEST_NAME
from recognition.models.names import plain

_NAMED = 5


class LabelsRefused(Exception):
    """Says for people why a version's labels are not taken in."""


def check_new(manifest: Manifest, by: User | None) -> None:
    """Whether the labels of a version from elsewhere can join, and this person may add them.

    by: None for the operator. Raises LabelsRefused.
    """
    tree = LabelTree()
    new = [label for label in manifest.labels if label.slug not in tree]
    if new and by and not by.has_perm("recognition.add_label"):
        names = ", ".join(label.slug for label in new[:_NAMED])
        text = _(
            "It knows labels that are not here, and you may not add any: %(labels)s. "
            "Have a reviewer add them first."
        )
        raise LabelsRefused(text % {"labels": names})
    for label in manifest.labels:
        if label.slug in tree and tree[label.slug].kind != label.kind:
            text = _("Its label %(label)s is of another kind than the one that is here.")
            raise LabelsRefused(text % {"label": label.slug})
    _check_alike(new)
    for label in new:
        try:
            _row(label).full_clean(exclude=["parent"])
        except ValidationError as error:
            why = "; ".join(error.messages)
            text = _("Its label %(label)s cannot be added. %(why)s")
            raise LabelsRefused(text % {"label": label.slug, "why": why}) from error


def _check_alike(labels: Iterable[taxonomy.Label]) -> None:
    """Whether no two of them have the same name, or the same slug but for capitals."""
    taken: dict[str, taxonomy.Label] = {}
    for label in labels:
        slug, *names = (plain(text) for text in (label.slug, label.name_en, label.name_zh))
        for key in {f"slug {slug}", *(f"name {name}" for name in names)}:
            other = taken.setdefault(key, label)
            if other is not label:
                text = _("Two of its labels are called alike: %(one)s and %(other)s.")
                raise LabelsRefused(text % {"one": other.slug, "other": label.slug})


def ensure(known: Iterable[taxonomy.Label]) -> None:
    """Add the labels that are missing; those that are there may have been edited by staff. Where
    people have called another label as one of these is called, its slug is added to its name.

    Raises ValidationError.
    """
    lock_label_tree()
    tree = LabelTree()
    missing = [label for label in known if label.slug not in tree]
    rows = {label.slug: _row(label) for label in missing}
    for row in rows.values():
        _tell_apart(row)
        row.full_clean()
        row.save()
    for label in missing:  # a parent may stand behind its children
        if label.parent:
            _put_below(rows[label.slug], rows.get(label.parent) or tree[label.parent])


def _tell_apart(row: Label) -> None:
    try:
        row.clean()
    except ValidationError as error:
        for field in ("name_en", "name_zh"):
            if field in error.message_dict:
                end = f" ({row.slug})"
                setattr(row, field, getattr(row, field)[: LONGEST_NAME - len(end)] + end)


def _put_below(row: Label, parent: Label) -> None:
    """What people have made of the parent meanwhile may be of another kind: then below nothing."""
    row.parent = parent
    try:
        row.full_clean()
    except ValidationError:
        return
    row.save(update_fields=["parent"])


def _row(label: taxonomy.Label) -> Label:
    return Label(slug=label.slug, kind=label.kind, name_en=label.name_en, name_zh=label.name_zh)
