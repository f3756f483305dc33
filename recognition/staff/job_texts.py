"""Jobs as text: what each is about, what came of it, and what to do when it failed."""

from __future__ import annotations

from collections.abc import Mapping

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recognition.models import Job, Label

FORMS = {
    "bundle": gettext_lazy("Bundle"),
    "onnx": gettext_lazy("ONNX"),
    "openvino": gettext_lazy("OpenVINO"),
}
_COUNTED_AS = {  # what the result calls the photos that are done
    Job.Kind.PHOTO_DELETION: "deleted",
    Job.Kind.PHOTO_RESTORATION: "restored",
    Job.Kind.LABEL_MERGE: "photos",
    Job.Kind.PHOTO_MAP: "photos",
}
_TITLES = {  # of those that are always about the same
    Job.Kind.STORAGE_CHECK: gettext_lazy("Storage check"),
    Job.Kind.PLACES: gettext_lazy("Places of photos"),
    Job.Kind.LEARNING_CURVE: gettext_lazy("Learning curve"),
    Job.Kind.PHOTO_MAP: gettext_lazy("Map of photos"),
    Job.Kind.SUSPECT_SEARCH: gettext_lazy("Search for suspect labels"),
}
ERRORS = {
    "crashed": gettext_lazy(
        "The worker that did this ended three times in the middle of it. Its log tells why; then "
        "ask for it again."
    ),
    "bug": gettext_lazy(
        "Something went wrong that nobody foresaw. The worker's log tells more; then ask for it "
        "again."
    ),
    "damaged": gettext_lazy("The files of the version are damaged. Take another copy of them."),
    "wrong_answers": gettext_lazy(
        "What was made of the version answers otherwise than the version itself, so it is not used."
    ),
    "too_demanding": gettext_lazy(
        "The version takes more memory or time than a version may, or cannot be run at all, so it "
        "is not used."
    ),
    "labels": gettext_lazy("The labels of the version cannot be taken in."),
    "disk": gettext_lazy(
        "The disk could not be read or written. Make room; then ask for it again."
    ),
    "disk_full": gettext_lazy("The disk is full. Make room; then ask for it again."),
    "too_few": gettext_lazy(
        "There are too few labelled photos for a curve: it takes two labels with six photos each."
    ),
    "no_version": gettext_lazy("No version is live."),
    "not_placed": gettext_lazy(
        "The photos could not be placed: the process that does it ended before its time, perhaps "
        "for want of memory. Ask for it again."
    ),
    "gone": gettext_lazy("The photo was deleted meanwhile."),
    "unreadable": gettext_lazy("The photo cannot be read any more."),
    "not_loaded": gettext_lazy(
        "The version cannot be loaded, so it predicts nothing. Restore its files; then ask for it "
        "again."
    ),
}


def title(job: Job, labels: Mapping[int, Label]) -> str:
    """labels: by id."""
    if job.kind in (Job.Kind.PHOTO_DELETION, Job.Kind.PHOTO_RESTORATION):
        return _about_photos(job)
    if job.kind == Job.Kind.LABEL_MERGE:
        names = {name: labels[job.parameters[name]].name for name in ("source", "target")}
        return _("Merging of %(source)s into %(target)s") % names
    number = job.version.number if job.version else 0
    if job.kind == Job.Kind.EXPORT:
        form = job.parameters["form"]
        return _("Export of version %(number)d: %(form)s") % {
            "number": number,
            "form": FORMS.get(form, form),
        }
    if job.kind == Job.Kind.IMPORT:
        return _("Import of %(name)s") % {"name": job.parameters["name"]}
    if job.kind == Job.Kind.BACKFILL:
        return _about_predictions(job, number, labels)
    if job.kind == Job.Kind.PERSON_DELETION:
        name = job.parameters.get("name")  # forgotten with the person
        return _("Deletion of %(name)s") % {"name": name} if name else _("Deletion of a person")
    return str(_TITLES[Job.Kind(job.kind)])


def _about_predictions(job: Job, number: int, labels: Mapping[int, Label]) -> str:
    text = _("Predict photos again with version %(number)d") % {"number": number}
    label = labels.get(job.parameters["label"])
    whose = _("labelled photos") if job.parameters.get("labelled") else label and label.name
    if chosen := len(job.parameters.get("photos", ())):
        whose = ngettext("%(count)d photo", "%(count)d photos", chosen) % {"count": chosen}
    return f"{text}: {whose}" if whose else text


def _about_photos(job: Job) -> str:
    total = job.parameters["total"]
    if job.kind == Job.Kind.PHOTO_RESTORATION:
        text = ngettext("Restore %(photos)s photo", "Restore %(photos)s photos", total)
    elif job.parameters["for_ever"]:
        text = ngettext(
            "Delete %(photos)s photo for ever", "Delete %(photos)s photos for ever", total
        )
    else:
        text = ngettext(
            "Move %(photos)s photo to the trash", "Move %(photos)s photos to the trash", total
        )
    return text % {"photos": number_format(total, force_grouping=True)}


def error(job: Job) -> str:
    """Why it failed and what to do; empty if it did not."""
    if not job.error:
        return ""
    text = str(ERRORS.get(job.error, ERRORS["bug"]))
    return f"{text} ({job.error_detail})" if job.error_detail else text


def outcome(job: Job) -> str:
    """What has come of it so far."""
    if job.kind == Job.Kind.EXPORT and "size_bytes" in job.result:
        return filesizeformat(job.result["size_bytes"])
    if job.kind == Job.Kind.SUSPECT_SEARCH and "suspects" in job.result:
        return _counted_suspects(job.result["suspects"])
    if job.kind == Job.Kind.STORAGE_CHECK and job.is_over and "found" in job.result:
        found = sum(job.result["found"].values())
        return ngettext("%(found)d finding", "%(found)d findings", found) % {"found": found}
    if job.kind in (Job.Kind.BACKFILL, Job.Kind.PLACES) and "looked_at" in job.result:
        looked_at = job.result["looked_at"]
        text = ngettext("%(photos)s photo looked at", "%(photos)s photos looked at", looked_at)
        return text % {"photos": number_format(looked_at, force_grouping=True)}
    if job.kind == Job.Kind.PERSON_DELETION and "photos" in job.result:
        deleted = job.result["photos"]
        text = ngettext("%(photos)s photo deleted", "%(photos)s photos deleted", deleted)
        return text % {"photos": number_format(deleted, force_grouping=True)}
    if job.kind in _COUNTED_AS and _COUNTED_AS[Job.Kind(job.kind)] in job.result:
        photos = job.result[_COUNTED_AS[Job.Kind(job.kind)]]
        text = ngettext("%(photos)s photo done", "%(photos)s photos done", photos)
        return text % {"photos": number_format(photos, force_grouping=True)}
    return ""


def _counted_suspects(suspects: int) -> str:
    text = ngettext("%(suspects)s suspect label", "%(suspects)s suspect labels", suspects)
    return text % {"suspects": number_format(suspects, force_grouping=True)}
