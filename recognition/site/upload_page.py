"""Upload: the home page, and batches that fill in by themselves."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.core import heartbeats
from recognition.labels.fields import LabelField, offered_labels
from recognition.models import Batch, Kind, Photo
from recognition.models.names import plain
from recognition.people import quotas
from recognition.photos import batches, intake, selectors
from recognition.photos.folders import questions
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import SpooledUpload, takes_files
from recognition.site.requests import SignedInRequest

MAX_ASKED = 100  # photos a question; the address of a request has a limit


class ChoiceForm(forms.Form):
    """What becomes of the photos in some folders."""

    names = forms.JSONField()
    does = forms.ChoiceField(choices=[(name, name) for name in questions.DOES])
    label = LabelField(required=False)
    kind = forms.ChoiceField(choices=Kind, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        names = given.get("names")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise BadRequest
        if given.get("does") == "map" and not given.get("label") and "label" not in self.errors:
            raise ValidationError(_("Choose a label."))
        return given

    def choice(self) -> questions.Choice:
        given = self.cleaned_data
        return questions.Choice(given["names"], given["does"], given["label"], given["kind"])


@login_required
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    nothing = {"cards": [], "settled": 0, "refused": 0, "uploaded": 0}
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
    labels = _labels(request)  # before a batch is opened: not everybody may do that
    batch = intake.open_batch(request.user)
    batches.add(batch, *_files(request), labels)
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
        "refused": sum(card.files for card in cards if card.refusal),
        "uploaded": sum(card.photo is not None for card in cards),
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
    outcomes = batches.add(batch, *_files(request), _labels(request))
    cards = batches.cards_of_outcomes(outcomes, request.user)
    response = render(request, "site/uploads/_cards.html", {"cards": cards})
    if sum(outcome.photo is not None for outcome in outcomes) > batches.MAX_CARDS:
        response["Ark-More"] = "true"
    response["Ark-Left-Out"] = batches.count_left_out(outcomes)
    return response


@login_required
@require_POST
@takes_files
def ask_about_folders(request: SignedInRequest) -> JsonResponse:
    """What the folders of files stand for that are about to be sent, and a dialog that asks about
    those that are called like no label.

    folders: how many files are in each, as JSON; directories: of archives; answered: what was asked
    before.
    """
    _must_label(request)
    files = Counter(_counts(request.POST.get("folders", "")))
    for directory in _uploads(request, "directories"):
        with directory.path.open("rb") as stream:
            files += questions.folders_in(stream)
    before = questions.in_plain_form(dict.fromkeys(_names(request.POST.get("answered", ""))))
    question = questions.question(
        Counter({name: files[name] for name in files if plain(name) not in before})
    )
    rows = [*question.asked, *([question.beyond] if question.beyond else [])]
    context = {
        "question": question,
        "number": sum(len(folder.names) for folder in rows),
        "labels": offered_labels(),
        "may_add": request.user.has_perm("recognition.add_label"),
    }
    html = render_to_string("site/uploads/_question.html", context, request) if rows else ""
    known = {name: label.slug for name, label in question.known.items()}
    asked = [folder.names for folder in rows]
    return JsonResponse({"known": known, "asked": asked, "html": html})


@login_required
@require_POST
def answer_about_folders(request: SignedInRequest) -> JsonResponse:
    """Creates the labels that are wanted, and says what each folder stands for."""
    _must_label(request)
    sent = _parsed(request.POST.get("choices", ""), list)
    forms = [ChoiceForm(choice) for choice in sent if isinstance(choice, dict)]
    wrong = [str(text) for form in forms for texts in form.errors.values() for text in texts]
    if not wrong:
        choices = [form.choice() for form in forms]
        creates = any(choice.does == "create" for choice in choices)
        if creates and not request.user.has_perm("recognition.add_label"):
            raise PermissionDenied
        try:
            return JsonResponse({"answers": questions.answer(choices, request.user)})
        except ValidationError as error:
            wrong = list(error.messages)
    return JsonResponse({"errors": list(dict.fromkeys(wrong))}, status=400)


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
    return _uploads(request, "images"), next(iter(_uploads(request, "archive")), None)


def _uploads(request: SignedInRequest, name: str) -> list[SpooledUpload]:
    files: Any = request.FILES  # the upload handler makes nothing but SpooledUploads
    return files.getlist(name)


def _labels(request: SignedInRequest) -> batches.Labels:
    """Which labels come with the files, which is for who may set labels."""
    slug, labelled = request.POST.get("label", ""), request.POST.get("labelled") == "on"
    if not slug and not labelled:
        return batches.NO_LABELS
    _must_label(request)
    try:
        label = LabelField(required=False).clean(slug)
    except ValidationError:  # retired meanwhile
        raise BadRequest from None
    said = _parsed(request.POST.get("answers", ""), dict)
    known = {name: text for name, text in said.items() if text is None or isinstance(text, str)}
    return batches.Labels(label, labelled, known)


def _must_label(request: SignedInRequest) -> None:
    if not request.user.has_perm("recognition.review"):
        raise PermissionDenied


def _counts(text: str) -> dict[str, int]:
    counts = _parsed(text, dict)
    return {name: files for name, files in counts.items() if isinstance(files, int)}


def _names(text: str) -> list[str]:
    return [name for name in _parsed(text, list) if isinstance(name, str)]


def _parsed(text: str, kind: type) -> Any:
    """What a script sent as JSON; nothing of that kind where nothing was sent."""
    try:
        given = json.loads(text) if text else kind()
    except (ValueError, RecursionError):
        raise BadRequest from None
    if not isinstance(given, kind):
        raise BadRequest
    return given


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
