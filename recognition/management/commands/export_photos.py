"""`manage.py export_photos FILE.zip`: write what people labelled into a ZIP on this server."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recognition.core import audit
from recognition.exchange.exporting import Export, Selection
from recognition.files.moving import whole_file
from recognition.models import Kind, Label, Photo, Split


class Command(BaseCommand):
    help = (
        "Write the labelled photos, a folder for each label, and tables beside them into a ZIP. "
        "Exit status 1 if originals are missing or damaged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--label", action="append", default=[], help="a slug; may be repeated")
        parser.add_argument("--kind", choices=Kind.values, default="")
        parser.add_argument(
            "--format",
            choices=("folders", "yolo"),
            default="folders",
            help="a folder for each label, or as YOLO reads them",
        )
        parser.add_argument("--split", choices=Split.values, default="")
        parser.add_argument(
            "--with-place",
            action="store_true",
            help="tell where photos were taken, in the tables and in the files; otherwise it is "
            "taken out of both",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file, labels = options["file"], tuple(options["label"])
        unknown = set(labels) - set(Label.objects.values_list("slug", flat=True))
        if unknown:
            raise CommandError(f"There is no label {', '.join(sorted(unknown))}.")
        selection = Selection(
            labels, options["kind"], options["split"], place=options["with_place"]
        )
        part = file.with_name(file.name + ".part")
        export = Export(Photo.objects.all(), selection)
        try:
            with whole_file(file, part), part.open("wb") as stream:
                is_yolo = options["format"] == "yolo"
                stream.writelines(export.yolo() if is_yolo else export.archive())
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error}") from error
        told = {"form": options["format"], "file": str(file), "filters": selection.as_json()}
        audit.record(audit.Action.EXPORTED, None, "labelled photos", **told)
        self.stdout.write(f"Written to {file}.")
        if export.problems:
            self.stderr.write(
                f"{export.problems} originals are missing or damaged and not in it: errors.txt in "
                "the archive names them."
            )
            sys.exit(1)
