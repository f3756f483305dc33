"""The tree of labels: parents, merged labels, new and retired ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from operator import itemgetter
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, QuerySet

from recognition.core import audit
from recognition.core.counting import Counted, count_up_to
from recognition.core.locks import lock_label_tree
from recognition.core.statements.queries import Prepared
from recognition.labels.left_out import is_left_out
from recognition.labels.ordering import name_key
from recognition.labels.slugs import free_slug
from recognition.models import Kind, Label, Photo, Prediction, Report
from recognition.models.label import chain

COUNTED_FOR_A_LIST = 1000
FEW_PHOTOS = 10_000  # of all labels together: a page may count them
COUNTED_FOR_A_LABEL = 10_000


_all_labels = Prepared(lambda: Label.objects.order_by("id"))
_last: tuple[list[tuple[Any, ...]], LabelTree] | None = None


class LabelTree:
    """All labels as they are at the moment; there are never many."""

    def __init__(self, labels: Iterable[Label] | None = None) -> None:
        found = _all_labels() if labels is None else labels
        self._labels = {label.id: label for label in found}
        self._by_slug = {label.slug: label for label in self._labels.values()}
        parents = {label.id: label.parent_id for label in self}
        self._upwards = {id_: chain(id_, parents) for id_ in parents}
        self._merges = {label.id: label.merged_into_id for label in self}

    @classmethod
    def for_reading(cls) -> LabelTree:
        """The very tree of the last time, if no label has changed since: for what is asked of each
        photo. Its labels are everybody's, and not to be written to."""
        global _last
        rows = _all_labels.rows()
        if _last is None or _last[0] != rows:
            _last = rows, cls(_all_labels.objects(rows))
        return _last[1]

    def __getitem__(self, slug: str) -> Label:
        """The label with this slug, or the one it was merged into. Raises KeyError."""
        return self.current(self._by_slug[slug])

    def __contains__(self, slug: str) -> bool:
        return slug in self._by_slug

    def __iter__(self) -> Iterator[Label]:
        return iter(self._labels.values())

    def current(self, label: Label) -> Label:
        """The label itself, or the one it was merged into."""
        # The one at hand may be older than the merge, or newer than this tree.
        return self._labels.get(chain(label.id, self._merges)[-1], label)

    def in_use(self, label: Label) -> Label | None:
        """What counts in the place of a label: itself or, if it is retired, the nearest of its
        ancestors that is not; None if there is none. Of a merged label: of what it was merged into.
        """
        upwards = reversed(self.lineage(self.current(label)))
        return next((ancestor for ancestor in upwards if ancestor.active), None)

    def is_in_use(self, label_id: int) -> bool:
        """Whether anything counts in the place of this label: versions can say that."""
        return self.in_use(self._labels[label_id]) is not None

    def in_use_by_id(self) -> dict[int, int]:
        """The id of what counts in the place of each label, by its id; without those in whose place
        nothing counts."""
        return {label.id: counts.id for label in self if (counts := self.in_use(label))}

    @cached_property
    def in_use_by_slug(self) -> dict[str, str]:
        """The same in slugs."""
        return {label.slug: counts.slug for label in self if (counts := self.in_use(label))}

    def said(self, top: Iterable[Mapping[str, Any]]) -> list[tuple[Label, float]]:
        """The labels of a stored top five with their probabilities, best first; those that were
        merged since count as one."""
        shares: dict[Label, float] = {}
        for entry in top:
            if entry["label"] in self:
                label = self[entry["label"]]
                shares[label] = shares.get(label, 0.0) + entry["confidence"]
        return sorted(shares.items(), key=itemgetter(1), reverse=True)

    def said_in_use(self, top: Iterable[Mapping[str, Any]]) -> list[tuple[Label, float]]:
        """As `said`, in labels that are in use: what was retired since counts as in `in_use`, or
        else the others share its probability in proportion."""
        shares: dict[Label, float] = {}
        left_out = 0.0
        for label, share in self.said(top):
            if in_use := self.in_use(label):
                shares[in_use] = shares.get(in_use, 0.0) + share
            else:
                left_out += share
        # Of rounded numbers, the shares may add up to more than is left.
        left = max(1.0 - left_out, sum(shares.values())) if left_out else 1.0
        in_proportion = ((label, share / left) for label, share in shares.items())
        return sorted(in_proportion, key=itemgetter(1), reverse=True)

    def is_right(self, predicted_id: int | None, label_id: int | None) -> bool:
        """Whether the predicted label, or what counts in its place since it was retired, is the
        label itself or one of its ancestors."""
        predicted = self._labels.get(predicted_id) if predicted_id else None
        if predicted and not predicted.active:
            predicted_id = (self.in_use(predicted) or predicted).id
        return self._is_above(predicted_id, label_id)

    def narrower(self, prediction: Prediction) -> Label | None:
        """The label that fits best, where the answer is a group above it because none was sure
        enough; None where the answer is a label as narrow as any."""
        best = prediction.top[0]["label"] if prediction.top else ""
        if best not in self or prediction.label_id is None:
            return None
        label = self[best]  # or what it was merged into, which the answer has become too
        is_above = self._is_above(prediction.label_id, label.id)
        return label if is_above and label.id != prediction.label_id else None

    @cached_property
    def slugs(self) -> dict[int, str]:
        """By the ids of the labels."""
        return {label.id: label.slug for label in self}

    def in_order(self) -> list[Label]:
        """Kind by kind, each label right after its parent and that one's earlier children; the
        same in every language."""

        def place(label: Label) -> tuple[object, ...]:
            lineage = self.lineage(label)
            return (lineage[0].kind, *(ancestor.slug for ancestor in lineage))

        return sorted(self, key=place)

    def in_reading_order(self) -> list[Label]:
        """The same by name, in the language of the current request: for pages."""

        def place(label: Label) -> tuple[object, ...]:
            lineage = self.lineage(label)
            names = ((name_key(ancestor.name), ancestor.slug) for ancestor in lineage)
            return (lineage[0].kind, *names)

        return sorted(self, key=place)

    def lineage(self, label: Label) -> list[Label]:
        """The label's ancestors, topmost first, and the label itself."""
        upwards = self._upwards.get(label.id, [label.id])
        return [self._labels.get(id_, label) for id_ in reversed(upwards)]

    @cached_property
    def upwards(self) -> dict[str, tuple[str, ...]]:
        """Of each label in use its own slug and those of what stands above it and is in use, the
        nearest first."""
        lineages = ((label.slug, self.lineage(label)) for label in self if label.active)
        return {
            slug: tuple(above.slug for above in reversed(lineage) if above.active)
            for slug, lineage in lineages
        }

    @cached_property
    def heights(self) -> dict[int, int]:
        """Of each label in use, by its id, how many steps there are down to the lowest below it."""
        heights: dict[str, int] = {}
        for upwards in self.upwards.values():
            for height, slug in enumerate(upwards):
                heights[slug] = max(height, heights.get(slug, 0))
        return {self._by_slug[slug].id: height for slug, height in heights.items()}

    def below(self, label: Label) -> list[Label]:
        """All descendants of this label."""
        others = (other for other in self if other.id != label.id)
        return [other for other in others if self._is_above(label.id, other.id)]

    def _is_above(self, ancestor_id: int | None, label_id: int | None) -> bool:
        """Whether they are the same, or the one is an ancestor of the other."""
        return label_id is not None and ancestor_id in self._upwards.get(label_id, (label_id,))


def labelled_photos() -> QuerySet[Photo]:
    """All photos that have a label and take part. They are asked for by label, along an index:
    asked for those whose label is not null, SQLite would read all photos."""
    labels = list(Label.objects.values_list("id", flat=True))
    return Photo.objects.filter(~is_left_out(), label__in=labels)


def count_photos(label: Label, limit: int = COUNTED_FOR_A_LABEL) -> Counted:
    """How many photos carry the label, counted up to `limit`."""
    return count_up_to(Photo.objects.filter(label=label).order_by("-created", "-id"), limit)


def count_photos_of_each(tree: LabelTree) -> dict[int, Counted]:
    """How many photos carry each label, by its id: counted now where there are few photos, else as
    the analyst has counted them, or up to COUNTED_FOR_A_LIST."""
    if count_up_to(Photo.objects.order_by("-created", "-id"), FEW_PHOTOS).is_exact:
        rows = Photo.objects.filter(label__isnull=False).order_by().values_list("label")
        now = dict(rows.annotate(Count("id")))
        return {label.id: Counted(now.get(label.id, 0)) for label in tree}
    report = Report.named("figures")
    if "labels" in report.data:
        counts = report.data["labels"]
        return {label.id: Counted(counts.get(label.slug, 0), is_exact=False) for label in tree}
    return {label.id: count_photos(label, COUNTED_FOR_A_LIST) for label in tree}


@contextmanager
def changing() -> Iterator[None]:
    """A transaction in which nobody else changes the tree, so that what was checked inside it is
    still true when it is saved."""
    with transaction.atomic():
        lock_label_tree()
        yield


@changing()
def add(
    slug: str,
    name_en: str,
    name_zh: str = "",
    kind: str = "",
    parent: Label | None = None,
    by: User | None = None,
) -> Label:
    """Add a label; without a slug it gets one that fits its English name, without a kind that of
    its parent. Raises ValidationError."""
    slug = slug or free_slug(name_en)
    if parent:
        parent = Label.objects.get(id=parent.id)  # it may have been merged meanwhile
    kind = kind or (parent.kind if parent else "")
    label = Label(slug=slug, name_en=name_en, name_zh=name_zh, kind=kind, parent=parent)
    label.full_clean()
    label.save()
    above = parent.slug if parent else ""
    audit.record(audit.Action.LABEL_CHANGED, by, slug, did="added", parent=above, kind=kind)
    return label


def retirable() -> QuerySet[Label]:
    """Labels that can be retired and brought back: not merged ones, nor the one that is neither
    vehicle nor animal, which is always needed."""
    return Label.objects.filter(merged_into=None).exclude(kind=Kind.NEITHER)


@transaction.atomic
def set_active(label: Label, active: bool, by: User | None = None) -> None:
    """Retire a label, or bring it back.

    A retired one is no longer offered, and no version says it any more: from the next batch on, its
    probability goes to what counts in its place (`LabelTree.in_use`), or else to all other labels
    in proportion. Brought back, it is said again from the next batch on.

    Nothing that is stored changes. Photos keep the label, and predictions made before keep what was
    said, which pages show as it was; but where people are asked, and where answers are counted,
    these too count as what is in use.
    """
    if retirable().filter(id=label.id).exclude(active=active).update(active=active):
        did = "brought back" if active else "retired"
        audit.record(audit.Action.LABEL_CHANGED, by, label.slug, did=did)
