"""What bringing an instance up to date does with files."""

from __future__ import annotations

import os
import time

from recognition.management.commands.prepare import STALE_S, _delete_stale_uploads
from recognition.photos.uploads import new_incoming_path
from tests.support.files import incoming


def test_uploads_that_broke_off_long_ago_are_deleted() -> None:
    stale, fresh = new_incoming_path(), new_incoming_path()
    for path in (stale, fresh):
        path.write_bytes(b"half")
    long_ago_s = time.time() - 2 * STALE_S
    os.utime(stale, (long_ago_s, long_ago_s))
    _delete_stale_uploads()
    assert incoming() == [fresh.name]
    fresh.unlink()


def test_an_upload_that_is_moved_away_meanwhile_is_no_error() -> None:
    moved = new_incoming_path()
    moved.symlink_to("nowhere")  # is listed, and gone when one looks
    _delete_stale_uploads()
    moved.unlink()
