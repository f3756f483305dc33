"""How much room there is, and who takes it."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection


def free_bytes() -> int:
    """On the disk of the originals, for this user."""
    return shutil.disk_usage(_existing(settings.MEDIA_ROOT)).free


def total_bytes() -> int:
    return shutil.disk_usage(_existing(settings.MEDIA_ROOT)).total


def database_bytes() -> int:
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        files = (path, path.with_name(path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _existing(folder: Path) -> Path:
    """Itself, or what stands above it before the first upload."""
    while not folder.exists():
        folder = folder.parent
    return folder
