"""Delete photos, with all that was made of them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from recognition.models import Photo

RENDITION_SIDES = (320, 1280)


@transaction.atomic
def delete_photo(photo: Photo) -> None:
    """Rows first; the files once that is certain."""
    paths = [photo.original_path, *map(photo.rendition_path, RENDITION_SIDES)]
    photo.delete()

    def delete_files() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(delete_files)


def delete_photos_of(owner: User) -> None:
    """One by one, so that a break loses no file: what is left is deleted the next time."""
    for photo in Photo.objects.filter(owner=owner).iterator():
        delete_photo(photo)
