"""The review queue: one large photo at a time, decided with a keystroke.

The page asks for a few photos at a time and sends each decision at once. What could not be sent is
kept in the browser and sent again, so each of these addresses may be called twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.db import IntegrityError
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.labels import agreeing, annotating, at_hand, labelling
from recognition.labels.fields import BoxField, offered_labels
from recognition.labels.labelling import ChangedMeanwhile, Seen
from recognition.labels.tree import LabelTree
from recognition.models import Blind, Kind, Label, Photo, Via
from recognition.photos import selectors
from recognition.review import blind, bursts, leases, own_work, queue
from recognition.review.cards import Card, cards
from recognition.staff.base import StaffRequest, render_page, staff_page

PAGE_SIZE = 10
MAX_KNOWN = 200
MAX_SKIPPED = 1000
_SKIPPED = "review_skipped"  # in the session


def _blind(text: str) -> Blind:
    return Blind(int(text))


class OrderForm(forms.Form):
    """What to review; values that make no sense are ignored."""

    order = forms.ChoiceField(choices=queue.Ordering, required=False)
    kind = forms.ChoiceField(choices=Kind, required=False)
    label = forms.ModelChoiceField(Label.objects, to_field_name="slug", required=False)


class PhotoForm(forms.Form):
    photo = forms.UUIDField()


class DecisionForm(PhotoForm):
    decision = forms.UUIDField()
    label = forms.SlugField()
    seen = forms.UUIDField(required=False)
    agrees = forms.UUIDField(required=False)  # with a suggestion that there is another one
    box = BoxField(required=False)
    blind = forms.TypedChoiceField(choices=Blind, coerce=_blind, empty_value=None, required=False)
    grid = forms.BooleanField(required=False)  # decided there, one by one
    also = forms.CharField(required=False, max_length=40 * bursts.MOST)  # ids of the same burst


class PartForm(PhotoForm):
    part = forms.UUIDField()


class PartLabelForm(PartForm):
    box = BoxField()
    label = forms.SlugField()


class UndoForm(forms.Form):
    decision = forms.UUIDField()


@staff_page("recognition.review")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    ordering, filters = _wanted(request.GET)
    active = offered_labels()
    context = {
        "orderings": queue.Ordering,
        "ordering": ordering,
        "filters": filters,
        "kinds": Kind,
        "labels": active,
        "pinned": at_hand.pinned(request.user),
        "recent": at_hand.recent(request.user),
        "chosen": next((label for label in active if label.id == filters.label_id), None),
        "is_blind": blind.is_wanted(request.user),
        "neither": next((label for label in active if label.kind == Kind.NEITHER), None),
    }
    return render_page(request, "staff/review/queue.html", _("Review queue"), context)


@staff_page("recognition.review")
@require_POST
def claim(request: StaffRequest) -> JsonResponse:
    """The next photos for this reviewer.

    The leases of photos that the page has already (`known`) are renewed; `lost` in the answer names
    those that somebody else has got meanwhile. Photos whose decision has yet to be sent (`unsent`)
    are not handed out again.
    """
    ordering, filters = _wanted(request.POST)
    known = _ids(request.POST.getlist("known"))
    visible = selectors.photos_visible_to(request.user).filter(id__in=known)
    held = leases.take(request.user, visible.values_list("id", flat=True))
    claimed = [] if "renew" in request.POST else _claim(request, ordering, filters, known)
    return JsonResponse(
        {
            "html": "".join(_card(card, request) for card in cards(request.user, claimed)),
            "lost": [str(photo_id) for photo_id in known if photo_id not in held],
            "progress": _progress(request, ordering, filters),
        }
    )


@staff_page("recognition.review")
@require_POST
def decide(request: StaffRequest) -> JsonResponse:
    sent = _understood(DecisionForm(request.POST))
    photo = _visible_photo(request, sent["photo"])
    label = _label(sent["label"], photo)
    seen, box, also = Seen(sent["seen"]), sent["box"], _ids(sent["also"].split())
    via = Via.GRID if sent["grid"] else Via.QUEUE
    try:
        made = labelling.decide(
            photo.id, label, request.user, via, sent["decision"], seen, box, sent["blind"]
        )
    except Photo.DoesNotExist:
        raise Http404 from None
    except ChangedMeanwhile as changed:
        return _conflict(request, changed, label)
    except IntegrityError:  # the id of a decision about another photo
        raise BadRequest from None
    if sent["agrees"]:
        agreeing.agree(sent["agrees"], made, request.user)
    bursts.decide_alike(made, also, request.user)
    return JsonResponse({"seen": made.id})


@staff_page("recognition.review")
@require_POST
def annotate(request: StaffRequest) -> JsonResponse:
    """Give another part of the photo a label of its own; `back` undoes that."""
    if "back" in request.POST:
        return _take_label_away(request)
    sent = _understood(PartLabelForm(request.POST))
    photo = _visible_photo(request, sent["photo"])
    label = _label(sent["label"], photo)
    try:
        annotating.annotate(photo.id, sent["box"], label, request.user, sent["part"])
    except Photo.DoesNotExist:
        raise Http404 from None
    except (annotating.TooMany, IntegrityError):  # the id of another photo's
        raise BadRequest from None
    return JsonResponse({})


def _take_label_away(request: StaffRequest) -> JsonResponse:
    sent = _understood(PartForm(request.POST))
    photo = _visible_photo(request, sent["photo"])
    if photo.annotations.filter(id=sent["part"]).exists():
        annotating.remove_annotation(sent["part"])
    return JsonResponse({})


@staff_page("recognition.review")
@require_POST
def skip(request: StaffRequest) -> JsonResponse:
    """Do not show the photo again in this session; `back` undoes that."""
    photo = _visible_photo(request, _understood(PhotoForm(request.POST))["photo"])
    skipped = [key for key in request.session.get(_SKIPPED, []) if key != photo.id.hex]
    if "back" in request.POST:
        leases.take(request.user, [photo.id])
    else:
        leases.release(request.user, [photo.id])
        skipped.append(photo.id.hex)
    request.session[_SKIPPED] = skipped[-MAX_SKIPPED:]
    return JsonResponse({})


@staff_page("recognition.review")
@require_GET
def last(request: StaffRequest) -> JsonResponse:
    """The decision that an undo would take back, for a page that has just been loaded."""
    decision = labelling.last_to_undo(request.user)
    return JsonResponse({"decision": decision and decision.id})


@staff_page("recognition.review")
@require_POST
def undo(request: StaffRequest) -> JsonResponse:
    """Undo the reviewer's own decision, and return the photo so that it can be decided again."""
    decision_id = _understood(UndoForm(request.POST))["decision"]
    mine = labelling.own_decisions(request.user).exclude(via=Via.UNDO)
    made = mine.filter(id=decision_id).first()
    if made is None:
        raise Http404
    try:
        labelling.undo(made, request.user)
        bursts.undo_alike(made, request.user)
    except Photo.DoesNotExist:
        raise Http404 from None
    except ChangedMeanwhile as changed:
        return _conflict(request, changed)
    leases.take(request.user, [made.photo_id])
    for card in cards(request.user, [made.photo_id]):
        return JsonResponse({"seen": card.seen, "html": _card(card, request)})
    raise Http404


def _wanted(data: QueryDict) -> tuple[queue.Ordering, queue.Filters]:
    form = OrderForm(data)
    form.is_valid()
    label = form.cleaned_data.get("label")
    return (
        queue.Ordering(form.cleaned_data.get("order") or queue.Ordering.MARGIN),
        queue.Filters(form.cleaned_data.get("kind") or "", label.id if label else None),
    )


def _understood(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise BadRequest(form.errors.as_json())
    return form.cleaned_data


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts[:MAX_KNOWN]]
    except ValueError:
        raise BadRequest from None


def _visible_photo(request: StaffRequest, photo_id: UUID) -> Photo:
    photo = selectors.photos_visible_to(request.user).filter(id=photo_id).first()
    if photo is None:
        raise Http404
    return photo


def _label(slug: str, photo: Photo) -> Label:
    """A label in use, or the photo's own."""
    try:
        label = LabelTree()[slug]
    except KeyError:
        raise BadRequest from None
    if not label.active and label != photo.label:
        raise BadRequest
    return label


def _claim(
    request: StaffRequest,
    ordering: queue.Ordering,
    filters: queue.Filters,
    known: Sequence[UUID],
) -> list[UUID]:
    skipped = map(UUID, request.session.get(_SKIPPED, []))
    not_these = [*_ids(request.POST.getlist("unsent")), *skipped]
    return queue.claim(request.user, ordering, PAGE_SIZE, known, not_these, filters)


def _card(card: Card, request: StaffRequest) -> str:
    return render_to_string("staff/review/_queue_photo.html", {"card": card}, request)


def _progress(
    request: StaffRequest, ordering: queue.Ordering, filters: queue.Filters
) -> dict[str, Any]:
    progress = queue.progress(ordering, filters)
    return {
        "remaining": progress.remaining.number,
        "is_exact": progress.remaining.is_exact,
        "is_minimum": progress.remaining.is_minimum,
        "labelled": progress.labelled,
        "today": own_work.today(request.user).number,
        "others": leases.held_by_others(request.user).count(),
    }


def _conflict(
    request: StaffRequest, changed: ChangedMeanwhile, mine: Label | None = None
) -> JsonResponse:
    context = {"theirs": changed.decision, "mine": mine}
    html = render_to_string("staff/review/_queue_conflict.html", context, request)
    return JsonResponse({"html": html, "seen": changed.decision.id}, status=409)
