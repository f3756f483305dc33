"""Upload: the home page, and batches that fill in by themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from recognition.core import heartbeats
from recognition.models import Batch, Photo
from recognition.people import quotas
from recognition.photos import batches, intake, selectors
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import SpooledUpload, takes_files
from recognition.site.requests import SignedInRequest

MAX_ASKED = 100  # photos a question; the address of a request has a limit


@login_required
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    nothing = {"cards": [], "settled": 0, "refused": 0}
    return render(request, "site/uploads/upload.html", nothing | _limits(request))


@login_required
@require_POST
@takes_files
def open_batch(request: SignedInRequest) -> HttpResponse:
    """With JavaScript the photos follow one by one; without it they are here already."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        batch = intake.open_batch(request.user)
        return JsonResponse({"id": batch.id, "url": reverse("batch", args=[batch.id])}, status=201)
    if not request.FILES:
        return redirect("home")
    _is_labelled(request)  # before a batch is opened: not everybody may do that
    batch = intake.open_batch(request.user)
    batches.add(batch, *_files(request), _is_labelled(request))
    return redirect("batch", batch.id)


@login_required
@require_GET
def batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    batch = get_object_or_404(selectors.batches_visible_to(request.user), id=batch_id)
    cards = batches.cards_of_batch(batch, request.user)
    progress = selectors.batch_progress(batch)
    context = {
        "batch": batch,
        "cards": cards,
        "may_delete": selectors.may_delete(request.user, batch),
        "is_cut": progress["total"] > batches.MAX_CARDS,
        "refused": sum(card.refusal is not None for card in cards),
        "left_out": batches.recall_left_out(batch),
        "settled": sum(card.is_settled for card in cards),
        "is_done": not progress["pending"],
        "is_silent": progress["pending"] and not heartbeats.is_heard(),
    }
    return render(request, "site/uploads/upload.html", context | _limits(request))


@login_required
@require_POST
@takes_files
def add_to_batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Answers with the card of each file, refused or not."""
    batch = get_object_or_404(Batch, id=batch_id, owner=request.user)
    outcomes = batches.add(batch, *_files(request), _is_labelled(request))
    cards = batches.cards_of_outcomes(outcomes, request.user)
    response = render(request, "site/uploads/_cards.html", {"cards": cards})
    if len(outcomes) > batches.MAX_CARDS:
        response["Ark-More"] = "true"
    response["Ark-Left-Out"] = batches.count_left_out(outcomes)
    return response


@login_required
@require_GET
def news(request: SignedInRequest) -> JsonResponse:
    """Of the photos that a page waits for: the cards of those that are settled, or gone."""
    asked = _ids(request.GET.get("waiting", ""))
    photos = selectors.photos_to_show(request.user).in_bulk(asked)
    settled = [photo for photo in photos.values() if selectors.is_settled(photo)]
    return JsonResponse(
        {
            "cards": {photo.id.hex: _card(photo, request) for photo in settled},
            "gone": [photo_id.hex for photo_id in asked if photo_id not in photos],
            "progress": _progress(request),
            "silent": len(settled) < len(photos) and not heartbeats.is_heard(),
        }
    )


def _files(request: SignedInRequest) -> tuple[list[SpooledUpload], SpooledUpload | None]:
    files: Any = request.FILES  # the upload handler makes nothing but SpooledUploads
    return files.getlist("images"), files.get("archive")


def _is_labelled(request: SignedInRequest) -> bool:
    """Whether the folders in an archive name labels, which is for who may set labels."""
    labelled = request.POST.get("labelled") == "on"
    if labelled and not request.user.has_perm("recognition.review"):
        raise PermissionDenied
    return labelled


def _card(photo: Photo, request: SignedInRequest) -> str:
    return render_to_string("site/photos/_card.html", {"photo": photo}, request)


def _progress(request: SignedInRequest) -> dict[str, int] | None:
    batch_ids = _ids(request.GET.get("batch", ""))
    batch = selectors.batches_visible_to(request.user).filter(id__in=batch_ids).first()
    return selectors.batch_progress(batch) if batch else None


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(part) for part in text.split(",")[:MAX_ASKED] if part]
    except ValueError:
        return []


def _limits(request: SignedInRequest) -> dict[str, Any]:
    """What the page can say without asking the server, and how much room is left."""
    return {
        "storage": quotas.usage(request.user),
        "max_mb": settings.ARK_MAX_UPLOAD_MB,
        "max_archive_mb": settings.ARK_MAX_BULK_MB,
        "too_large": Refusal("too_large").detail,
        "archive_too_large": Refusal("request_too_large").detail,
    }
