"""History: what was uploaded, in the order that people choose."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from recognition.core import audit
from recognition.labels.fields import offered_labels
from recognition.models import Kind, Label, State
from recognition.photos import result_table, selectors
from recognition.photos.orders import choices, days, listing
from recognition.photos.orders import history as stored
from recognition.photos.orders.listing import Listed, Order
from recognition.site.history import chosen
from recognition.site.history.query import CONFIDENCE_CHOICES, FORMER_CHOICES, HistoryQuery
from recognition.site.requests import SignedInRequest

_ATTACHED = {"Content-Disposition": f'attachment; filename="{result_table.FILE_NAME}"'}
MOST_AT_ONCE = 480  # of photos that were on a page before, and are asked for again


@login_required
@require_GET
@vary_on_headers("HX-Request")
def history(request: SignedInRequest) -> HttpResponse:
    query = HistoryQuery.of(request.GET, request.user)
    photos = query.of_whom(selectors.photos_to_show(request.user), request.user)
    found = listing.page(photos, query.filters, query.order, query.place, _size(request))
    context = {
        "page": found,
        "days": days.of(found.photos, query.order, query.place),
        "filters": query.filters,
        "order": query.order,
        "is_first": query.is_at_its_beginning,
        "sees_all": request.user.has_perm("recognition.view_all"),
        "everybody": query.is_everybodys,
        "next_address": query.address_of(found.next) if found.next else "",
        "results_address": query.address("history-results"),
        "chosen_address": query.address("history-chosen"),
        "photo_suffix": query.suffix(found.block),
        "may_choose": True,
        "may_review": request.user.has_perm("recognition.review"),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return _part(request, query, context)
    context |= _on_top(request, query, found)
    return render(request, "site/history/history.html", context | _choices(request, query))


def _part(request: SignedInRequest, query: HistoryQuery, context: dict[str, Any]) -> HttpResponse:
    """What a script puts into the page."""
    if not context["is_first"]:
        return render(request, "site/history/_cards.html", context)
    context |= _on_top(request, query, context["page"])
    response = render(request, "site/history/_results.html", context)
    response[_step(request, query)] = query.address("history")
    return response


def _step(request: SignedInRequest, query: HistoryQuery) -> str:
    """How the browser notes the address: not each letter that somebody types is a step back."""
    shown = QueryDict(urlsplit(request.htmx.current_url or "").query)
    before, now = dict(HistoryQuery.of(shown, request.user).given), dict(query.given)
    goes_on = bool(before.pop("text", "")) and bool(now.pop("text", ""))
    return "HX-Replace-Url" if goes_on and before == now else "HX-Push-Url"


@login_required
@require_GET
def results(request: SignedInRequest) -> StreamingHttpResponse:
    """What the filters find, as a CSV table with labels in the reader's language."""
    query = HistoryQuery.of(request.GET, request.user)
    photos = query.of_whom(selectors.photos_visible_to(request.user), request.user)
    if query.is_everybodys:
        audit.record(audit.Action.EXPORTED, request.user, "results of everybody's photos")
    names = {label.id: label.name for label in Label.objects.all()}
    table = result_table.table(photos, query.filters, names)
    return StreamingHttpResponse(table, content_type=result_table.TYPE, headers=_ATTACHED)


def _on_top(request: SignedInRequest, query: HistoryQuery, found: Listed) -> dict[str, Any]:
    """What stands above and below the cards."""
    photos = query.of_whom(selectors.photos_visible_to(request.user), request.user)
    counted = listing.count(photos, query.filters, found) if query.is_at_its_beginning else None
    return {"counted": counted, "most": chosen.MOST}


def _size(request: SignedInRequest) -> int:
    """Who comes back to a list wants as much of it as was there before."""
    try:
        wanted = int(request.GET.get("size", ""))
    except ValueError:
        return stored.PAGE_SIZE
    return max(stored.PAGE_SIZE, min(wanted, MOST_AT_ONCE))


def _choices(request: SignedInRequest, query: HistoryQuery) -> dict[str, Any]:
    labels = offered_labels()
    whose = Q() if query.is_everybodys else Q(owner=request.user)
    return {
        "kinds": [(kind, [label for label in labels if label.kind == kind]) for kind in Kind],
        "states": State.choices,
        "labels": labels,
        "confidences": CONFIDENCE_CHOICES
        + [choice for choice in FORMER_CHOICES if choice[0] == query.filters.confidence],
        "orders": Order.choices,
        "batches": choices.batches(whose, query.filters.batch),
        "cameras": choices.cameras(whose),
        "given": query.given,
        "own_address": query.address("history", whose=""),
        "everybodys_address": query.address("history", whose="everybody"),
    }
