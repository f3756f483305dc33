"""`manage.py remove_factors NAME`: let somebody in again who has lost a phone or a key."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognition.people.authentication import factors


class Command(BaseCommand):
    help = "Remove the second factors and passkeys of somebody who has lost them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"There is nobody called {options['name']}.")
        count = factors.remove_all(user, None)
        self.stdout.write(f"{count} removed; the password alone signs {user} in.")
