"""Export a version, or import one."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.store.bundle import BadBundle
from recognition.core import full_disk
from recognition.files import of_bundles
from recognition.models import ModelVersion
from recognition.photos.uploads import SpooledUpload, takes_files
from recognition.staff import job_texts
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.versions import bundles
from recognition.versions.bundles import Export
from recognition.versions.version_labels import LabelsRefused

_USES = {
    "bundle": gettext_lazy("Everything of this version, to import into another Ark."),
    "onnx": gettext_lazy("For other programs, in nearly every language and on phones."),
    "openvino": gettext_lazy("For other programs on Intel and ARM processors; the fastest there."),
}


@dataclass(frozen=True)
class Card:
    """use: what the form is good for."""

    name: str
    use: str
    export: Export
    error: str


class BundleForm(forms.Form):
    # Files of this name may be as large as ARK_MAX_BULK_MB.
    archive = forms.FileField(label=gettext_lazy("Bundle"))


@staff_page("recognition.train")
@require_http_methods(["GET", "POST"])
def exports(request: StaffRequest, number: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, number=number)
    if request.method == "POST":
        try:
            bundles.ask_for(version, request.POST.get("form", ""), request.user)
        except ValueError:
            raise Http404 from None
        return redirect("training-exports", number)
    found = bundles.exports(version)
    context = {
        "version": version,
        "cards": [_card(export) for export in found],
        "is_waiting": any(export.is_coming for export in found),
    }
    title = _("Export version %(number)d") % {"number": number}
    return render_page(request, "staff/versions/exports.html", title, context)


@staff_page("recognition.train")
@require_GET
def download(request: StaffRequest, number: int, form: str) -> HttpResponseBase:
    version = get_object_or_404(ModelVersion, number=number)
    for export in bundles.exports(version):
        if export.form == form and export.is_ready:
            bundles.record_export(version, form, request.user, export.path.name)
            if address := of_bundles.export_link(export.path):
                return redirect(address)
            return FileResponse(of_bundles.export(export.path).open("rb"), as_attachment=True)
    raise Http404


@staff_page("recognition.train")
@require_http_methods(["GET", "POST"])
@takes_files
def import_version(request: StaffRequest) -> HttpResponse:
    form = BundleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload: SpooledUpload = form.cleaned_data["archive"]
        try:
            bundles.accept(upload.path, upload.name, request.user)
        except (BadBundle, CorruptCheckpoint, LabelsRefused, OSError) as error:
            if full_disk.is_told_by(error):
                raise
            form.add_error("archive", _("It cannot be imported. %(error)s") % {"error": error})
        else:
            return redirect("training-import")
    imports = bundles.imports()
    context = {
        "form": form,
        "imports": [(job, job_texts.error(job)) for job in imports],
        "is_waiting": any(not job.is_over for job in imports),
    }
    return render_page(request, "staff/versions/import.html", _("Import a version"), context)


def _card(export: Export) -> Card:
    return Card(
        name=str(job_texts.FORMS[export.form]),
        use=str(_USES[export.form]),
        export=export,
        error=job_texts.error(export.job) if export.job else "",
    )
