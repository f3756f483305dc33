"""The messenger finds what is to be told, and nobody waits for it."""

from __future__ import annotations

import threading
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from recognition.models import Delivery
from recognition.notifications import outbox, receivers
from recognition.workers.messenger import Messenger
from tests.support.listening import Heard, Listener

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("receivers_are_asked"),
]


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", "boss@example.org", "a long passphrase")


def test_a_slow_receiver_holds_up_no_other(boss: User, settings: Settings) -> None:
    settings.ARK_WEBHOOK_NETWORKS = [ip_network("127.0.0.1")]
    may_go_on, heard_by_quick = threading.Event(), threading.Event()
    slow, quick = Listener(), Listener()

    def wait(_heard: Heard) -> int:
        may_go_on.wait(10)
        return 200

    def note(_heard: Heard) -> int:
        heard_by_quick.set()
        return 200

    slow.answer, quick.answer = wait, note
    for listener in (slow, quick):
        receivers.add_webhook(listener.url, ["drift.found"], "", boss)
    outbox.record_event(outbox.Kind.DRIFT_FOUND, "drift", uploads=1)
    messenger = Messenger()
    try:
        assert messenger.look(timezone.now())
        assert heard_by_quick.wait(10)
        outbox.record_event(outbox.Kind.DRIFT_FOUND, "drift", uploads=2)  # nor the writer
        messenger.look(timezone.now())
        may_go_on.set()
        messenger.wait()
        messenger.look(timezone.now())  # the quick one may have been busy yet at the second look
    finally:
        may_go_on.set()
        messenger.wait()
        slow.close()
        quick.close()
    assert len(slow.heard) == 2
    assert not Delivery.objects.filter(finished=None).exists()


def test_where_nobody_is_told_it_looks_rarely() -> None:
    assert not Messenger().look(timezone.now())
