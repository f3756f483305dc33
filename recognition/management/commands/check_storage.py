"""`manage.py check_storage`: compare rows and files, now and in this process."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from recognition.core import jobs
from recognition.models import Job
from recognition.storage.checking import Check

_TEXTS = {
    "missing": "originals are missing: restore them from a backup",
    "damaged": "originals are damaged: restore them from a backup",
    "versions_damaged": "versions are damaged or missing: restore their folders from a backup",
    "versions_unknown": "folders in models_store belong to no version",
    "orphaned": "files belong to no photo",
    "renditions": "small pictures belong to no photo",
    "explanations": "explanations belong to no photo",
    "incoming": "uploads broke off",
    "exports": "exports or imports are left over",
    "training": "files of training are left over",
}


class Command(BaseCommand):
    help = (
        "Compare rows and files: what is missing, damaged or left over. Exit status 1 if anything "
        "is. The staff's page Storage shows the result, too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="remove what is left over and older than a day",
        )
        parser.add_argument(
            "--all-digests",
            action="store_true",
            help="read every original and compare its sha256, not only some",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        parameters = {
            "digests": "all" if options["all_digests"] else "some",
            "repair": options["repair"],
        }
        started = timezone.now()
        check = Check(parameters)
        with tqdm(total=100, unit=" %", disable=None, bar_format="{l_bar}{bar}| {elapsed}") as bar:
            for share in check.steps():
                bar.update(round(100 * share, 1) - bar.n)
        jobs.note_done(Job.Kind.STORAGE_CHECK, started, parameters, check.document)
        self._tell(check)

    def _tell(self, check: Check) -> None:
        document = check.document
        seen = document["seen"]
        self.stdout.write(
            f"{seen.get('photos', 0)} photos and {seen.get('versions', 0)} versions compared with "
            f"their files, {seen.get('digests', 0)} originals read."
        )
        for kind, number in document["removed"].items():
            self.stdout.write(f"Removed: {number} ({kind})")
        for kind, number in document["found"].items():
            self.stdout.write(f"{number} {_TEXTS[kind]}")
            for name, *why in document["named"][kind]:
                self.stdout.write("  " + " ".join([name, *why]))
        if not check.findings.is_clean:
            sys.exit(1)
