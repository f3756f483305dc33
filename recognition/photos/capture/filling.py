"""Photos from before there was something to keep of their making: read from their originals.

`Photo.capture_due` says which. The originals are read in portions, newest first, outside of any
transaction; each portion is stored at once. Broken off, the rest is still due.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction

from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.core import steps, wakeups
from recognition.files import of_photos
from recognition.files.bucket import BucketAway
from recognition.models import Photo
from recognition.people import profiles
from recognition.photos import imaging
from recognition.photos.capture import columns, places
from recognition.photos.capture.columns import NOTHING, Capture

logger = logging.getLogger(__name__)

CHUNK = 32
MAX_WORK_S = 5  # then another wake-up: the analyst has other jobs


def fill_due(then: Callable[[Collection[UUID]], None]) -> None:
    """The analyst's job. then: what is to be done with some of them in the same transaction."""
    ends = time.monotonic() + MAX_WORK_S
    due = Photo.objects.filter(capture_due__isnull=False).order_by("-capture_due", "-id")
    while photos := list(due.only("id", "owner_id")[:CHUNK]):
        of_photos.originals(photos)
        found = {photo.id: read(photo) for photo in photos}
        for owner_id in sorted({photo.owner_id for photo in photos}):
            of_owner = [photo.id for photo in photos if photo.owner_id == owner_id]
            _store(owner_id, {photo_id: found[photo_id] for photo_id in of_owner}, then)
        if time.monotonic() >= ends:
            wakeups.wake_analyst()
            return
        steps.pause()


def read(photo: Photo) -> Capture:
    """Nothing, of an original that cannot be read. Raises BucketAway."""
    try:
        properties = imaging.inspect(of_photos.original(photo), settings.ARK_MAX_PIXELS)
    except BucketAway:
        raise
    except (UnreadablePhoto, OSError) as error:
        logger.warning("photo %s does not say when it was taken: %r", photo.id, error)
        return NOTHING
    return columns.of_file(properties.capture)


@transaction.atomic
def _store(
    owner_id: int, found: Mapping[UUID, Capture], then: Callable[[Collection[UUID]], None]
) -> None:
    """What a table has said of a photo when it came stays."""
    profiles.lock(owner_id)
    rows = Photo.objects.select_for_update(of=("self",)).order_by("id")
    photos = list(rows.filter(id__in=found, capture_due__isnull=False))
    for photo in photos:
        columns.of_photo(photo).or_else(found[photo.id]).put_into(photo)
        photo.capture_due = None
    places.drop_if_asked(photos)
    Photo.objects.bulk_update(photos, (*columns.COLUMNS, "capture_due"))
    then([photo.id for photo in photos])
