"""Which photos of History somebody has chosen: single ones, or all that match."""

from __future__ import annotations

from uuid import UUID

from recognition.photos import selectors
from recognition.photos.orders import listing
from recognition.review.bulk import Snapshot
from recognition.site.history.query import HistoryQuery
from recognition.site.requests import SignedInRequest

MOST = listing.COUNTED


def chosen(request: SignedInRequest, query: HistoryQuery) -> list[UUID]:
    """Only what this person may see. A script sends many as one field, because a form may have no
    more than a thousand of them."""
    visible = selectors.photos_visible_to(request.user)
    if "all" in request.POST:
        photos = query.of_whom(visible, request.user)
        return listing.ids(photos, query.filters, MOST)
    wanted = [snapshot.photo_id for snapshot in snapshots(request)]
    found = set(visible.filter(id__in=wanted).order_by().values_list("id", flat=True))
    return [photo_id for photo_id in dict.fromkeys(wanted) if photo_id in found]


def snapshots(request: SignedInRequest) -> list[Snapshot]:
    """Of single ones, as the page showed them."""
    texts = request.POST.getlist("photo") + request.POST.get("photos", "").split()
    return Snapshot.parse_all(texts[:MOST])
