"""Export: choose among the labelled photos, and download them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from recognition.core import audit
from recognition.exchange.exporting import Export, Selection
from recognition.labels.tree import LabelTree, count_photos_of_each
from recognition.models import Kind, Label, Split
from recognition.photos import selectors
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.days import DayField, midnight

FORMATS = {
    "zip": (_("ZIP: the photos and all tables"), "application/zip", "zip"),
    "csv": (_("CSV: the table of the photos"), "text/csv; charset=utf-8", "csv"),
    "coco": (_("COCO: one JSON file"), "application/json", "json"),
    "yolo": (
        _("YOLO: the photos by split, and a text file of boxes for each"),
        "application/zip",
        "zip",
    ),
}


class ExportForm(forms.Form):
    format = forms.ChoiceField(choices=[(key, title) for key, (title, *_rest) in FORMATS.items()])
    label = forms.ModelMultipleChoiceField(
        Label.objects.all(), to_field_name="slug", required=False
    )
    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    split = forms.ChoiceField(choices=Split.choices, required=False)
    since = DayField(required=False)
    until = DayField(required=False)
    place = forms.BooleanField(required=False)

    def selection(self) -> Selection:
        given = self.cleaned_data
        return Selection(
            labels=tuple(label.slug for label in given["label"]),
            kind=given["kind"],
            split=given["split"],
            since=midnight(given["since"]) if given["since"] else None,
            before=midnight(given["until"] + timedelta(days=1)) if given["until"] else None,
            place=given["place"],
        )


@staff_page("recognition.review")
@require_GET
def export(request: StaffRequest) -> HttpResponseBase:
    form = ExportForm(request.GET) if "format" in request.GET else ExportForm()
    if form.is_valid():
        photos, selection = selectors.photos_visible_to(request.user), form.selection()
        format, filters = form.cleaned_data["format"], selection.as_json()
        told = {"form": format, "filters": filters}
        audit.record(audit.Action.EXPORTED, request.user, "labelled photos", **told)
        return _download(Export(photos, selection), format)
    context = {
        "form": form,
        "labels": _labels(),
        "chosen": request.GET.getlist("label"),
        "formats": [(key, title) for key, (title, *_rest) in FORMATS.items()],
        "kinds": Kind.choices,
        "splits": Split.choices,
    }
    return render_page(request, "staff/review/export.html", str(_("Export")), context)


def _download(export: Export, format: str) -> StreamingHttpResponse:
    content: dict[str, Any] = {
        "zip": export.archive,
        "csv": export.table,
        "coco": export.coco,
        "yolo": export.yolo,
    }
    _title, content_type, suffix = FORMATS[format]
    pieces: Iterator[bytes] = content[format]()
    name = f"ark-{timezone.localdate():%Y-%m-%d}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)


def _labels() -> list[dict[str, Any]]:
    """The labels that photos have, in the order of the tree."""
    tree = LabelTree()
    counts = count_photos_of_each(tree)
    return [
        {
            "label": label,
            "depth": len(tree.lineage(label)) - 1,
            "photos": counts[label.id].in_words,
        }
        for label in tree.in_reading_order()
        if counts[label.id].number
    ]
