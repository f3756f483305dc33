"""Form fields for a label, which templates/_labels.html completes, and for what it is about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from recognition.labels import boxes
from recognition.labels.finding import Called
from recognition.labels.ordering import by_name
from recognition.models import Label


class LabelField(forms.CharField):
    """A label in use, by its slug or by its name in either language."""

    default_error_messages = {
        "required": _("Choose a label."),
        "unknown": _("There is no label “%(text)s”."),
        "ambiguous": _("Several labels are called “%(text)s”: choose one from the list."),
    }

    def clean(self, value: Any) -> Label | None:
        text = super().clean(value)
        if not text:
            return None
        called = Called()
        # What the list completes is a slug.
        found = [called.by_slug[text]] if text in called.by_slug else called.find(text)
        if len(found) == 1:
            return found[0]
        code = "ambiguous" if found else "unknown"
        raise ValidationError(self.error_messages[code], code=code, params={"text": text})


class LabelForm(forms.Form):
    label = LabelField(max_length=60)


class BoxField(forms.JSONField):
    """Left, top, right and bottom in parts of 1 of the upright photo, as JSON; a list or None."""

    default_error_messages = {"invalid": _("That is no part of the photo.")}

    def clean(self, value: Any) -> boxes.Box | None:
        box = super().clean(value)
        try:
            return None if box is None else boxes.checked(box)
        except boxes.InvalidBox as invalid:
            raise ValidationError(str(invalid), code="invalid") from None


class BoxedLabelForm(LabelForm):
    """A label, and what it is about if a person said so."""

    box = BoxField(required=False)


class PartForm(LabelForm):
    """A label for a part of the photo."""

    box = BoxField()


def offered_labels() -> list[Label]:
    """The labels that the field completes, in the order of their names."""
    return by_name(Label.objects.filter(active=True).select_related("parent").order_by())
