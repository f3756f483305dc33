"""A bucket for a test, and how often it is waited for."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection

from recognition.files import bucket as files
from tests.support import s3


class Waits:
    """number: how often this thread has asked the bucket itself, and waited for the answer.
    requests: how many there were, also by the threads that ask for several things at once.

    A transaction never waits for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number = self.requests = 0
        self._thread = threading.current_thread()
        self._asked: Callable[..., AbstractContextManager[None]] = files._asked
        monkeypatch.setattr(files, "_asked", self._counted)

    @contextmanager
    def _counted(self, *key: str) -> Iterator[None]:
        self.requests += 1
        if threading.current_thread() is self._thread:
            self.number += 1
            blocks = connection.atomic_blocks
            assert not blocks or blocks[-1]._from_testcase, "a transaction waits for the bucket"
        with self._asked(*key):
            yield

    def during(self, work: Callable[[], object]) -> int:
        before = self.number
        work()
        return self.number - before


def named(url: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket, which the settings name; as boto3 has it."""
    bucket = s3.make_bucket(url, f"ark-{uuid.uuid4().hex}")
    for name, value in s3.settings_of(url, bucket.name).items():
        monkeypatch.setenv(name, value)
    from webapp.settings import bucket as configured

    settings.ARK_S3_BUCKET = bucket.name
    monkeypatch.setattr(configured, "ARK_S3_BUCKET", bucket.name)
    settings.STORAGES = {**settings.STORAGES, "default": configured.store(url)}
    return bucket
