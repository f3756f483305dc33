"""`manage.py restore PLACE`: a backup into this home."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recognition.backup import restoring
from recognition.backup.layout import BadBackup
from recognition.backup.places import opened
from recognition.core import audit


class Command(BaseCommand):
    help = (
        "Restore a backup into this home, whichever kind of database it has, and bring it up to "
        "date. Stop Ark before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("place", type=Path, help="the folder or file of a backup")
        parser.add_argument("--snapshot", default="", help="without, the newest")
        parser.add_argument(
            "--force", action="store_true", help="replace all rows that are in this home"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not options["force"]:
                restoring.refuse_unless_empty()
            with opened(options["place"]) as place:
                self._restore(restoring.Restoring(place, options["snapshot"]), options["place"])
        except restoring.NotEmpty:
            raise CommandError(
                "There are people or photos in this home. Restore into another ARK_HOME, or with "
                "--force, which replaces all rows."
            ) from None
        except (BadBackup, OSError) as error:
            raise CommandError(str(error)) from error

    def _restore(self, work: restoring.Restoring, place: Path) -> None:
        total = work.manifest.objects + sum(work.manifest.tables.values())
        with tqdm(total=total, unit=" files and rows", disable=None) as bar:
            work.run(lambda _what, number: bar.update(number))
        audit.record(audit.Action.RESTORED, None, place, snapshot=work.snapshot)
        self.stdout.write(f"Snapshot {work.snapshot} is restored. `make run` starts Ark.")
        for text in work.damaged:
            self.stderr.write(text)
        if work.damaged:
            sys.exit(1)
