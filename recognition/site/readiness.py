"""Is this instance fit to serve: what /readyz looks at."""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from recognition.cnn.manifest import MANIFEST_NAME
from recognition.core import failures, heartbeats, redis_client, wakeups
from recognition.files import bucket, of_versions
from recognition.files.bucket import BucketAway
from recognition.models import ModelVersion
from recognition.storage import checking
from recognition.versions import finder, registry


class Unfit(Exception):
    """Says why, for the operator."""


def problems() -> dict[str, str | None]:
    """Each check, with None or what is wrong. Timeouts in the settings keep it short."""
    found: dict[str, str | None] = {}
    for name, check in _CHECKS.items():
        # What does not answer once is not waited for a second time.
        found[name] = found.get(_NEEDS.get(name, "")) or _problem(check)
    if settings.ARK_RABBITMQ:
        found["rabbitmq"] = _problem(wakeups.broker_answers)
    if bucket.is_used():
        found["bucket"] = _problem(_bucket_answers)
    return found


def shortcomings() -> dict[str, str | None]:
    """What an instance is fit to serve without, in the same form."""
    return {
        "finder": None if finder.installed() else f"{finder.ABSENT} {finder.HOW_TO_ADD}",
        "storage": _problem(_files_are_whole),
    }


def _problem(check: Callable[[], None]) -> str | None:
    try:
        check()
    except (Unfit, DatabaseError, redis.RedisError, OperationalError, BucketAway) as error:
        return str(error).strip() or type(error).__name__
    return None


def _database_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker_answers() -> None:
    redis_client.connection().ping()


def _bucket_answers() -> None:
    bucket.exists("answers")  # whether it does


def _version_is_live() -> None:
    try:
        version = registry.live_version()
    except ModelVersion.DoesNotExist:
        raise Unfit("No version of the network is live; run `manage.py prepare`.") from None
    if not (of_versions.folder(version) / MANIFEST_NAME).is_file():
        raise Unfit(f"The live version is not in {version.folder}.")


def _worker_is_heard() -> None:
    if not heartbeats.workers_heard():
        raise Unfit(f"No predictor was heard for {heartbeats.EXPIRES_S} s.")
    for text in heartbeats.complaints():
        raise Unfit(f"A predictor cannot load the live version, and goes on without: {text}")


def _tasks_succeed() -> None:
    for text in failures.lasting():
        raise Unfit(text)


def _files_are_whole() -> None:
    check = checking.last()
    found = check.result.get("found", {}) if check else {}
    bad = {
        kind: found[kind] for kind in ("missing", "damaged", "versions_damaged") if kind in found
    }
    if bad:
        raise Unfit(f"The last storage check found {bad}; the staff's page Storage tells more.")


_CHECKS = {
    "database": _database_answers,
    "broker": _broker_answers,
    "live_model": _version_is_live,
    "worker": _worker_is_heard,
    "tasks": _tasks_succeed,
}
_NEEDS = {"live_model": "database", "worker": "broker", "tasks": "broker"}
