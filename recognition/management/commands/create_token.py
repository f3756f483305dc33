"""`manage.py create_token NAME`: an API token for a person, such as one that is a program."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recognition.people import tokens

MAX_DAYS = 36_500


class Command(BaseCommand):
    help = (
        "Make an API token for a person and print it, as the last word of the last line. It is "
        "shown only now: Ark keeps nothing that it could be read from."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what the token is called")
        parser.add_argument(
            "--scopes",
            type=_scopes,
            default=list(tokens.Scope),
            help=f"what it may be used for, such as read,upload; all: {','.join(tokens.Scope)}",
        )
        parser.add_argument(
            "--days", type=_days, help="how long it is valid; without, until it is revoked"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = person(options["username"])
        expires = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        row, token = tokens.make(user, options["name"][:80], options["scopes"], expires, by=None)
        self.stdout.write(f"API token of {user.get_username()} ({','.join(row.scopes)}): {token}")


def person(name: str) -> User:
    """Raises CommandError."""
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"There is nobody of the name {name!r}.")
    if not user.is_active:
        raise CommandError(f"{name!r} is deactivated: no token of theirs would be accepted.")
    return user


def _scopes(text: str) -> list[str]:
    chosen = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [scope for scope in chosen if scope not in tokens.Scope.values]
    if unknown or not chosen:
        raise ArgumentTypeError(f"choose among {', '.join(tokens.Scope)}")
    return chosen


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MAX_DAYS:
        raise ArgumentTypeError(f"a number of days, from 1 to {MAX_DAYS}")
    return int(text)
