"""`manage.py export_version NUMBER FILE.zip`: a version as a bundle, as ONNX or as OpenVINO."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.models import ModelVersion
from recognition.versions import bundles


class Command(BaseCommand):
    help = "Write a version of the network into a ZIP file, checked to answer as it does here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="form", choices=bundles.FORMS, default="bundle")

    def handle(self, *args: Any, **options: Any) -> None:
        from recognition.cnn.store.export import WrongAnswers

        try:
            version = ModelVersion.objects.get(number=options["number"])
            check = bundles.write(version, options["form"], options["file"])
        except ModelVersion.DoesNotExist:
            raise CommandError(f"There is no version {options['number']}.") from None
        except (CorruptCheckpoint, WrongAnswers, OSError) as error:
            raise CommandError(str(error)) from error
        bundles.record_export(version, options["form"], None, str(options["file"]))
        self.stdout.write(f"Written to {options['file']}, checked on {check.pictures} pictures.")
