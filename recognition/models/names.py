"""The one form in which names are compared and searched; they are shown as they came."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db import models

# Control characters, what Unicode lets programs ignore, and the empty pattern of Braille.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def plain(text: str) -> str:
    """Composed (NFC), case-folded, without what nobody sees, and with single spaces.

    Done twice, it has no further effect. SQLite knows the case of ASCII letters only, and no
    database takes "ä" for "a" with two dots after it: so it is done here, never in a query.
    """
    if not text.isascii():
        # To fold can take a letter apart.
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).casefold()
        text = unicodedata.normalize("NFC", text)
    else:
        text = _INVISIBLE.sub("", text).lower()
    return " ".join(text.split())


def visible(text: str) -> str:
    """Without what nobody sees, and with single spaces."""
    return " ".join(_INVISIBLE.sub("", text).split())


class PlainNameField(models.CharField):
    """The column `name` of the same row in its plain form, for searches."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 255, "null": True, "editable": False, **options})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = plain(model_instance.name)[: self.max_length]  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, value)
        return value
