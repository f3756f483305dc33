"""The browser in which pages are tested, and pictures of them taken."""

from __future__ import annotations

import shutil

# The first, which has no windows, takes a third of the others' processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def path() -> str | None:
    """Where it is installed, if it is."""
    return next(filter(None, map(shutil.which, NAMES)), None)
