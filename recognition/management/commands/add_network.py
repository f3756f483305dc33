"""`manage.py add_network resnet50`: a network with its ImageNet weights, as a version."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recognition.cnn.networks.summaries import summaries
from recognition.versions import pretrained


class Command(BaseCommand):
    help = (
        "Add a network of the catalogue with its pretrained weights as a version, to be taught, "
        "fine-tuned or promoted in the admin. Weights that do not come with Ark are downloaded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = [name for name, network in summaries().items() if network.pretrained]
        parser.add_argument("network", choices=names)

    def handle(self, *args: Any, **options: Any) -> None:
        # Imports torch, which takes seconds: not for the help.
        from recognition.cnn.store.checkpoint import WeightsUnavailable

        try:
            version = pretrained.add(options["network"])
        except (WeightsUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"It is version {version.number} here.")
