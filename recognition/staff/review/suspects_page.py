"""Suspect labels: ranked, with their evidence, corrected with one click."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.middleware import HtmxDetails

from recognition.labels import labelling
from recognition.labels.fields import LabelForm, offered_labels
from recognition.labels.labelling import ChangedMeanwhile, Seen
from recognition.models import Label, Photo, Via
from recognition.photos.selectors import photos_visible_to
from recognition.review import suspects
from recognition.review.suspects import Cursor
from recognition.staff import form_ids
from recognition.staff.base import StaffRequest, render_page, staff_page


class HtmxRequest(StaffRequest):
    htmx: HtmxDetails


class SeenForm(forms.Form):
    seen = forms.UUIDField(required=False)


class UndoForm(forms.Form):
    decision = forms.UUIDField()
    suggested = forms.ModelChoiceField(Label.objects, to_field_name="slug", required=False)


@staff_page("recognition.review")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    after = Cursor.parse(request.GET.get("after", ""))
    context = {
        "page": suspects.page(request.user, after),
        "after": after,
        "last": suspects.last_search(),
        "form_id": form_ids.new(),
        "labels": offered_labels(),
    }
    return render_page(request, "staff/review/suspects.html", _("Suspect labels"), context)


@staff_page("recognition.review")
@require_POST
def decide(request: HtmxRequest, photo_id: UUID) -> HttpResponse:
    photo = photos_visible_to(request.user).filter(id=photo_id).first()
    if photo is None:
        raise Http404
    card = suspects.card(request.user, photo_id)
    suggested = card.suggested if card else None
    label, problem = _chosen(request, photo)
    if label is None:
        return _card(request, photo_id, suggested, wrong=problem)
    seen = SeenForm(request.POST)
    decision_id = seen.cleaned_data["seen"] if seen.is_valid() else None
    try:
        made = labelling.decide(photo_id, label, request.user, Via.SUSPECTS, seen=Seen(decision_id))
    except Photo.DoesNotExist:
        raise Http404 from None
    except ChangedMeanwhile as changed:
        return _card(request, photo_id, suggested, _theirs(changed))
    context = {"photo": photo, "decision": made, "suggested": suggested}
    return _answer(request, "staff/review/_suspect_decided.html", context)


@staff_page("recognition.review")
@require_POST
def undo(request: HtmxRequest) -> HttpResponse:
    form = UndoForm(request.POST)
    if not form.is_valid():
        raise Http404
    mine = labelling.own_decisions(request.user).filter(via=Via.SUSPECTS)
    made = mine.filter(id=form.cleaned_data["decision"]).first()
    if made is None:
        raise Http404
    suggested = form.cleaned_data["suggested"]
    try:
        labelling.undo(made, request.user)
    except Photo.DoesNotExist:
        raise Http404 from None
    except ChangedMeanwhile as changed:
        return _card(request, made.photo_id, suggested, _theirs(changed))
    return _card(request, made.photo_id, suggested)


@staff_page("recognition.review")
@require_POST
def search(request: StaffRequest) -> HttpResponse:
    suspects.ask_for_search(request.user, form_ids.of(request))
    messages.success(request, _("The search runs in the background: look again in a minute."))
    return redirect("review-suspects")


def _chosen(request: HtmxRequest, photo: Photo) -> tuple[Label | None, str]:
    """The chosen label, or a message that tells why there is none. A retired one may be kept."""
    if "keep" in request.POST:
        return photo.label, "" if photo.label else _("The photo has no label any more.")
    form = LabelForm(request.POST)
    if form.is_valid():
        return form.cleaned_data["label"], ""
    return None, " ".join(map(str, form.errors["label"]))


def _theirs(changed: ChangedMeanwhile) -> str:
    label = changed.decision.to_label or _("no label")
    return _("Somebody else decided meanwhile: %(label)s.") % {"label": label}


def _card(
    request: HtmxRequest,
    photo_id: UUID,
    suggested: Label | None,
    problem: str = "",
    wrong: str = "",
) -> HttpResponse:
    """The card of the photo as it is now; `wrong` is about the label that was typed."""
    card = suspects.card(request.user, photo_id, suggested)
    if card is None:
        raise Http404
    context = {"card": card, "problem": problem, "wrong": wrong}
    return _answer(request, "staff/review/_suspect.html", context)


def _answer(request: HtmxRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The photo's part of the page or, without JavaScript, the whole page again."""
    if request.htmx:
        return render(request, template, context)
    if problem := context.get("problem") or context.get("wrong"):
        messages.error(request, problem)
    return redirect("review-suspects")
