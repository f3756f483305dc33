"""A photo's pictures: small ones drawn without metadata, and the original as it came."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from recognition.cnn.manifest import sha256_of_file
from recognition.cnn.pixels.unreadable import Busy, UnreadablePhoto
from recognition.core import full_disk
from recognition.files import of_photos
from recognition.models import Photo
from recognition.photos import renditions, selectors
from recognition.photos.capture import leaving
from recognition.photos.renditions import PREVIEW_SIDE, THUMBNAIL_SIDE
from recognition.site.requests import SignedInRequest

_KEPT_FOR_S = 300
CONFLICT = 409  # what lies there is not what was uploaded


@login_required
@require_GET
def thumbnail(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    return _picture(request, _visible_photo(request, photo_id), THUMBNAIL_SIDE)


@login_required
@require_GET
def preview(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    return _picture(request, _visible_photo(request, photo_id), PREVIEW_SIDE)


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def original(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    """Always as a download: a browser must never run what somebody uploaded. Byte for byte, unless
    the place is to stay here. Damaged on the disk, it is handed out only to whom that was told."""
    photo = _visible_photo(request, photo_id)
    wanted = request.GET.get("place")
    name = PurePosixPath(photo.name).name or photo.id.hex
    goes_as_it_came = leaving.with_place(request.user, photo, wanted)
    if goes_as_it_came and (address := of_photos.link(photo, name)):
        return redirect(address)
    try:
        path = of_photos.original(photo)
        is_whole = sha256_of_file(path) == photo.sha256
        if not is_whole and request.GET.get("damaged") != "take":
            return render(request, "site/photos/damaged.html", {"photo": photo}, status=CONFLICT)
        if goes_as_it_came:
            content: IO[bytes] | Iterator[bytes] = path.open("rb")
        else:
            content = leaving.original(photo)
    except FileNotFoundError:
        raise Http404 from None
    except (UnreadablePhoto, Busy):
        return render(request, "site/photos/with_its_place.html", {"photo": photo}, status=CONFLICT)
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    kind = "application/octet-stream"
    return FileResponse(
        content, as_attachment=True, filename=name, content_type=kind, headers=headers
    )


def _visible_photo(request: SignedInRequest, photo_id: UUID) -> Photo:
    return get_object_or_404(
        selectors.photos_visible_to(request.user)
        .select_related(None)
        .only("id", "name", "owner", "sha256"),
        id=photo_id,
    )


def _picture(request: SignedInRequest, photo: Photo, longest_side: int) -> HttpResponseBase:
    """Kept by the browser for a while, for this session only (Vary), then asked for again: whoever
    may see it still is told with few bytes that it is the same."""
    try:
        picture = renditions.drawn(photo, longest_side).open("rb")
    except (UnreadablePhoto, FileNotFoundError):
        return no_picture()
    except Busy:  # a page shows the next time what is drawn until then
        later = no_picture()
        later["Cache-Control"] = "no-store"
        return later
    except OSError as error:
        if full_disk.is_told_by(error):  # the page with it is good without
            return no_picture()
        raise
    file = os.fstat(picture.fileno())
    etag = f'"{file.st_mtime_ns:x}-{file.st_size:x}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged:
        picture.close()
    response = unchanged or FileResponse(picture, content_type="image/jpeg")
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={_KEPT_FOR_S}, must-revalidate"
    patch_vary_headers(response, ["Cookie"])
    return response


def no_picture() -> HttpResponse:
    return redirect(static("img/no-picture.svg"))
