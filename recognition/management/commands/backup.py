"""`manage.py backup PLACE`: everything of this instance, while it runs."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recognition.backup import taking, verifying
from recognition.backup.layout import BadBackup
from recognition.backup.places import opened
from recognition.core import audit


class Command(BaseCommand):
    help = (
        "Back up rows, originals and versions, and verify what was written. Into a folder, only "
        "what is new is copied, and each run adds a snapshot; a name that ends in .zip makes one "
        "file of everything. It holds personal data and password hashes: keep it safe."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("place", type=Path, help="a folder, or a new file *.zip")
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="also the secret key, so that links that were sent stay valid",
        )
        parser.add_argument(
            "--verify", action="store_true", help="only read a whole backup, and say if it is whole"
        )
        parser.add_argument("--snapshot", default="", help="to verify; without, the newest")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        try:
            if options["verify"]:
                self._verify(options["place"], options["snapshot"])
            else:
                self._take(options["place"], options["with_secrets"])
        except BlockingIOError:
            raise CommandError("Another backup is being written there.") from None
        except (BadBackup, OSError) as error:
            raise CommandError(str(error)) from error

    def _take(self, place: Path, with_secrets: bool) -> None:
        with tqdm(unit="B", unit_scale=True, disable=None) as bar:

            def show(done_bytes: int, total_bytes: int) -> None:
                bar.total = total_bytes
                bar.update(done_bytes - bar.n)

            taken = taking.take(place, with_secrets, show)
        problems = self._problems(place, taken.snapshot, set(taken.added))
        audit.record(audit.Action.BACKED_UP, None, place, snapshot=taken.snapshot)
        rows = sum(taken.manifest.tables.values())
        self.stdout.write(
            f"Snapshot {taken.snapshot}: {rows} rows, {taken.manifest.objects} originals, "
            f"{len(taken.manifest.versions)} versions; {len(taken.added)} files were new."
        )
        self._tell(taken.damaged + problems)

    def _verify(self, place: Path, snapshot: str) -> None:
        problems = self._problems(place, snapshot, None)
        if not problems:
            self.stdout.write("The backup is whole.")
        self._tell(problems)

    def _problems(self, place: Path, snapshot: str, only: set[str] | None) -> list[str]:
        with opened(place) as backup:
            name, manifest = verifying.read_manifest(backup, snapshot)
            read = verifying.problems(backup, name, manifest, only)
            return [text for text in tqdm(read, unit=" files", disable=None) if text]

    def _tell(self, problems: list[str]) -> None:
        for text in problems:
            self.stderr.write(text)
        if problems:
            sys.exit(1)
