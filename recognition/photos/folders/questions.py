"""Folders whose names are to be labels, and what people answer about those that are none."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from typing import IO, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from recognition.cnn.store.zip_reader import BadArchive, ZipReader
from recognition.labels import tree
from recognition.labels.finding import Called, LabelFinder, short_name
from recognition.models import Kind, Label
from recognition.models.names import plain
from recognition.photos.folders.dataset_tables import PHOTOS
from recognition.photos.folders.system_files import is_system_path

MOST_ASKED = 100  # one by one; what is beyond them is answered together
_CLOSE = 0.8
_NO_PHOTOS = (".txt", ".csv", ".tsv", ".json", ".xml", ".html", ".md", ".pdf", ".yaml", ".yml")
_OTHER_ENTRIES = 1000

DOES = ("create", "map", "without", "skip")
WITHOUT, SKIP = "", None
Answers = Mapping[str, str | None]  # a slug, WITHOUT or SKIP, by a folder's name in plain form
NO_ANSWERS: Answers = {}


class Folder(NamedTuple):
    """One to ask about. names: how it is written; of what is beyond MOST_ASKED, many folders.
    like: the label with nearly the same name."""

    names: tuple[str, ...]
    files: int
    is_ambiguous: bool = False
    like: Label | None = None

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def may_become_label(self) -> bool:
        return bool(self.name) and not self.is_ambiguous


@dataclass(frozen=True)
class Question:
    """known: the labels that folders name, by how those are written. place: what a new label may
    stand below, because that is what most of the others do."""

    known: dict[str, Label]
    asked: list[Folder]
    beyond: Folder | None = None
    place: Label | None = None


def question(files: Counter[str]) -> Question:
    """files: how many are in the folder of this name; in none if it is empty."""
    find, called = LabelFinder({}), Called()
    known: dict[str, Label] = {}
    unknown: dict[str, list[str]] = {}
    for name in files:
        if label := find(name):
            known[name] = label
        else:
            unknown.setdefault(plain(name), []).append(name)
    folders = [
        Folder(
            tuple(names),
            sum(files[name] for name in names),
            find.refusal(names[0]) == "ambiguous_label",
            _like(key, called),
        )
        for key, names in sorted(unknown.items())
    ]
    beyond = folders[MOST_ASKED:]
    names = tuple(name for folder in beyond for name in folder.names)
    rest = Folder(names, sum(folder.files for folder in beyond)) if beyond else None
    return Question(known, folders[:MOST_ASKED], rest, _place(known.values()))


def folders_in(directory: IO[bytes]) -> Counter[str]:
    """The folders of an archive of which only the directory is here: its names, and where they end.
    None of one that tells its labels itself, or that cannot be read."""
    try:
        reader = ZipReader(directory, 2 * settings.ARK_MAX_BULK_FILES + _OTHER_ENTRIES)  # type: ignore[arg-type]
    except BadArchive:
        return Counter()
    paths = [PureWindowsPath(entry.filename) for entry in reader.entries]
    if any(path.name.lower() == PHOTOS for path in paths):
        return Counter()
    return Counter(path.parent.name for path in paths if _may_be_photo(path))


class Choice(NamedTuple):
    """What a person answers about folders. does: one of DOES. label: what they are mapped to, or
    what the new ones stand below; kind: of new ones below nothing."""

    names: Sequence[str]
    does: str
    label: Label | None = None
    kind: str = ""


@transaction.atomic
def answer(choices: Iterable[Choice], by: User) -> dict[str, str | None]:
    """What the choices come to, by each folder's name as it is written; labels that are to be
    created are. Answered twice, they are there already. Raises ValidationError."""
    answers: dict[str, str | None] = {}
    for choice in choices:
        for name in choice.names:
            if choice.does == "create":
                answers[name] = _made(name, choice, by).slug
            elif choice.does == "map" and choice.label:
                answers[name] = choice.label.slug
            else:
                answers[name] = SKIP if choice.does == "skip" else WITHOUT
    return answers


def in_plain_form(answers: Answers) -> Answers:
    return {plain(name): said for name, said in answers.items()}


def _made(name: str, choice: Choice, by: User) -> Label:
    name = short_name(name.strip())
    if there := LabelFinder({})(name):
        return there
    kind = "" if choice.label else choice.kind or Kind.OTHER
    return tree.add("", name, "", kind, choice.label, by)


def _like(key: str, called: Called) -> Label | None:
    close = difflib.get_close_matches(key, called.every_name(), 1, _CLOSE)
    found = called.named(*close)
    return found[0] if len(found) == 1 else None


def _place(known: Iterable[Label]) -> Label | None:
    parents = [label.parent_id or 0 for label in known]
    if not parents:
        return None
    commonest, _times = Counter(parents).most_common(1)[0]
    return Label.objects.filter(id=commonest, active=True).first()


def _may_be_photo(path: PurePath) -> bool:
    return not is_system_path(str(path)) and path.suffix.lower() not in _NO_PHOTOS
