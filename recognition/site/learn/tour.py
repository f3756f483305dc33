"""The tour: how a convolutional network works, in eight steps, on a photo of one's own.

Which photo stands in the address (`?photo=`). Without one that this person may see, the tour shows
its example picture, and what the network that comes with Ark says of it (`bin/learn_example.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, State
from recognition.photos import selectors
from recognition.site.learn import glossary

_PHOTOS_SHOWN = 12
_PHOTOS_LOOKED_AT = 3 * _PHOTOS_SHOWN


@dataclass(frozen=True)
class Step:
    """terms: of the glossary, by slug."""

    slug: str
    title: str | Promise
    terms: tuple[str, ...]


STEPS = (
    Step("pixels", _("A picture is numbers"), ("pixel", "channel")),
    Step("kernels", _("What a kernel is"), ("kernel", "convolution", "feature-map")),
    Step("relu", _("Why we need non-linearity"), ("rectified-linear-unit", "convolution")),
    Step("pooling", _("Why the map gets smaller"), ("stride", "padding", "pooling")),
    Step("layers", _("Many kernels, many layers"), ("kernel", "channel", "receptive-field")),
    Step(
        "flattening",
        _("From maps to a list of numbers"),
        ("fully-connected-layer", "pooling", "embedding"),
    ),
    Step(
        "softmax",
        _("From scores to percentages"),
        ("softmax-function", "temperature", "confidence"),
    ),
    Step("learning", _("How a network learns"), ("loss", "gradient", "learning-rate", "teach")),
)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    context = {"steps": STEPS, "photos": _photos(request), "photo": _chosen(request)}
    return render(request, "site/learn/start.html", context)


@require_safe
def step(request: HttpRequest, step: str) -> HttpResponse:
    slugs = [one.slug for one in STEPS]
    if step not in slugs:
        raise Http404
    at = slugs.index(step)
    photo = _chosen(request)
    said = selectors.top_labels(photo.prediction) if photo else []
    top = said or _said_of_example()
    context = {
        "steps": STEPS,
        "step": STEPS[at],
        "number": at + 1,
        "before": STEPS[at - 1] if at else None,
        "after": STEPS[at + 1] if at + 1 < len(STEPS) else None,
        "photo": photo,
        "is_example": not said,
        "top": top,
        "rest": max(0.0, 1 - sum(share for _label, share in top)),
        "terms": [glossary.terms()[slug] for slug in STEPS[at].terms],
    }
    return render(request, f"site/learn/steps/{step}.html", context)


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    context = {"steps": STEPS, "photo": _chosen(request)}
    return render(request, "site/learn/questions.html", context)


def _photos(request: HttpRequest) -> list[Photo]:
    """The newest of one's own."""
    if not request.user.is_authenticated:
        return []
    photos = selectors.photos_visible_to(request.user).filter(owner=request.user)
    newest = photos.order_by("-created", "-id")[:_PHOTOS_LOOKED_AT]
    return [photo for photo in newest if _has_picture(photo)][:_PHOTOS_SHOWN]


def _chosen(request: HttpRequest) -> Photo | None:
    """The photo that the address names, if this person may see it."""
    if not request.user.is_authenticated:
        return None
    try:
        photo_id = UUID(request.GET.get("photo", ""))
    except ValueError:
        return None
    photo = selectors.photos_visible_to(request.user).filter(id=photo_id).first()
    return photo if photo and _has_picture(photo) else None


def _has_picture(photo: Photo) -> bool:
    """Of a file that cannot be read there is only a sign that says so."""
    return photo.prediction is None or photo.prediction.state != State.FAILED


def _said_of_example() -> list[tuple[Label | str, float]]:
    """By the labels of this instance, or by their plain names where it has none of them."""
    said = _example()
    known = LabelTree().said(said)
    return [*known] or [(entry["label"], entry["confidence"]) for entry in said]


@cache
def _example() -> list[dict[str, Any]]:
    text = (settings.BASE_DIR / "static" / "learn" / "network.json").read_text(encoding="ascii")
    return list(json.loads(text)["example"])
