"""History: what was uploaded, newest first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from recognition.core import audit
from recognition.labels.ordering import by_name
from recognition.models import Kind, Label, State
from recognition.photos import result_table, selectors
from recognition.photos.history import Cursor, Filters, page
from recognition.site.requests import SignedInRequest

_ATTACHED = {"Content-Disposition": f'attachment; filename="{result_table.FILE_NAME}"'}
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
    after = Cursor.parse(request.GET.get("after", ""))
    found = page(selectors.photos_to_show(request.user).filter(_whose(request)), filters, after)
    query = request.GET.dict()
    context = {
        "page": found,
        "filters": filters,
        "after": after,
        "sees_all": _sees_all(request),
        "everybody": _wants_everybody(request),
        "next_address": _address("history", query, after=str(found.next)) if found.next else "",
        "results_address": _address("history-results", query),
    }
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "site/history/history.html", context | _choices())
    if after:
        return render(request, "site/history/_cards.html", context)
    response = render(request, "site/history/_results.html", context)
    response["HX-Push-Url"] = _address("history", query)
    return response


@login_required
@require_GET
def results(request: SignedInRequest) -> StreamingHttpResponse:
    """What the filters find, as a CSV table with labels in the reader's language."""
    photos = selectors.photos_visible_to(request.user).filter(_whose(request))
    if _wants_everybody(request):
        audit.record(audit.Action.EXPORTED, request.user, "results of everybody's photos")
    names = {label.id: label.name for label in Label.objects.all()}
    table = result_table.table(photos, FilterForm(request.GET).filters(), names)
    return StreamingHttpResponse(table, content_type=result_table.TYPE, headers=_ATTACHED)


def _sees_all(request: SignedInRequest) -> bool:
    return request.user.has_perm("recognition.view_all")


def _wants_everybody(request: SignedInRequest) -> bool:
    return _sees_all(request) and request.GET.get("whose") == "everybody"


def _whose(request: SignedInRequest) -> Q:
    return Q() if _wants_everybody(request) else Q(owner=request.user)


def _address(name: str, query: dict[str, str], **changes: str) -> str:
    """The address of a list, without what is empty."""
    wanted = {key: value for key, value in query.items() if value and key != "after"} | changes
    return f"{reverse(name)}?{urlencode(wanted)}" if wanted else reverse(name)


def _choices() -> dict[str, Any]:
    labels = by_name(Label.objects.filter(active=True).order_by())
    return {
        "kinds": [(kind, [label for label in labels if label.kind == kind]) for kind in Kind],
        "states": State.choices,
        "confidences": CONFIDENCE_CHOICES,
    }
