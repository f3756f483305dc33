"""Texts that pages translate."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """Mark a text for translation, as Django's function of this name does."""
    return text
