"""Pages that merge, retire or bring back a label; each first says what will happen."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from recognition.labels import merging, tree
from recognition.labels.ordering import by_name
from recognition.models import Job, Label
from recognition.staff.base import render_page

_LIST = "admin:recognition_label_changelist"


def add_below(request: HttpRequest, object_id: str) -> HttpResponse:
    query = urlencode({"below": _label(object_id).slug})
    return redirect(f"{reverse('admin:recognition_label_add')}?{query}")


def merge(request: HttpRequest, object_id: str) -> HttpResponse:
    """Choose a label, see what would happen, then merge."""
    source = _label(object_id)
    slug = request.POST.get("into") or request.GET.get("into", "")
    targets = merging.targets(source)
    target = next((label for label in targets if label.slug == slug), None)
    found = merging.consequences(source, target) if target else None
    if request.method == "POST" and target:
        try:
            done = merging.ask(source, target, _user(request))
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("admin:recognition_label_merge", source.pk)
        message = _merged(source, target, done)
        _log(request, source, message)
        _log(request, target, message)
        messages.success(request, message)
        return redirect("jobs" if isinstance(done, Job) else _LIST)
    context = {
        "source": source,
        "targets": by_name(targets),
        "target": target,
        "found": found,
        "photos": found.photos.in_words if found else "",
        "predictions": found.predictions.in_words if found else "",
    }
    title = _("Merge %(label)s into another label") % {"label": source}
    return render_page(request, "staff/labels/merge.html", title, context)


def _merged(source: Label, target: Label, done: Job | int) -> str:
    if isinstance(done, Job):
        text = _(
            "%(source)s now counts as %(target)s; its photos change their label in the background."
        )
        return text % {"source": source, "target": target}
    text = _("Merged %(source)s into %(target)s; photos that changed their label: %(photos)d")
    return text % {"source": source, "target": target, "photos": done}


def retire(request: HttpRequest, object_id: str) -> HttpResponse:
    return _set_active(request, object_id, False)


def bring_back(request: HttpRequest, object_id: str) -> HttpResponse:
    return _set_active(request, object_id, True)


def _set_active(request: HttpRequest, object_id: str, active: bool) -> HttpResponse:
    label = _label(object_id)
    if request.method == "POST":
        tree.set_active(label, active, _user(request))
        message = _("%(label)s is in use again.") if active else _("%(label)s is retired.")
        _log(request, label, message % {"label": label})
        messages.success(request, message % {"label": label})
        return redirect(_LIST)
    known = tree.LabelTree()
    title = _("Bring %(label)s back?") if active else _("Retire %(label)s?")
    context: dict[str, Any] = {
        "label": label,
        "active": active,
        "photos": tree.count_photos(label).in_words,
        "below": known.below(label),
        "instead": known.in_use(label.parent) if label.parent else None,
    }
    template = "staff/labels/retire.html"
    return render_page(request, template, title % {"label": label}, context)


def _label(object_id: str) -> Label:
    label = Label.objects.filter(pk=int(object_id)).first() if object_id.isdecimal() else None
    if label is None:
        raise Http404
    return label


def _log(request: HttpRequest, label: Label, message: str) -> None:
    LogEntry.objects.log_actions(
        _user(request).pk, Label.objects.filter(pk=label.pk), CHANGE, message, single_object=True
    )


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # the admin let nobody else in
