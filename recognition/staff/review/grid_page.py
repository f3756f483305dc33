"""Many at once: a grid of thumbnails of which those that are right are confirmed together."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recognition.labels import asking
from recognition.labels.fields import LabelForm, offered_labels
from recognition.labels.ordering import by_name
from recognition.labels.tree import LabelTree
from recognition.models import BulkDecision, Kind, Label, Photo, Via
from recognition.photos.orders import history
from recognition.photos.orders.history import Cursor
from recognition.photos.parts import with_parts
from recognition.photos.selectors import last_decisions, photos_visible_to
from recognition.review import bulk, bursts, cards, leases
from recognition.review.bulk import Snapshot
from recognition.review.bursts import Stack
from recognition.staff import field_errors
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.bulk_messages import report_left
from recognition.staff.review.grid_form import GridForm, batches_to_choose

PAGE_SIZE = 100
_NUMBERED = 5  # labels that have a key


@staff_page("recognition.review")
@require_http_methods(["GET", "POST"])
def grid(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":
        return _show(request)
    shown, kept = _snapshots(request, "shown"), _snapshots(request, "keep")
    if "confirm" in request.POST:
        after = Cursor.parse(request.POST.get("next", ""))
        return _decide(request, [snapshot for snapshot in shown if snapshot in kept], None, after)
    form = LabelForm(request.POST)
    if not form.is_valid():
        field_errors.report_all(request, form)
        return _show(request, taken_out=set(shown) - set(kept))
    wrong = [snapshot for snapshot in shown if snapshot not in kept]
    after = Cursor.parse(request.GET.get("after", ""))
    return _decide(request, wrong, form.cleaned_data["label"], after)


def _show(request: StaffRequest, taken_out: Collection[Snapshot] = ()) -> HttpResponse:
    form = GridForm(request.GET)
    filters = form.filters(request.user)
    photos = with_parts(photos_visible_to(request.user)).exclude(
        Q(id__in=leases.held_by_others(request.user))
        | Q(id__in=asking.open_questions().order_by().values("photo"))
    )
    after = Cursor.parse(request.GET.get("after", ""))
    page = history.page(photos, filters, after, PAGE_SIZE)
    tiles = {tile.photo.id: tile for tile in _tiles(page.photos, taken_out)}
    shown = ((tile.photo, tile.snapshot) for tile in tiles.values())
    stacks = bursts.stacks(shown, request.GET.get("apart", ""))
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "after": after,
        "tiles": list(tiles.values()),
        "stacks": [_stacked(request, stack, tiles, after) for stack in stacks],
        "undone_address": _address(request, after=Cursor.parse(request.GET.get("before", ""))),
        "next_address": _address(request, after=page.next),
        "first_address": _address(request),
        "decided": _decided(request),
        "kinds": Kind.choices,
        "labels": offered_labels(),
        "batches": batches_to_choose(request.user, filters),
        "predictable": by_name(Label.objects.filter(merged_into=None).order_by()),
        "is_narrowed": _address(request) != request.path,
        "sees_all": request.user.has_perm("recognition.view_all"),
    }
    return render_page(request, "staff/review/grid.html", _("Many at once"), context)


class Tile(NamedTuple):
    """choices: the labels that number keys give, as JSON. seen: as in a `cards.Card`."""

    photo: Photo
    snapshot: Snapshot
    is_in: bool
    choices: str
    seen: UUID | None


def _tiles(photos: Sequence[Photo], taken_out: Collection[Snapshot]) -> list[Tile]:
    tree = LabelTree()
    seen = last_decisions([photo.id for photo in photos])
    return [
        Tile(photo, snapshot, snapshot not in taken_out, _choices(photo, tree), seen.get(photo.id))
        for photo in photos
        if (snapshot := Snapshot.of(photo))
    ]


def _choices(photo: Photo, tree: LabelTree) -> str:
    offered = cards.choices(photo, tree)[:_NUMBERED]
    return json.dumps([[label.slug, str(label), share] for label, share in offered])


class Stacked(NamedTuple):
    """tile: of the first photo. also: the ids of the others. apart: where they stand one by one."""

    stack: Stack
    tile: Tile
    is_in: bool
    also: str
    apart: str


def _stacked(
    request: StaffRequest, stack: Stack, tiles: Mapping[UUID, Tile], after: Cursor | None
) -> Stacked:
    first, *others = (tiles[photo.id] for photo, _snapshot in stack.photos)
    event = first.photo.event
    return Stacked(
        stack,
        first,
        first.is_in and all(other.is_in for other in others),
        " ".join(str(other.photo.id) for other in others),
        _address(request, after=after, apart=event and event.hex),
    )


def _decide(
    request: StaffRequest, snapshots: list[Snapshot], label: Label | None, after: Cursor | None
) -> HttpResponse:
    decision, left = bulk.decide(snapshots, label, request.user, Via.GRID)
    report_left(request, left)
    if not decision and not left:
        messages.info(request, _("No photo was chosen, so nothing was decided."))
    before = Cursor.parse(request.GET.get("after", ""))
    decided = decision.id if decision else None
    return redirect(_address(request, after=after, decided=decided, before=before))


def _snapshots(request: HttpRequest, name: str) -> list[Snapshot]:
    values = " ".join(request.POST.getlist(name)[:PAGE_SIZE])  # of a burst several in one
    return Snapshot.parse_all(values.split()[:PAGE_SIZE])


def _decided(request: StaffRequest) -> BulkDecision | None:
    """The decision named in the address, which was just made here, if it can be undone."""
    try:
        key = UUID(request.GET.get("decided", ""))
    except ValueError:
        return None
    return bulk.visible_to(request.user).filter(id=key, undone=None).first()


def _address(request: HttpRequest, **changes: object) -> str:
    """The address of this page with its filters and these changes."""
    query = request.GET.copy()
    for name in ("after", "decided", "before", "apart"):
        query.pop(name, None)
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    for name, value in changes.items():
        if value:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path
