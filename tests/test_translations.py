"""Every word that people read exists in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import polib
import pytest
from django.conf import settings

from webapp.home import BASE_DIR

CATALOGUES = sorted((BASE_DIR / "locale").glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = r"%\(\w+\)[sd]|\{\w+\}"


def test_there_is_a_catalogue_of_every_language_but_the_first() -> None:
    assert len(CATALOGUES) == len(settings.LANGUAGES) - 1


def words(catalogue: Iterable[polib.POEntry]) -> dict[tuple[str | None, str], str]:
    return {(entry.msgctxt, entry.msgid): entry.msgstr for entry in catalogue}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
class TestCatalogue:
    def test_is_complete(self, path: Path) -> None:
        catalogue = polib.pofile(path)
        assert not catalogue.untranslated_entries()
        assert not catalogue.fuzzy_entries()
        assert not catalogue.obsolete_entries()

    def test_is_compiled(self, path: Path) -> None:
        assert words(polib.mofile(path.with_suffix(".mo"))) == words(polib.pofile(path))

    def test_keeps_the_placeholders(self, path: Path) -> None:

        for entry in polib.pofile(path):
            assert sorted(re.findall(PLACEHOLDER, entry.msgid)) == sorted(
                re.findall(PLACEHOLDER, entry.msgstr)
            )
