"""A photo's pictures: small ones drawn without metadata, and the original as it came."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from recognition import imaging, selectors
from recognition.cnn.decoding import UnreadablePhoto
from recognition.models import Photo
from recognition.removal import RENDITION_SIDES
from recognition.views.requests import SignedInRequest

THUMBNAIL_SIDE, PREVIEW_SIDE = RENDITION_SIDES

# At most two pictures are drawn at once in a process, so that a page full of them does not slow
# uploads down, and never the same one twice.
_DRAWING = (Lock(), Lock())


@login_required
@require_GET
def thumbnail(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    return _picture(_visible_photo(request, photo_id), THUMBNAIL_SIDE)


@login_required
@require_GET
def preview(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    return _picture(_visible_photo(request, photo_id), PREVIEW_SIDE)


@login_required
@require_GET
@cache_control(private=True, no_cache=True)
def original(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    """Byte for byte, always as a download: a browser must never run what somebody uploaded."""
    photo = _visible_photo(request, photo_id)
    try:
        stream = photo.original_path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        stream,
        as_attachment=True,
        filename=PurePosixPath(photo.name).name or photo.id.hex,
        content_type="application/octet-stream",
    )


def _visible_photo(request: SignedInRequest, photo_id: UUID) -> Photo:
    return get_object_or_404(
        selectors.photos_visible_to(request.user).select_related(None).only("id", "name"),
        id=photo_id,
    )


def _picture(photo: Photo, longest_side: int) -> HttpResponseBase:
    path = photo.rendition_path(longest_side)
    try:
        _draw(photo, path, longest_side)
    except (UnreadablePhoto, FileNotFoundError):
        return _no_picture()
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _draw(photo: Photo, path: Path, longest_side: int) -> None:
    if path.exists():
        return
    with _DRAWING[photo.id.int % len(_DRAWING)]:
        if not path.exists():
            imaging.render(photo.original_path, path, longest_side, settings.ARK_MAX_PIXELS)


def _no_picture() -> HttpResponse:
    return redirect(static("img/no-picture.svg"))
