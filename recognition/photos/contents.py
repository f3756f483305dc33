"""What a photo contains, in words: "2 dogs, 1 car"; and more exactly: "Airedale terrier".

Names of labels are whatever people write. In English a name of plain words gets its plural; one
that offers several ("Rabbit or hare") stays as it is, behind a multiplication sign. Chinese has no
plurals, and would need a measure word of its own for each label, so numbers stand behind the names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from django.utils.translation import get_language

from recognition.cnn import taxonomy
from recognition.models import Kind, Label, Prediction
from recognition.models.names import plain

_PLAIN = re.compile(r"[A-Za-z]+([ -][A-Za-z]+)*")
_SEVERAL = re.compile(r"\b(and|of|or|with)\b")
_ALIKE = ("aircraft", "bison", "craft", "deer", "fish", "moose", "series", "sheep", "species")
_IRREGULAR = {
    "calf": "calves",
    "child": "children",
    "foot": "feet",
    "goose": "geese",
    "louse": "lice",
    "man": "men",
    "mouse": "mice",
    "ox": "oxen",
    "person": "people",
    "wolf": "wolves",
}


def contents(labels: Iterable[Label]) -> str:
    """The labels of a photo's subjects, each with how many there are, in the order in which they
    come; empty if there is none. In the language of the moment."""
    counts = Counter(label for label in labels if label.kind != Kind.NEITHER)
    if (get_language() or "").startswith("zh"):
        return "、".join(f"{label.name_in_chinese} × {number}" for label, number in counts.items())
    return ", ".join(_counted(label, number) for label, number in counts.items())


def exactly(prediction: Prediction) -> str:
    """What the network saw, more exactly than the label says, in the language of the moment.

    Empty if it is no kind of what the label says, or says nothing new. A name that is not one of
    the classifier's is a label's that was taught, and is shown as people wrote it.
    """
    name, label = prediction.fine, prediction.label
    if fine := taxonomy.fine_classes().get(name):
        if not fine.is_kind:
            return ""
        name = fine.name_zh if (get_language() or "").startswith("zh") else fine.name_en
    known = {plain(label.name_en), plain(label.name_zh)} if label else set()
    return "" if plain(name) in known else name


def classes_called(text: str) -> list[str]:
    """What predictions call the fine classes that people see with this text in their name, in
    either language."""
    text = plain(text)
    return [
        fine.name
        for fine in taxonomy.fine_classes().values()
        if fine.is_kind and (text in plain(fine.name_en) or text in plain(fine.name_zh))
    ]


def _counted(label: Label, number: int) -> str:
    name = _within_a_sentence(label.name_en)
    if number == 1:
        return f"1 {name}"
    if not _PLAIN.fullmatch(name) or _SEVERAL.search(name):
        return f"{number} × {name}"
    return f"{number} {_plural(name)}"


def _within_a_sentence(name: str) -> str:
    """With a small letter, unless there are further capitals: SUV, Ford Focus."""
    return name if name[1:] != name[1:].lower() else name.lower()


def _plural(name: str) -> str:
    """Of the last word."""
    start, word = name[: -len(name.split()[-1])], name.split()[-1]
    if word.lower().endswith(_ALIKE):
        return name
    if word.lower() in _IRREGULAR:
        return start + _IRREGULAR[word.lower()]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return name + "es"
    if re.search(r"[^aeiou]y$", word):
        return name[:-1] + "ies"
    return name + "s"
