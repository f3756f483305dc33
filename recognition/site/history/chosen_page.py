"""What is done with many photos of History at once. What takes longer than a request is a job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recognition.core import audit
from recognition.exchange import originals
from recognition.labels import suggestions
from recognition.labels.fields import LabelForm
from recognition.labels.suggestions import CannotSuggest
from recognition.models import Job, Label, ModelVersion, Photo, Via
from recognition.photos import deletion, selectors
from recognition.predictions import backfill
from recognition.review import bulk
from recognition.review.bulk import Snapshot
from recognition.site.history import chosen
from recognition.site.history.query import HistoryQuery
from recognition.site.requests import SignedInRequest
from recognition.site.trash_messages import report_deleted, report_job
from recognition.staff import field_errors
from recognition.staff.bulk_messages import report_asked_again, report_decided, report_left
from recognition.versions import registry

AT_ONCE = 200  # photos that a request predicts again itself; more are a job
LABELLED = 1000  # photos that get a label in one request, at most


@login_required
@require_POST
def act(request: SignedInRequest) -> HttpResponseBase:
    query = HistoryQuery.of(request.GET, request.user)
    ids = chosen.chosen(request, query)
    if not ids:
        messages.warning(request, _("Choose some photos first."))
        return redirect(query.address("history"))
    wanted = _ACTIONS.get(request.POST.get("do", ""))
    done = wanted(request, ids, query) if wanted else None
    return done or redirect(query.address("history"))


def _download(
    request: SignedInRequest, ids: list[UUID], query: HistoryQuery
) -> StreamingHttpResponse:
    photos = selectors.photos_visible_to(request.user)
    if query.is_everybodys:
        audit.record(audit.Action.EXPORTED, request.user, "originals", photos=len(ids))
    attached = {"Content-Disposition": f'attachment; filename="{originals.FILE_NAME}"'}
    zipped = originals.archive(photos, ids, request.user)
    return StreamingHttpResponse(zipped, content_type="application/zip", headers=attached)


def _delete(request: SignedInRequest, ids: list[UUID], query: HistoryQuery) -> HttpResponse | None:
    """Into the trash. Where there is none, it asks first."""
    mine = ids
    if not request.user.has_perm("recognition.delete_photo"):
        mine = _own(request, ids)
    _say_left(request, len(ids) - len(mine), _("Only their owners can delete %(count)d of them."))
    if not settings.ARK_TRASH_DAYS and "sure" not in request.POST:
        context = {
            "count": len(mine),
            "address": query.address("history-chosen"),
            "photos": " ".join(str(Snapshot(photo_id, None, None)) for photo_id in mine),
            "back": query.address("history"),
        }
        return render(request, "site/history/delete_chosen.html", context)
    deleted = deletion.delete_many(mine, request.user)
    if isinstance(deleted, Job):
        report_job(request, deleted)
    elif deleted.photos:
        report_deleted(request, deleted, for_ever=False)
    return None


def _label(request: SignedInRequest, ids: list[UUID], query: HistoryQuery) -> None:
    """Reviewers decide; owners suggest."""
    form = LabelForm(request.POST)
    if not form.is_valid():
        field_errors.report_all(request, form, at="chosen-label")
        return
    label = form.cleaned_data["label"]
    _say_left(
        request,
        len(ids) - LABELLED,
        _("At most %(most)d are labelled at once; %(count)d were left as they are."),
    )
    if request.user.has_perm("recognition.review"):
        _decide(request, ids[:LABELLED], label)
    else:
        _suggest(request, ids[:LABELLED], label)


def _decide(request: SignedInRequest, ids: list[UUID], label: Label) -> None:
    seen = {snapshot.photo_id: snapshot for snapshot in chosen.snapshots(request)}
    now = Photo.objects.filter(id__in=[photo_id for photo_id in ids if photo_id not in seen])
    seen |= {photo.id: Snapshot.of(photo) for photo in now.only("prediction", "label")}
    decision, left = bulk.decide(
        [seen[id_] for id_ in ids if id_ in seen], label, request.user, Via.GRID
    )
    if decision:
        report_decided(request, decision)
    report_left(request, left)


def _suggest(request: SignedInRequest, ids: list[UUID], label: Label) -> None:
    done, left = 0, Counter[str]()
    for photo_id in _own(request, ids):
        try:
            suggestions.suggest(photo_id, request.user, suggestions.WRONG, label)
        except CannotSuggest as why:
            left[str(why)] += 1
        except Photo.DoesNotExist:  # deleted meanwhile
            continue
        else:
            done += 1
    if done:
        text = ngettext(
            "You suggested %(label)s for %(count)d photo. A reviewer will look at it.",
            "You suggested %(label)s for %(count)d photos. A reviewer will look at them.",
            done,
        )
        messages.success(request, text % {"label": label, "count": done})
    for reason, count in left.items():
        text = ngettext(
            "%(count)d photo was left as it is: %(reason)s",
            "%(count)d photos were left as they are: %(reason)s",
            count,
        )
        messages.warning(request, text % {"count": count, "reason": reason})


def _predict_again(request: SignedInRequest, ids: list[UUID], query: HistoryQuery) -> None:
    mine = ids if request.user.has_perm("recognition.promote") else _own(request, ids)
    try:
        version = registry.live_version()
    except ModelVersion.DoesNotExist:
        messages.warning(request, _("There is no network yet."))
        return
    if len(mine) > AT_ONCE:
        backfill.request_some(version, request.user, mine)
        text = ngettext(
            "%(count)d photo is predicted again, in the background.",
            "%(count)d photos are predicted again, in the background.",
            len(mine),
        )
        messages.success(request, text % {"count": len(mine)})
    else:
        report_asked_again(request, backfill.again(mine, version))


def _own(request: SignedInRequest, ids: list[UUID]) -> list[UUID]:
    own = Photo.objects.filter(owner=request.user, id__in=ids).order_by()
    owned = set(own.values_list("id", flat=True))
    return [photo_id for photo_id in ids if photo_id in owned]


def _say_left(request: SignedInRequest, count: int, text: str) -> None:
    if count > 0:
        messages.warning(request, text % {"count": count, "most": LABELLED})


_Action = Callable[[SignedInRequest, list[UUID], HistoryQuery], HttpResponseBase | None]
_ACTIONS: dict[str, _Action] = {
    "download": _download,
    "delete": _delete,
    "label": _label,
    "again": _predict_again,
}
