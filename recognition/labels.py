"""The tree of labels: what stands above what, and what was merged into what."""

from __future__ import annotations

from recognition.models import Label


class LabelTree:
    """All labels as they are now; there are never many."""

    def __init__(self) -> None:
        self._labels = {label.id: label for label in Label.objects.order_by()}
        self._by_slug = {label.slug: label for label in self._labels.values()}

    def __getitem__(self, slug: str) -> Label:
        """The label of this name, or the one it was merged into. Raises KeyError."""
        label = self._by_slug[slug]
        while label.merged_into_id:
            label = self._labels[label.merged_into_id]
        return label

    def is_right(self, predicted_id: int | None, label_id: int | None) -> bool:
        """Whether a prediction fits a label: the same one, or one that stands above it."""
        while label_id and label_id != predicted_id:
            label_id = self._labels[label_id].parent_id
        return label_id is not None
