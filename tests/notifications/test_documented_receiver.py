"""The receiver in docs/webhooks.md works as it stands there."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.models import Delivery, OutgoingEvent, Receiver
from recognition.notifications import outbox, receivers
from tests.notifications.conftest import Clock, send_all
from webapp.home import BASE_DIR


@pytest.fixture
def program(tmp_path: Path) -> Path:
    text = (BASE_DIR / "docs" / "webhooks.md").read_text()
    [code] = re.findall(r"```python\n(.*?)```", text, re.S)
    path = tmp_path / "receiver.py"
    path.write_text(code)
    return path


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
        return number


@pytest.fixture
def running(program: Path, port: int, boss: User) -> Iterator[subprocess.Popen[str]]:
    url = f"http://127.0.0.1:{port}/"
    _receiver, secret = receivers.add_webhook(url, ["drift.found"], "", boss)
    process = subprocess.Popen(
        [sys.executable, str(program), str(port)],
        env={**os.environ, "ARK_SECRET": secret},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process
    process.terminate()
    process.wait()


def test_it_takes_what_is_signed_and_refuses_the_rest(
    running: subprocess.Popen[str], clock: Clock, boss: User
) -> None:
    clock.now = timezone.now()
    outbox.record_event(outbox.Kind.DRIFT_FOUND, "drift", uploads=1)
    while not send_all(clock):  # it is starting
        assert running.poll() is None
        Receiver.objects.update(paused_until=None)
        Delivery.objects.update(due=clock.now)
    assert running.stdout
    assert running.stdout.readline().split() == [
        f"msg_{Delivery.objects.get().id.hex}",
        "drift.found",
    ]
    receivers.renew_secret(Receiver.objects.get(), boss)
    outbox.record_event(outbox.Kind.DRIFT_FOUND, "drift", uploads=2)
    send_all(clock)
    refused = Delivery.objects.get(event=OutgoingEvent.objects.latest("id"))
    assert (refused.delivered, refused.status) == (False, 401)


def test_documented_events_are_those_that_there_are() -> None:
    text = (BASE_DIR / "docs" / "webhooks.md").read_text()
    documented = re.findall(r"^\| `([a-z.]+)` \|", text, re.M)
    assert {*documented, "test"} == {*OutgoingEvent.Kind}
