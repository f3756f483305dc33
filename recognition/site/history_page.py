"""History: what was uploaded, newest first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from recognition.models import Kind, Label, State
from recognition.photos import selectors
from recognition.photos.history import Cursor, Filters, page
from recognition.site.requests import SignedInRequest

CONFIDENCE_CHOICES = [
    ("", _("Any confidence")),
    ("low", _("Below 60 %")),
    ("middle", _("60 to 90 %")),
    ("high", _("90 % and above")),
]


class FilterForm(forms.Form):
    """What the address says; a value that makes no sense does not narrow."""

    text = forms.CharField(required=False, max_length=100)
    kind = forms.ChoiceField(required=False, choices=Kind.choices)
    label = forms.SlugField(required=False)
    state = forms.ChoiceField(required=False, choices=State.choices)
    confidence = forms.ChoiceField(required=False, choices=CONFIDENCE_CHOICES)
    batch = forms.UUIDField(required=False)
    contains = forms.SlugField(required=False)

    def filters(self) -> Filters:
        self.is_valid()
        return Filters(**self.cleaned_data)


@login_required
@require_GET
@vary_on_headers("HX-Request")
def history(request: SignedInRequest) -> HttpResponse:
    filters = FilterForm(request.GET).filters()
    sees_all = request.user.has_perm("recognition.view_all")
    everybody = sees_all and request.GET.get("whose") == "everybody"
    photos = selectors.photos_to_show(request.user)
    if not everybody:
        photos = photos.filter(owner=request.user)
    after = Cursor.parse(request.GET.get("after", ""))
    found = page(photos, filters, after)
    context = {
        "page": found,
        "filters": filters,
        "after": after,
        "sees_all": sees_all,
        "everybody": everybody,
        "next_address": _address(request.GET.dict(), after=str(found.next)) if found.next else "",
    }
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "site/history/history.html", context | _choices())
    if after:
        return render(request, "site/history/_cards.html", context)
    response = render(request, "site/history/_results.html", context)
    response["HX-Push-Url"] = _address(request.GET.dict())
    return response


def _address(query: dict[str, str], **changes: str) -> str:
    """The address of a list, without what is empty."""
    wanted = {key: value for key, value in query.items() if value and key != "after"} | changes
    return f"{reverse('history')}?{urlencode(wanted)}" if wanted else reverse("history")


def _choices() -> dict[str, Any]:
    labels = sorted(Label.objects.filter(active=True), key=lambda label: label.name)
    return {
        "kinds": [(kind, [label for label in labels if label.kind == kind]) for kind in Kind],
        "states": State.choices,
        "confidences": CONFIDENCE_CHOICES,
    }
