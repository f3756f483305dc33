from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from recognition.models import Receiver
from recognition.notifications import deliveries, receivers, sending
from tests.support.listening import Listener


@pytest.fixture(autouse=True)
def _told(db: None, receivers_are_asked: None, settings: Settings) -> None:
    """Programs on this machine may be told."""
    settings.ARK_WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss", "boss@example.org", "a long passphrase")


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def send_all(clock: Clock) -> int:
    """As the messenger does when it looks; how many arrived."""
    while deliveries.spread(clock()):
        pass
    return sum(sending.send_due(receiver, clock) for receiver in deliveries.ready(clock()))


@pytest.fixture
def hook(listener: Listener, boss: User) -> Receiver:
    """Wants events of photos; its secret stands in `shown_secret`."""
    kinds = ["photo.predicted", "label.decided"]
    receiver, secret = receivers.add_webhook(listener.url, kinds, "https://ark.example", boss)
    receiver.shown_secret = secret  # type: ignore[attr-defined]
    return receiver
