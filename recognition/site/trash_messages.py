"""What people are told after they deleted or restored photos."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.models import Batch, Job, Photo
from recognition.photos.deletion import Deleted
from recognition.photos.trash import CannotRestore, Restored


def report_deleted(
    request: HttpRequest,
    deleted: Deleted,
    for_ever: bool,
    photo: Photo | None = None,
    batch: Batch | None = None,
) -> None:
    """With a way to undo it, if there is one: base.html makes a button of the tags."""
    is_kept = settings.ARK_TRASH_DAYS and not for_ever
    if photo:
        text = _("%(name)s is in the trash.") if is_kept else _("%(name)s was deleted.")
        text %= {"name": photo.name}
    elif is_kept:
        text = ngettext(
            "%(count)d photo is in the trash.", "%(count)d photos are in the trash.", deleted.photos
        )
        text %= {"count": deleted.photos}
    else:
        text = ngettext(
            "%(count)d photo is deleted for ever.",
            "%(count)d photos are deleted for ever.",
            deleted.photos,
        )
        text %= {"count": deleted.photos}
    what: dict[str, Any] = {"since": deleted.since.isoformat()}
    if photo:
        what = {"photo": photo.id}
    elif batch:
        what["batch"] = batch.id
    else:
        what["until"] = timezone.now().isoformat()
    tags = f"undo?{urlencode(what)}" if is_kept and deleted.photos else ""
    messages.success(request, text, extra_tags=tags)


def report_job(request: HttpRequest, job: Job) -> None:
    total = job.parameters["total"]
    if job.kind == Job.Kind.PHOTO_RESTORATION:
        text = ngettext(
            "%(count)d photo is restored in the background.",
            "%(count)d photos are restored in the background.",
            total,
        )
    else:
        text = ngettext(
            "%(count)d photo is deleted in the background.",
            "%(count)d photos are deleted in the background.",
            total,
        )
    messages.success(request, text % {"count": total})


def report_restored(request: HttpRequest, done: Restored) -> None:
    if done.photos:
        text = ngettext(
            "%(count)d photo is back, and is recognised again.",
            "%(count)d photos are back, and are recognised again.",
            len(done.photos),
        )
        messages.success(request, text % {"count": len(done.photos)})
    if len(done.refused) == 1:
        messages.warning(request, _why_not(done.refused[0]))
        return
    for code, count in Counter(refused.code for refused in done.refused).items():
        messages.warning(request, _why_many_not(code, count))


def _why_not(refused: CannotRestore) -> str:
    name = refused.row.name
    if refused.photo is None:
        text = _("%(name)s cannot be restored: its original is missing on the disk.")
        return text % {"name": name}
    text = _("%(name)s cannot be restored: the same file was uploaded again since.")
    hint = _("Look at that one; what is in the trash can be deleted for ever.")
    address = reverse("photo", args=[refused.photo.id])
    return format_html('{} <a href="{}">{}</a>', text % {"name": name}, address, hint)


def _why_many_not(code: str, count: int) -> str:
    if code == "uploaded_again":
        text = ngettext(
            "%(count)d photo cannot be restored: the same file was uploaded again since.",
            "%(count)d photos cannot be restored: the same files were uploaded again since.",
            count,
        )
    else:
        text = ngettext(
            "%(count)d photo cannot be restored: its original is missing on the disk.",
            "%(count)d photos cannot be restored: their originals are missing on the disk.",
            count,
        )
    return text % {"count": count}
