"""The requests that `pages` measures: each page of the admin, with each of its filters."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks import site_visits
from recognition.models import Batch, BulkDecision, Kind, Label, Photo, Prediction, State, Via
from recognition.review.queue import Ordering
from recognition.versions.registry import live_version

Visit = Callable[[Client], HttpResponseBase]
_PHOTOS = "admin:recognition_photo_changelist"
_PREDICTIONS = "admin:recognition_prediction_changelist"
_DECISIONS = "admin:recognition_decision_changelist"
_BULK_DECISIONS = "admin:recognition_bulkdecision_changelist"
_PLAIN = {
    "front page": "admin:index",
    "review queue": "review-queue",
    "suspect labels": "review-suspects",
    "near-duplicates": "review-duplicates",
    "accuracy promise": "review-promise",
    "export": "export-photos",
    "labels": "admin:recognition_label_changelist",
}


def visits() -> dict[str, Visit]:
    return {
        **{name: _get(url) for name, url in _PLAIN.items()},
        **_queue(),
        **_filtered("grid", "review-grid", _grid()),
        **_filtered("photos", _PHOTOS, _photos()),
        **_filtered("predictions", _PREDICTIONS, _predictions()),
        **_filtered("decisions", _DECISIONS, _decisions()),
        **_filtered("decisions about many", _BULK_DECISIONS, _decided("by", "at", "via")),
        **_details(),
        **site_visits.visits(_labels()[1].slug),
    }


def _get(url: str, **query: object) -> Visit:
    address = f"{reverse(url)}?{urlencode(query)}"
    return lambda client: client.get(address)


def _filtered(page: str, url: str, filters: dict[str, dict[str, Any]]) -> dict[str, Visit]:
    found = {f"{page}: {name}": _get(url, **query) for name, query in filters.items()}
    return {page: _get(url), **found}


def _queue() -> dict[str, Visit]:
    """Claim photos, decide about one and undo it again, which leaves everything as it was."""
    found = {}
    frequent, rare = _labels()
    ways: dict[str, dict[str, str]] = {order.label: {"order": order} for order in Ordering}
    ways |= {"vehicles": {"kind": Kind.VEHICLE}, "a rare label": {"label": rare.slug}}
    for name, query in ways.items():
        found[f"queue: next photos, {name}"] = _claim(query)
    sent: dict[str, str] = {}

    def decide(client: Client) -> HttpResponseBase:
        photo = Photo.objects.filter(label=None, prediction__review__isnull=False).first()
        sent.update(photo=str(photo.id), decision=str(uuid.uuid4()), label=frequent.slug)
        last = photo.decisions.first()
        return client.post(reverse("review-decide"), sent | ({"seen": last.id} if last else {}))

    def undo(client: Client) -> HttpResponseBase:
        return client.post(reverse("review-undo"), sent)

    return {**found, "queue: decide": decide, "queue: undo": undo}


def _claim(query: dict[str, str]) -> Visit:
    return lambda client: client.post(reverse("review-claim"), query)


def _grid() -> dict[str, dict[str, Any]]:
    frequent, rare = _labels()
    batch, owner, week_ago = _batch(), _owner(), timezone.localdate() - timedelta(days=7)
    return {
        "animals": {"kind": Kind.ANIMAL},
        "a frequent label": {"predicted": frequent.slug},
        "a rare label": {"predicted": rare.slug},
        "confident": {"percent": 95},
        "very confident (none)": {"percent": 99.9999},
        "a batch": {"batch": batch.id},
        "an owner": {"owner": owner.username},
        "from last week": {"first_day": week_ago},
        "until last week": {"last_day": week_ago},
        "a rare label, confident": {"predicted": rare.slug, "percent": 90},
        "vehicles, confident": {"kind": Kind.VEHICLE, "percent": 90},
        "an owner, a rare label": {"owner": owner.username, "predicted": rare.slug},
        "an owner, animals, from last week": {
            "owner": owner.username,
            "kind": Kind.ANIMAL,
            "first_day": week_ago,
        },
        "a rare label of the other kind (none)": {
            "predicted": rare.slug,
            "kind": Kind.ANIMAL if rare.kind != Kind.ANIMAL else Kind.VEHICLE,
        },
    }


def _photos() -> dict[str, dict[str, Any]]:
    frequent, rare = _labels()
    return {
        "an owner": {"owner__id__exact": _owner().id},
        "a frequent label": {"label__id__exact": frequent.id},
        "a rare label": {"label__id__exact": rare.id},
        "last week": {"created_from": timezone.localdate() - timedelta(days=7)},
        "the first month": _first_month("created"),
        "an owner, a rare label": {
            "owner__id__exact": _owner().id,
            "label__id__exact": rare.id,
        },
        "a search": {"q": "IMG_12"},
        "a search (none)": {"q": "nowhere"},
        "page 200": {"p": 200},
    }


def _predictions() -> dict[str, dict[str, Any]]:
    frequent, rare = _labels()
    return {
        "failed": {"state__exact": State.FAILED},
        "waiting": {"state__exact": State.PENDING},
        "done": {"state__exact": State.DONE},
        "animals": {"kind__exact": Kind.ANIMAL},
        "a frequent label": {"label__id__exact": frequent.id},
        "a rare label": {"label__id__exact": rare.id},
        "doubtful": {"band__exact": 1},
        "very sure": {"band__exact": 4},
        "a version": {"model_version__id__exact": live_version().id},
        "an owner": {"photo__owner__id__exact": _owner().id},
        "last week": {"created_from": timezone.localdate() - timedelta(days=7)},
        "a rare label, doubtful": {"label__id__exact": rare.id, "band__exact": 1},
        "a search": {"q": "IMG_12"},
        "page 200": {"p": 200},
    }


def _decisions() -> dict[str, dict[str, Any]]:
    frequent, rare = _labels()
    return {
        **_decided("by", "at", "via"),
        "to a frequent label": {"to_label__id__exact": frequent.id},
        "to a rare label": {"to_label__id__exact": rare.id},
        "a search": {"q": "IMG_12"},
        "page 200": {"p": 200},
    }


def _decided(by: str, at: str, via: str) -> dict[str, dict[str, Any]]:
    reviewer = User.objects.get(username="reviewer00")
    return {
        "a reviewer": {f"{by}__id__exact": reviewer.id},
        "last week": {f"{at}_from": timezone.localdate() - timedelta(days=7)},
        "many at once": {f"{via}__exact": Via.GRID},
        "suspects (none)": {f"{via}__exact": Via.SUSPECTS},
        "a reviewer, undone": {f"{by}__id__exact": reviewer.id, f"{via}__exact": Via.UNDO},
    }


def _details() -> dict[str, Visit]:
    photo = Photo.objects.exclude(label=None).order_by("created", "id").first()
    bulk = BulkDecision.objects.order_by("-photos").first()
    rows = {
        "a photo": ("admin:recognition_photo_change", photo),
        "a prediction": ("admin:recognition_prediction_change", photo.prediction),
        "a decision": ("admin:recognition_decision_change", photo.decisions.first()),
        "a decision about many": ("admin:recognition_bulkdecision_change", bulk),
        "a label": ("admin:recognition_label_change", photo.label),
    }
    addresses = {name: reverse(url, args=[row.pk]) for name, (url, row) in rows.items()}
    addresses["a photo on the site"] = reverse("photo", args=[photo.pk])
    return {name: _visit(address) for name, address in addresses.items()}


def _visit(address: str) -> Visit:
    return lambda client: client.get(address)


@cache
def _labels() -> tuple[Label, Label]:
    """The most frequent one and the rarest of those that were predicted lately."""
    newest = Prediction.objects.exclude(label=None).order_by("-created", "-id")[:20_000]
    counts = Prediction.objects.filter(pk__in=newest.values("pk")).order_by().values("label")
    ranked = [row["label"] for row in counts.annotate(rows=Count("pk")).order_by("-rows")]
    return Label.objects.get(pk=ranked[0]), Label.objects.get(pk=ranked[-1])


@cache
def _batch() -> Batch:
    """One of some months ago."""
    return Batch.objects.order_by("id")[100]


@cache
def _owner() -> User:
    return User.objects.get(username="owner10")


def _first_month(field: str) -> dict[str, Any]:
    first = Photo.objects.order_by("created").values_list("created", flat=True)[0].date()
    return {f"{field}_from": first, f"{field}_to": first + timedelta(days=30)}
