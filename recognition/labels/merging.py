"""Merge a label into another one.

Versions of the network keep predicting the merged label, which then counts as the other one
(`labels.tree.LabelTree`). A merge cannot be undone, but the photos' decisions tell which label each
of them had.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from recognition.core.counting import Counted, count_up_to
from recognition.core.locks import lock_all
from recognition.labels import labelling, suggestions
from recognition.labels.tree import COUNTED_FOR_A_LABEL, LabelTree, changing, count_photos
from recognition.models import Annotation, Kind, Label, ModelVersion, Prediction, Subject, Suspect

_CHUNK = 2000


@dataclass(frozen=True)
class Consequences:
    """What a merge would change."""

    photos: Counted
    predictions: Counted
    versions: list[ModelVersion]
    children: list[Label]


def consequences(source: Label, target: Label) -> Consequences:
    """What merging `source` into `target` would change."""
    children = Label.objects.filter(parent=source).exclude(id=target.id)
    versions = ModelVersion.objects.only("number", "name", "labels")
    return Consequences(
        photos=count_photos(source),
        predictions=_count_predictions(source),
        versions=[version for version in versions if source.slug in version.labels],
        children=list(children.filter(merged_into=None)),
    )


def targets(source: Label) -> list[Label]:
    """All labels that this one can be merged into."""
    tree = LabelTree()
    return [label for label in tree if not _obstacle(source, label, tree)]


@changing()
def merge(source: Label, target: Label, by: User) -> int:
    """Merge `source` into `target`; return how many photos changed their label.

    Done again, it moves photos that got the merged label meanwhile. Raises ValidationError if the
    two cannot be merged.
    """
    lock_all()  # whoever labels waits, and then knows what became of the label
    labels = Label.objects.in_bulk([source.id, target.id])
    source, target = labels[source.id], labels[target.id]
    if obstacle := _obstacle(source, target, LabelTree()):
        raise ValidationError(obstacle)
    Label.objects.filter(parent=source).update(parent=target)
    source.parent, source.merged_into, source.active = target, target, False
    source.kind = target.kind
    source.save()
    for said in (Prediction, Subject):
        said.objects.filter(label=source).update(label=target, kind=target.kind)
    Annotation.objects.filter(label=source).update(label=target)
    suggestions.merge(source, target)
    photos = labelling.merge_label(source, target, by)
    Suspect.objects.filter(Q(label=source) | Q(suggested=source)).delete()
    _settle_doubts(target)
    return photos


def _obstacle(source: Label, target: Label, tree: LabelTree) -> str:
    """Why the two cannot be merged, if so."""
    if source.id == target.id:
        return _("A label cannot be merged into itself.")
    if source.merged_into_id and source.merged_into_id != target.id:
        return _("This label was merged into another one already.")
    if source.kind == Kind.NEITHER:
        return _("What is neither vehicle nor animal needs a label of its own.")
    if target.merged_into_id or not target.active:
        return _("Choose a label that is in use.")
    if source.merged_into_id:
        return ""
    below = tree.below(source)
    if target in below:
        return _("The other label stands below this one. Merge that one into this one instead.")
    if below and source.kind != target.kind:
        return _("The labels below this one are of another kind. Move them first.")
    return ""


def _count_predictions(label: Label) -> Counted:
    newest = Prediction.objects.filter(label=label).order_by("-created", "-id")
    return count_up_to(newest, COUNTED_FOR_A_LABEL)


def _settle_doubts(target: Label) -> None:
    """Where prediction and label disagreed, they may not do so any more."""
    tree = LabelTree()
    rows = (
        Prediction.objects.filter(disagreement__isnull=False)
        .filter(Q(label=target) | Q(photo__label=target))
        .values_list("id", "label_id", "photo__label_id")
    )
    settled = [id_ for id_, said, label in rows.iterator(_CHUNK) if tree.is_right(said, label)]
    for first in range(0, len(settled), _CHUNK):
        chunk = settled[first : first + _CHUNK]
        Prediction.objects.filter(id__in=chunk).update(disagreement=None)
