"""`manage.py drf_create_token NAME`: what `create_token` was called before."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from recognition.management.commands.create_token import person
from recognition.people import tokens


class Command(BaseCommand):
    help = "Use create_token instead, which can also name, narrow and date a token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "-r", "--reset", action="store_true", help="revoke the person's other tokens"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write("Note: this is manage.py create_token now; each call makes a new token.")
        if options["reset"]:
            tokens.revoke_all(person(options["username"]), by=None)
        call_command("create_token", options["username"], stdout=self.stdout)
