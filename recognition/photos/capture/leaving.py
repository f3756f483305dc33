"""Originals on their way out of Ark, with the place or without.

What is stored stays as it came, byte for byte. On its way out the bytes that say where a photo was
taken are replaced (`cnn/pixels/exif/removing.py`), unless whoever takes it wants the place and may
know it. Of somebody who drops the place none leaves but to themselves.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import IO

from django.contrib.auth.models import User

from recognition.cnn.pixels.exif.removing import Patch
from recognition.cnn.pixels.pool import shared
from recognition.files import of_photos
from recognition.models import Photo
from recognition.photos.capture import places

PIECE_BYTES = 256 * 1024
_HEAD = struct.Struct(">QQ")


def may_take_place(user: User, photo: Photo) -> bool:
    """Whether this person may have the original as it came."""
    if user.pk == photo.owner_id:
        return True
    return places.may_see_all(user) and not places.are_dropped(photo.owner_id)


def with_place(user: User, photo: Photo, wanted: str | None) -> bool:
    """Whether the original is handed to this person as it came. wanted: "with", "without", or
    nothing in particular: then one's own comes with it, unless one drops the place."""
    if wanted == "without" or not may_take_place(user, photo):
        return False
    is_own = user.pk == photo.owner_id
    return wanted == "with" or (is_own and not places.are_dropped(photo.owner_id))


def original(photo: Photo) -> Iterator[bytes]:
    """The original without its place. Raises, before anything is read, what `patches` does."""
    found = patches(photo)
    return _read(photo, found)


def _read(photo: Photo, patches: Sequence[Patch]) -> Iterator[bytes]:
    with of_photos.original(photo).open("rb") as stream:
        yield from pieces(stream, patches)


def patches(photo: Photo) -> list[Patch]:
    """What takes the place out of its original. Raises UnreadablePhoto, Busy, and OSError."""
    [packed] = shared().run("place", of_photos.original(photo), photo.owner_id).parts
    found, at = [], 0
    while at < len(packed):
        place, length = _HEAD.unpack_from(packed, at)
        at += _HEAD.size
        found.append(Patch(place, packed[at : at + length]))
        at += length
    return found


def pieces(stream: IO[bytes], patches: Sequence[Patch] = ()) -> Iterator[bytes]:
    """The file from its beginning, patched, in pieces of any size."""
    at = 0
    for patch in patches:
        while at < patch.place and (piece := stream.read(min(PIECE_BYTES, patch.place - at))):
            at += len(piece)
            yield piece
        at += len(stream.read(len(patch.content)))
        yield patch.content
    while piece := stream.read(PIECE_BYTES):
        yield piece


def sha256(stream: IO[bytes], patches: Sequence[Patch]) -> str:
    """Of the patched file, which is to be read again from its beginning then."""
    digest = hashlib.sha256()
    for piece in pieces(stream, patches):
        digest.update(piece)
    stream.seek(0)
    return digest.hexdigest()
