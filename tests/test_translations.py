"""Every word that people read exists in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from webapp.home import BASE_DIR

CATALOGUES = sorted((BASE_DIR / "locale").glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = r"%\(\w+\)[sd]|\{\w+\}"


_CALLED = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
_STRING = r"""u(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_IN_TEMPLATE = re.compile(rf"gettext\(((?:{_STRING}(?:, )?)+)\)")


def words_in_python(path: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in _CALLED
        and isinstance(call.args[0], ast.Constant)
    }


def words_in_template(path: Path) -> set[str]:
    calls = _IN_TEMPLATE.findall(templatize(path.read_text(), origin=str(path)))
    return {ast.literal_eval(f"({arguments},)")[-1] for arguments in calls}


def words_in_the_project() -> set[str]:
    code = [path for room in ("recognition", "webapp") for path in (BASE_DIR / room).rglob("*.py")]
    pages = (BASE_DIR / "templates").rglob("*.html")
    return set().union(*map(words_in_python, code), *map(words_in_template, pages))


def test_there_is_a_catalogue_of_every_language_but_the_first() -> None:
    assert len(CATALOGUES) == len(settings.LANGUAGES) - 1


def translations(entry: polib.POEntry) -> list[str]:
    """One, or one for each plural form."""
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def words(catalogue: Iterable[polib.POEntry]) -> dict[tuple[str | None, str], list[str]]:
    return {(entry.msgctxt, entry.msgid): translations(entry) for entry in catalogue}


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(PLACEHOLDER, text))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
class TestCatalogue:
    def test_is_complete(self, path: Path) -> None:
        catalogue = polib.pofile(path)
        assert not catalogue.untranslated_entries()
        assert not catalogue.fuzzy_entries()
        assert not catalogue.obsolete_entries()

    def test_has_every_word_of_the_project(self, path: Path) -> None:
        used = words_in_the_project()
        assert len(used) > 200
        assert used - {entry.msgid for entry in polib.pofile(path)} == set()

    def test_is_compiled(self, path: Path) -> None:
        assert words(polib.mofile(path.with_suffix(".mo"))) == words(polib.pofile(path))

    def test_keeps_the_placeholders(self, path: Path) -> None:
        for entry in polib.pofile(path):
            for text in translations(entry):
                assert placeholders(text) == placeholders(entry.msgid_plural or entry.msgid)
