"""The Redis of our own does what Ark and Celery need of it, and refuses what nobody here needs."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

import pytest
import redis

from recognition.core import redis_client
from recognition.tasks import sweep
from webapp.celery import app
from webapp.home import ARK_HOME

LEAST = (9, 1, 2)
Connection = redis.Redis

REFUSED: dict[str, Callable[[Connection], object]] = {
    "function": lambda connection: connection.execute_command("FUNCTION", "LIST"),
    "fcall": lambda connection: connection.execute_command("FCALL", "x", 0),
    "config": lambda connection: connection.config_set("dir", "/tmp"),
    "debug": lambda connection: connection.execute_command("DEBUG", "JMAP"),
    "module": lambda connection: connection.execute_command("MODULE", "LOAD", "/tmp/x.so"),
    "replica": lambda connection: connection.execute_command("REPLICAOF", "127.0.0.1", "6379"),
    "slave": lambda connection: connection.slaveof("127.0.0.1", 6379),
    "acl": lambda connection: connection.execute_command("ACL", "SETUSER", "default", "+@all"),
    "save": lambda connection: connection.save(),
    "shutdown": lambda connection: connection.execute_command("SHUTDOWN"),
    "monitor": lambda connection: connection.execute_command("MONITOR"),
    "restore": lambda connection: connection.restore("x", 0, b"x"),
}


@pytest.mark.parametrize("command", REFUSED.values(), ids=REFUSED)
def test_functions_and_what_changes_the_server_are_refused(
    command: Callable[[Connection], object],
) -> None:
    with pytest.raises(redis.ResponseError, match=r"permission|not allowed"):
        command(redis_client.connection())


def test_the_server_has_the_fixes() -> None:
    said = redis_client.connection().info("server")
    assert tuple(map(int, said["valkey_version"].split("."))) >= LEAST


def test_nobody_else_reads_its_settings_or_reaches_it() -> None:
    assert stat.S_IMODE(os.stat(ARK_HOME / "redis.conf").st_mode) == 0o600
    assert stat.S_IMODE(os.stat(ARK_HOME / "redis.sock").st_mode) == 0o700


def test_what_celery_sends_is_received_and_acknowledged() -> None:
    """Many times, so that whatever the transport does now and then is among it."""
    with app.connection_for_read() as connection, connection.SimpleQueue("predict") as queue:
        for _message in range(25):
            sweep.apply_async(queue="predict")
            queue.get(timeout=5).ack()
            connection.transport.cycle.maybe_restore_messages()
    assert redis_client.connection().llen("predict") == 0
