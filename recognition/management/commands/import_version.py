"""`manage.py import_version FILE.zip`: bring in a bundle of another Ark."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.store import bundle
from recognition.core.jobs import JobFailed
from recognition.versions import bundles


class Command(BaseCommand):
    help = "Verify a bundle and add it as a version; promote it in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        settings.ARK_IMPORTS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.ARK_IMPORTS) as place:
            folder = Path(place) / "files"
            try:
                bundle.unpack(options["file"], folder, bundles.max_bytes())
                version = bundles.add(folder)
            except (bundle.BadBundle, CorruptCheckpoint, JobFailed, OSError) as error:
                raise CommandError(str(error)) from error
        bundles.record_import(version, options["file"].name, None)
        self.stdout.write(f"It is version {version.number} here.")
