"""The finder of this instance: a folder beside those of the versions, which all of them share."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from recognition.cnn.finder.manifest import FinderManifest, read_finder
from recognition.cnn.manifest import CorruptCheckpoint
from recognition.files import of_versions

# For the operator, on the terminal and in /readyz: in English, as all that is said there.
ABSENT = "There is no finder, so that each photo is looked at as a whole only."
NONE = "none"  # of the setting
HOW_TO_ADD = "To add it, run `manage.py add_finder`."


def folder() -> Path:
    return of_versions.finder()


def installed() -> FinderManifest | None:
    """Read from one small file; None if there is none that can be read."""
    try:
        return read_finder(folder())
    except CorruptCheckpoint:
        return None


def is_missing() -> bool:
    """There is none, and the settings want one."""
    return settings.ARK_FINDER != NONE and installed() is None
