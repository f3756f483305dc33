"""Labels by what people and folders call them."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from recognition.labels.tree import LabelTree, add
from recognition.models import Kind, Label
from recognition.models.label import LONGEST_NAME
from recognition.models.names import plain

_DIGITS = 6


class NewLabel(NamedTuple):
    """A label as a data set describes it. parent: a slug, or empty."""

    slug: str
    name_en: str
    name_zh: str
    kind: str
    parent: str


def containing(text: str, also_slugs: bool = False) -> list[int]:
    """The ids of labels with this text in a name, in either language."""
    text = plain(text)
    columns = ("name_en", "name_zh", "slug")[: 3 if also_slugs else 2]
    return [
        id_
        for id_, *names in Label.objects.order_by().values_list("id", *columns)
        if any(text in plain(name) for name in names)
    ]


class Called:
    """What the labels in use are called, at the moment; a merged label's names and slug lead to
    what it was merged into."""

    def __init__(self) -> None:
        tree = LabelTree()
        self.by_slug: dict[str, Label] = {}
        self._by_name: dict[str, list[Label]] = {}
        for label in sorted(tree, key=lambda label: label.merged_into_id is not None):
            current = tree.current(label)
            if current.active:
                self.by_slug.setdefault(label.slug, current)
                is_alias = label.merged_into_id is not None
                self._note(current, (label.name_en, label.name_zh), is_alias)
        self._by_folded_slug = {plain(slug): label for slug, label in self.by_slug.items()}

    def add(self, label: Label) -> None:
        """A new one, by its names."""
        self._note(label, (label.name_en, label.name_zh), is_alias=False)

    def named(self, *names: str) -> list[Label]:
        """Those of which one of these is a name."""
        found = (label for name in names for label in self._by_name.get(plain(name), ()))
        return list(dict.fromkeys(found))

    def every_name(self) -> list[str]:
        """In plain form."""
        return list(self._by_name)

    def find(self, text: str, slugs_first: bool = False) -> list[Label]:
        """Those that could be meant: several if only a person can tell, or none.

        What names one label is that one, whatever is a slug of others, unless `slugs_first`.
        """
        named = self.named(text)
        by_slug = self.by_slug.get(text.strip())
        if by_slug is None and (slugs_first or not named):
            by_slug = self._by_folded_slug.get(plain(text))
        if by_slug and (slugs_first or len(named) != 1):
            return [by_slug]
        return named

    def _note(self, label: Label, names: tuple[str, ...], is_alias: bool) -> None:
        for key in {plain(name) for name in names} - {""}:
            labels = self._by_name.setdefault(key, [])
            if label not in labels and not (is_alias and labels):
                labels.append(label)


class LabelFinder:
    """Finds the label that a folder's name stands for: a name in either language, or a slug.

    offered: missing labels that are added, by their slugs in plain form. makes_others: any other
    missing label is added with the kind `other`. by: who brings them in. slugs_first: as in the
    tables of an exported data set, which name labels by their slugs.
    """

    def __init__(
        self,
        offered: Mapping[str, NewLabel],
        makes_others: bool = False,
        by: User | None = None,
        slugs_first: bool = False,
    ) -> None:
        self._by = by
        self._offered = dict(offered)
        self._makes_others = makes_others
        self._slugs_first = slugs_first
        self._called = Called()
        self._made: dict[str, Label] = {}  # by what they were asked for

    def __call__(self, name: str) -> Label | None:
        """The label; None if there is none in use, or several could be meant."""
        name = short_name(name.strip())
        key = plain(name)
        if made := self._made.get(key):
            return made
        if found := self._called.find(name, self._slugs_first):
            return found[0] if len(found) == 1 else None
        if made := self._make(name, key):
            self._made[key] = made
        return made

    def refusal(self, name: str) -> str:
        """Why there was no label: a code of photos/refusals.py."""
        found = self._called.find(short_name(name.strip()), self._slugs_first)
        return "ambiguous_label" if len(found) > 1 else "unknown_label"

    def _make(self, name: str, key: str) -> Label | None:
        # Taken out, so that of labels that are each other's parents each is made once.
        described = self._offered.pop(key, None)
        if described is None and self._makes_others:
            described = NewLabel("", name, name, Kind.OTHER, "")
        if described is None:
            return None
        return self._same(described) or self._added(described)

    def _same(self, described: NewLabel) -> Label | None:
        """The one that has these names here, though its slug is another one."""
        names = {plain(described.name_en), plain(described.name_zh)} - {""}
        found = self._called.named(described.name_en, described.name_zh)
        if len(found) != 1:
            return None
        own = {plain(name) for name in found[0].names}
        return found[0] if names <= own or own <= names else None

    def _added(self, described: NewLabel) -> Label | None:
        parent = self(described.parent) if described.parent else None
        if parent and parent.kind != described.kind:
            parent = None
        try:
            label = add(*described[:4], parent, self._by)
        except ValidationError:
            return None
        self._called.add(label)
        return label


def short_name(name: str) -> str:
    """A name that is too long ends in digits that tell it from others that begin alike."""
    if len(name) <= LONGEST_NAME:
        return name
    name = unicodedata.normalize("NFC", name)
    if len(name) <= LONGEST_NAME:
        return name
    mark = hashlib.sha256(plain(name).encode()).hexdigest()[:_DIGITS]
    return f"{name[: LONGEST_NAME - _DIGITS - 2]}… {mark}"
