"""The trash: what was deleted, for as long as it can be restored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.core import jobs
from recognition.models import Job, TrashedPhoto
from recognition.photos import deletion, renditions, selectors, trash
from recognition.photos.orders.history import Cursor
from recognition.site.pictures import no_picture
from recognition.site.requests import SignedInRequest
from recognition.site.trash_messages import report_deleted, report_job, report_restored

PAGE_SIZE = 48
_ABOUT_PHOTOS = (Job.Kind.PHOTO_DELETION, Job.Kind.PHOTO_RESTORATION)


@login_required
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    after = Cursor.parse(request.GET.get("after", ""))
    rows = list(trash.behind(_shown(request), after)[: PAGE_SIZE + 1])
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    query = {"whose": "everybody"} if _wants_everybody(request) else {}
    context = {
        "rows": rows[:PAGE_SIZE],
        "days": settings.ARK_TRASH_DAYS,
        "sees_all": _sees_all(request),
        "everybody": _wants_everybody(request),
        "after": after,
        "older": urlencode(
            {**query, "after": str(Cursor(last.trashed_at, last.id))} if last else {}
        ),
        "jobs": Job.objects.filter(by=request.user, kind__in=_ABOUT_PHOTOS, state__in=jobs.OPEN),
    }
    return render(request, "site/trash/trash.html", context)


@login_required
@require_POST
def act(request: SignedInRequest) -> HttpResponse:
    """Restore or delete for ever: what was chosen, or all."""
    wanted = request.POST.get("do", "")
    is_about_all = wanted.endswith("_all")
    rows = _shown(request) if is_about_all else _chosen(request)
    if not rows.exists():
        messages.warning(request, _("There is nothing chosen that is in the trash."))
        return redirect(_way_back(request))
    if wanted.startswith("erase"):
        return _erase(request, rows, is_about_all)
    if is_about_all:
        owner = None if _wants_everybody(request) else request.user
        done = trash.restore_all(rows, request.user, owner)
    else:
        done = trash.restore_some(rows.values_list("id", flat=True), request.user)
    if isinstance(done, Job):
        report_job(request, done)
        return redirect(_way_back(request))
    report_restored(request, done)
    if "undo" in request.POST and len(done.photos) == 1:
        return redirect("photo", done.photos[0].id)
    return redirect("history" if "undo" in request.POST else _way_back(request))


def _erase(
    request: SignedInRequest, rows: QuerySet[TrashedPhoto], is_about_all: bool
) -> HttpResponse:
    """Asks first."""
    if "sure" not in request.POST:
        context = {
            "rows": rows[:PAGE_SIZE],
            "count": rows.count(),
            "is_about_all": is_about_all,
            "everybody": _wants_everybody(request),
            "back": _way_back(request),
        }
        return render(request, "site/trash/erase.html", context)
    gone = trash.throw_away(rows, request.user)
    text = ngettext(
        "%(count)d photo is deleted for ever.", "%(count)d photos are deleted for ever.", gone
    )
    messages.success(request, text % {"count": gone})
    return redirect(_way_back(request))


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def thumbnail(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    row = get_object_or_404(trash.visible_to(request.user, everybody=True), id=photo_id)
    try:
        picture = renditions.drawn(row, renditions.THUMBNAIL_SIDE).open("rb")
    except (UnreadablePhoto, FileNotFoundError):
        return no_picture()
    return FileResponse(picture, content_type="image/jpeg")


@login_required
@require_http_methods(["GET", "POST"])
def delete_batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    batch = get_object_or_404(selectors.batches_visible_to(request.user), id=batch_id)
    if not selectors.may_delete(request.user, batch):
        raise PermissionDenied
    photos = batch.photo_set.all()
    if request.method == "GET":
        context = {
            "batch": batch,
            "count": photos.count(),
            "photos": photos.order_by("-created", "-id")[:6],
            "days": settings.ARK_TRASH_DAYS,
            "uses": deletion.uses(photos),
        }
        return render(request, "site/trash/delete_batch.html", context)
    for_ever = "for_ever" in request.POST
    deleted = deletion.delete_batch(batch, request.user, for_ever)
    if isinstance(deleted, Job):
        report_job(request, deleted)
        return redirect("trash")
    report_deleted(request, deleted, for_ever, batch=batch)
    return redirect("history")


def _sees_all(request: SignedInRequest) -> bool:
    return request.user.has_perm("recognition.delete_photo")


def _wants_everybody(request: SignedInRequest) -> bool:
    whose = request.GET.get("whose") or request.POST.get("whose")
    return _sees_all(request) and whose == "everybody"


def _shown(request: SignedInRequest) -> QuerySet[TrashedPhoto]:
    rows = trash.visible_to(request.user, _wants_everybody(request))
    return rows.prefetch_related("owner", "trashed_by")


def _chosen(request: SignedInRequest) -> QuerySet[TrashedPhoto]:
    """By their ids, or what was deleted of a batch since some time, or by oneself in between."""
    visible = trash.visible_to(request.user, everybody=True)
    since, until = (_time(request.POST.get(name, "")) for name in ("since", "until"))
    if since and until:
        return visible.filter(trashed_by=request.user, trashed_at__range=(since, until))
    batch = _ids([request.POST.get("batch", "")])
    if since and batch:
        return visible.filter(batch=batch[0], trashed_at__gte=since)
    return visible.filter(id__in=_ids(request.POST.getlist("photo")))


def _ids(texts: list[str]) -> list[UUID]:
    """Without those that make no sense; at most as many as are done at once."""
    found = []
    for text in texts[: trash.AT_ONCE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _time(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _way_back(request: SignedInRequest) -> str:
    address = reverse("trash")
    return f"{address}?whose=everybody" if _wants_everybody(request) else address
