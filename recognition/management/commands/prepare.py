"""`manage.py prepare`: bring an instance up to date before it is served. Safe to run again."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from recognition.cnn.finder.adding import add_finder
from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.unavailable import WeightsUnavailable
from recognition.files import of_versions
from recognition.people.authentication import passwords
from recognition.people.roles import ensure_groups
from recognition.versions import finder, pretrained

STALE_S = 24 * 60 * 60
FINDER_WITHIN_S = 60.0


class Command(BaseCommand):
    help = (
        "Prepare the database, static files, groups, the first network, the finder and an "
        "administrator."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare()
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}") from error
        except CorruptCheckpoint as error:
            raise CommandError(
                f"{error}\nDelete that folder: the first version is built anew, others come from "
                "a backup."
            ) from error
        except OSError as error:
            raise CommandError(f"A file cannot be written: {error}") from error

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0)
        call_command("clearsessions", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        ensure_groups()
        pretrained.ensure_first(self.stdout.write)
        self._finder()
        self._administrator()
        pretrained.offer_better(self.stdout.write)
        _refresh_statistics()
        _delete_stale_uploads()

    def _finder(self) -> None:
        """Ark works without, and does not wait for it for long."""
        of_versions.fetch_finder()
        if not finder.is_missing():
            return
        self.stdout.write(f"Fetching the finder {settings.ARK_FINDER} ...")
        try:
            add_finder(finder.folder(), settings.ARK_FINDER, timeout_s=FINDER_WITHIN_S)
            of_versions.share_finder()
        except (WeightsUnavailable, OSError) as error:
            self.stderr.write(
                f"Ark starts without a finder: {error} To add it: .venv/bin/python manage.py "
                "add_finder (offline: docs/operations.md, *The finder*)"
            )

    def _administrator(self) -> None:
        if User.objects.filter(is_superuser=True).exists():
            passwords.look_after_first_password()
            return
        password = secrets.token_urlsafe(12)
        passwords.make_first_administrator(password)
        self.stdout.write(
            f"\n  Administrator: admin\n  Password:      {password}\n"
            f"  (also in {passwords.FIRST_PASSWORD_FILE} until it is changed, which is the first "
            "thing to do)\n"
        )


def _refresh_statistics() -> None:
    """SQLite plans badly when it does not know how common values are; PostgreSQL learns alone."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 400")  # a sample: takes milliseconds
            cursor.execute("ANALYZE")


def _delete_stale_uploads() -> None:
    """Files of requests that broke off."""
    if settings.ARK_INCOMING.exists():
        for path in settings.ARK_INCOMING.iterdir():
            with suppress(FileNotFoundError):  # a request that goes on may have moved it away
                if path.stat().st_mtime < time.time() - STALE_S:
                    path.unlink()
