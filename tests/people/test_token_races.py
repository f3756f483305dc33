"""A busy database holds up nobody who only comes with a token."""

from __future__ import annotations

import threading
import time

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from recognition.models import ApiToken
from recognition.people import tokens


@pytest.mark.django_db(transaction=True)
def test_noting_the_use_waits_for_nobody() -> None:
    user = User.objects.create_user("ursula")
    row, token = tokens.make(user, "script", ["read"], None, user)
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            ApiToken.objects.filter(id=row.id).update(name="being written")
            locked.set()
            done.wait(30)
        connection.close()

    writer = threading.Thread(target=hold)
    writer.start()
    locked.wait(30)
    started = time.monotonic()
    try:
        tokens.note_use(tokens.find(token), "192.0.2.7")
        took_s = time.monotonic() - started
    finally:
        done.set()
        writer.join()
    assert took_s < 5  # the database itself would wait for half a minute
    row.refresh_from_db()
    assert row.last_used is None
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA busy_timeout").fetchone() == (30_000,)
