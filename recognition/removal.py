"""Delete photos, with all that was made of them."""

from __future__ import annotations

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
