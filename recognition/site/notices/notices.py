"""The notices of a page: what of one's own has ended, told once, and put away on all pages."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from recognition.labels.tree import LabelTree
from recognition.models import Comparison, Job, Label, RunState, TrainingRun
from recognition.notifications import ended
from recognition.notifications.ended import Ended
from recognition.site.requests import SignedInRequest
from recognition.staff.jobs import job_summary
from recognition.staff.training import run_text

_WITH_LABELS = (Job.Kind.LABEL_MERGE, Job.Kind.BACKFILL)


class PutAwayForm(forms.Form):
    id = forms.CharField(max_length=80)


@login_required
@never_cache
@require_GET
def notices(request: SignedInRequest) -> JsonResponse:
    """waiting: whether it is worth asking again soon."""
    found = ended.unseen(request.user)
    kinds = {one.what.kind for one in found if isinstance(one.what, Job)}
    labels = {label.id: label for label in LabelTree()} if kinds & {*_WITH_LABELS} else {}
    return JsonResponse(
        {
            "waiting": ended.is_waiting(request.user),
            "notices": [_notice(one, labels) for one in found],
        }
    )


@login_required
@require_POST
def put_away(request: SignedInRequest) -> HttpResponse:
    form = PutAwayForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    ended.put_away(request.user, [form.cleaned_data["id"]])
    return HttpResponse(status=204)


def _notice(one: Ended, labels: dict[int, Label]) -> dict[str, object]:
    what = one.what
    if isinstance(what, Job):
        row = job_summary.row(what, labels)
        title, link = row.title, row.link[0] if row.link else reverse("jobs")
        is_bad = what.state == RunState.FAILED
    elif isinstance(what, TrainingRun):
        title, is_bad = run_text.title(what), what.state == RunState.FAILED
        link = reverse("admin:recognition_trainingrun_change", args=[what.id])
    else:
        numbers = [what.candidate.number, what.baseline.number]
        title = _("Comparison of versions %(first)d and %(second)d") % {
            "first": numbers[0],
            "second": numbers[1],
        }
        link = reverse("training-compare", args=numbers)
        is_bad = what.state == Comparison.State.FAILED
    text = _("%(what)s: failed") if is_bad else _("%(what)s: done")
    return {"id": one.id, "text": text % {"what": title}, "link": link, "isBad": is_bad}
