"""Takes the words that people read out of code and pages into the catalogues, and compiles those.

`make messages`. A catalogue comes out the same on every machine: sorted by file and text, one line
a text, references without line numbers, no dates.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import django
import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.makemessages import Command

HERE = Path(__file__).resolve().parent.parent
WITHOUT_WORDS = [".*", "benchmarks", "docs", "models_store", "node_modules", "staticfiles"]
WITHOUT_WORDS += ["tests", "var"]
TOOLS = ["xgettext", "msguniq", "msgmerge", "msgattrib"]


def main() -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        sys.exit(
            f"`make messages` needs GNU gettext; {', '.join(missing)} cannot be found.\n"
            "On Debian and Ubuntu: apt-get install gettext; with Homebrew: brew install gettext.\n"
            "Nothing else in Ark needs it: compiled catalogues are part of the project."
        )
    settings.configure(LOCALE_PATHS=[HERE / "locale"])
    django.setup()
    catalogues = sorted((HERE / "locale").glob("*/LC_MESSAGES/django.po"))
    extract([path.parent.parent.name for path in catalogues])
    for path in catalogues:
        report(path, tidy(path))


def extract(languages: list[str]) -> None:
    call_command(
        Command(),
        locale=languages,
        ignore_patterns=WITHOUT_WORDS,
        add_location="file",
        no_obsolete=True,
        verbosity=0,
    )


def tidy(path: Path) -> polib.POFile:
    catalogue = polib.pofile(str(path), wrapwidth=0)
    catalogue.metadata.pop("POT-Creation-Date", None)
    for entry in catalogue:
        entry.occurrences.sort()
    catalogue.sort(key=lambda entry: (entry.occurrences, entry.msgid, entry.msgctxt or ""))
    catalogue.save()
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    return catalogue


def report(path: Path, catalogue: polib.POFile) -> None:
    print(f"{path.relative_to(HERE)}: {len(catalogue)} texts")
    for entry in catalogue.untranslated_entries():
        print(f"  to translate: {entry.msgid}")
    for entry in catalogue.fuzzy_entries():
        print(f"  guessed, to check (then remove its line `#, fuzzy`): {entry.msgid}")


if __name__ == "__main__":
    main()
