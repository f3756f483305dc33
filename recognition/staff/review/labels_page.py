"""Labels from where a reviewer stands: a new one, and those kept at hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.http import JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from recognition.labels import at_hand, tree
from recognition.labels.fields import LabelField
from recognition.models import Kind, Label
from recognition.models.label import LONGEST_NAME
from recognition.staff.base import StaffRequest, staff_page

NEW_KINDS = [kind for kind in Kind if kind != Kind.NEITHER]


class NewLabelForm(forms.Form):
    """kind: of a label that stands below nothing."""

    name_en = forms.CharField(
        max_length=LONGEST_NAME, error_messages={"required": _("Give the label a name.")}
    )
    name_zh = forms.CharField(max_length=LONGEST_NAME, required=False)
    below = LabelField(max_length=LONGEST_NAME, required=False)
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in NEW_KINDS], required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["below"] and not cleaned["kind"]:
            raise ValidationError({"below": _("Give a kind, or a parent.")})
        return cleaned


class PinForm(forms.Form):
    label = LabelField(max_length=LONGEST_NAME)
    is_pinned = forms.BooleanField(required=False)


@staff_page("recognition.add_label")
@require_POST
def add(request: StaffRequest) -> JsonResponse:
    """Add a label; it gets a slug by itself, and without a kind that of its parent."""
    form = NewLabelForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        below = given["below"]
        kind = "" if below else given["kind"]
        try:
            label = tree.add("", given["name_en"], given["name_zh"], kind, below, request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)  # the field may not be one of the form's
        else:
            return JsonResponse(_described(label), status=201)
    texts = [text for errors in form.errors.values() for text in errors]
    return JsonResponse({"errors": texts}, status=400)


@staff_page("recognition.review")
@require_POST
def pin(request: StaffRequest) -> JsonResponse:
    """Keep a label at hand, or no longer."""
    form = PinForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_json())
    label, is_pinned = form.cleaned_data["label"], form.cleaned_data["is_pinned"]
    pinned = at_hand.pin(request.user, label, is_pinned)
    return JsonResponse({"pinned": [_described(each) for each in pinned]})


def _described(label: Label) -> dict[str, str]:
    return {
        "slug": label.slug,
        "name": label.name,
        "names": "|".join((*label.names, label.slug)),
        "kind": label.kind,
        "parent": label.parent.slug if label.parent else "",
    }
