"""Errors of a form that sends people back to the page it stands on: each is shown at its field
there, by the tag `errors_at` of templates, and not among the messages on top."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest

TAG = "at-field:"


def tag_of(field: str) -> str:
    return TAG + "".join(character for character in field if not character.isspace())


def report(request: HttpRequest, field: str, text: str) -> None:
    messages.error(request, text, extra_tags=tag_of(field))


def report_all(request: HttpRequest, form: forms.Form, at: str = "") -> None:
    """Say what is wrong with each field, at the one field `at` if the page shows no other."""
    for name, errors in form.errors.items():
        for error in errors:
            report(request, at or name, str(error))
