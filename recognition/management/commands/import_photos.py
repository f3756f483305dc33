"""`manage.py import_photos DIR --owner NAME`: take in the photos of a folder on this server."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recognition.core import audit
from recognition.exchange.importing import FolderImport, NotUnderstood

INTERRUPTED = 130  # what shells say after Ctrl-C


class Command(BaseCommand):
    help = (
        "Import the photos below a folder of this server; their files stay as they are. Run again, "
        "it goes on where it was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--owner", required=True, help="the user whose photos they become")
        parser.add_argument(
            "--labelled",
            action="store_true",
            help="each photo's folder names its label: a slug, or a name in English or Chinese",
        )
        parser.add_argument(
            "--create-labels",
            action="store_true",
            help="add labels that are not there, as labels.csv describes them or with kind `other`",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        work = _prepared(**options)
        before = signal.signal(signal.SIGINT, lambda *_: self._stop(work))
        try:
            self._run(work)
        finally:
            signal.signal(signal.SIGINT, before)

    def _run(self, work: FolderImport) -> None:
        accepted = known = kept = left_out = 0
        refused = []
        with tqdm(total=work.count(), unit=" photos", disable=None) as bar:
            for outcome in work:
                bar.update()
                if outcome.refusal:
                    refused.append((outcome.name, outcome.refusal))
                known += outcome.is_duplicate
                kept += outcome.keeps_label
                left_out += outcome.is_left_out
                accepted += outcome.photo is not None and not outcome.is_duplicate
        if accepted:
            whose = f"photos of {work.owner.get_username()}"
            told = {"folder": str(work.folder), "photos": accepted}
            audit.record(audit.Action.IMPORTED, None, whose, **told)
        for name, refusal in refused:
            self.stderr.write(f"{name}: {refusal.code}: {refusal.detail}")
        self.stdout.write(
            f"{accepted} imported, {known} here already, {len(refused)} not accepted."
        )
        if kept:
            self.stdout.write(
                f"{kept} of those here already have another label, and keep it. "
                "Uploaded as a ZIP whose folders name the labels, they get the new one."
            )
        if left_out:
            self.stdout.write(f"{left_out} system {'file' if left_out == 1 else 'files'} left out.")
        if work.batch:
            self.stdout.write(f"They stand together at /batches/{work.batch.id}/")
        if work.is_stopping:
            self.stdout.write("Stopped. The same command goes on from here.")
            sys.exit(INTERRUPTED)
        if refused:
            sys.exit(1)

    def _stop(self, work: FolderImport) -> None:
        """A second Ctrl-C ends at once; even then no photo is half there."""
        self.stderr.write("\nStopping after the photos at hand ...")
        work.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _prepared(
    folder: Path, owner: str, labelled: bool, create_labels: bool, **others: Any
) -> FolderImport:
    if create_labels and not labelled:
        raise CommandError("--create-labels goes with --labelled.")
    user = User.objects.filter(username=owner).first()
    if user is None:
        raise CommandError(f"There is no user {owner!r}.")
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder.")
    try:
        return FolderImport(folder, user, labelled, create_labels)
    except NotUnderstood as error:
        raise CommandError(
            f"Nothing was imported, for the tables are not understood:\n{error}"
        ) from error
    except OSError as error:
        raise CommandError(f"The folder cannot be read: {error}") from error
