"""The bucket that all machines share, where the settings name one: any S3 that speaks the protocol.

It is Django's default storage then; without one, everything lies on this machine's disk. Originals
and versions never change under their keys; what is put there under another one replaces it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.utils.http import content_disposition_header

from recognition.files.moving import whole_file

AT_ONCE = 8  # requests to the bucket of one process
LINK_LIVES_S = 60
Item = TypeVar("Item")
Result = TypeVar("Result")


class BucketAway(OSError):
    """The bucket did not answer, or refused. Nothing is wrong with what lies there."""


class Entry(NamedTuple):
    """modified_s: since the epoch."""

    key: str
    size_bytes: int
    modified_s: float


def is_used() -> bool:
    """Whether there is a bucket."""
    return bool(settings.ARK_S3_BUCKET)


def put(source: Path, key: str) -> None:
    """Copy a file there. Raises BucketAway, and OSError of the file."""
    with _asked(), source.open("rb") as stream:
        storages["default"].save(key, File(stream))


def put_empty(key: str) -> None:
    """A mark. Raises BucketAway."""
    with _asked():
        storages["default"].save(key, ContentFile(b""))


def fetch(key: str, target: Path) -> None:
    """Copy what lies there to a file, which appears whole. Raises FileNotFoundError, BucketAway."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    store: Any = storages["default"]  # whose `open` would ask twice
    with _asked(key), whole_file(target, draft), draft.open("wb") as stream:
        store.bucket.Object(key).download_fileobj(stream)


def remove(keys: Iterable[str]) -> None:
    """What is not there any more is removed already. Raises BucketAway."""
    with _asked():
        each(storages["default"].delete, keys)


def exists(key: str) -> bool:
    with _asked():
        return storages["default"].exists(key)


def sizes(keys: Iterable[str]) -> list[int | None]:
    """In bytes; None for what is not there. Raises BucketAway."""

    def size(key: str) -> int | None:
        try:
            return storages["default"].size(key)
        except FileNotFoundError:
            return None

    with _asked():
        return each(size, keys)


def entries(prefix: str) -> Iterator[Entry]:
    """What lies below, in the order of the keys. Raises BucketAway."""
    store: Any = storages["default"]
    with _asked():
        for found in store.bucket.objects.filter(Prefix=prefix):
            yield Entry(found.key, found.size, found.last_modified.timestamp())


def folders(prefix: str) -> set[str]:
    """The names of the folders right below, without going into them. Raises BucketAway."""
    store: Any = storages["default"]
    pages = store.bucket.meta.client.get_paginator("list_objects_v2")
    with _asked():
        found = pages.paginate(Bucket=store.bucket.name, Prefix=prefix, Delimiter="/")
        below = [each["Prefix"] for page in found for each in page.get("CommonPrefixes", ())]
    return {name.removeprefix(prefix).rstrip("/") for name in below}


def link(key: str, file_name: str) -> str | None:
    """An address from which a browser may download it for LINK_LIVES_S; None if browsers cannot
    reach the bucket (ARK_S3_PUBLIC_URL)."""
    if not settings.ARK_S3_PUBLIC_URL:
        return None
    store: Any = storages["links"]
    parameters = {
        "ResponseContentDisposition": content_disposition_header(True, file_name),
        "ResponseContentType": "application/octet-stream",
    }
    return str(store.url(key, parameters=parameters, expire=LINK_LIVES_S))


def each(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Of some at once, in their order."""
    asked = list(items)
    if len(asked) < 2:
        return [work(item) for item in asked]
    return list(_threads().map(work, asked))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "bucket")


@contextmanager
def _asked(key: str = "") -> Iterator[None]:
    """Inside, errors of the library become BucketAway, or FileNotFoundError if it is this key."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if key and error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            raise FileNotFoundError(key) from error
        raise BucketAway(f"the bucket: {error}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise BucketAway(f"the bucket: {error}") from error
