"""How the bytes of an upload reach the disk: once, hashed on the way, in constant memory.

Django's own handlers keep small files in memory and large ones as open temporary files; with a
thousand photos in one request the first is too much memory and the second too many open files.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

MEGABYTE = 1024 * 1024
# In request.META. ASKS: the body is not here yet; may the client send so many bytes? DISK_IS_FULL:
# they could not be taken in. WELCOME: files are let onto the disk.
ASKS = "ark.asks"
DISK_IS_FULL = "ark.disk_is_full"
WELCOME = "ark.files_are_welcome"
MAY_SEND = 100  # the status that says yes
View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Marks a view, or a method of an API's view, as one that takes files from whom it lets in.

    To stand right above the function, below what decides who may call it. Without the mark a
    request is small, and its files are thrown away (webapp/body_limits.py).
    """

    @wraps(view)
    def taking(*args: Any, **kwargs: Any) -> Any:
        request: HttpRequest = next(each for each in args if hasattr(each, "META"))
        must_fit(request)
        if ASKS in request.META:
            return HttpResponse(status=MAY_SEND)
        request.META[WELCOME] = True
        return view(*args, **kwargs)

    taking.takes_files = True  # type: ignore[attr-defined]
    return cast(View, taking)


def size_of(request: HttpRequest) -> int:
    """How many bytes the client has sent, or wants to."""
    try:
        return int(request.META.get(ASKS) or request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def must_fit(request: HttpRequest) -> None:
    """Raises what a full disk raises while there is still room for everything else.

    What arrives lies there twice for a moment: as the request, and as its files.
    """
    free = shutil.disk_usage(_incoming()).free
    left = free - 2 * size_of(request)
    if request.META.get(DISK_IS_FULL) or left < settings.ARK_MIN_FREE_MB * MEGABYTE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(settings.ARK_INCOMING))


class SpooledUpload(UploadedFile):  # type: ignore[type-arg]  # Django's own takes none
    """A file that has arrived under settings.ARK_INCOMING; whoever keeps it moves it away."""

    name: str
    size: int

    def __init__(self, path: Path, name: str, size: int, sha256: str) -> None:
        super().__init__(file=None, name=name, size=size)
        self.path = path
        self.sha256 = sha256

    def close(self) -> None:
        """There is nothing open; Django calls this when the request ends."""

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


class SpoolUploadHandler(FileUploadHandler):
    """Writes each file of a multipart request into settings.ARK_INCOMING and hashes it meanwhile.

    A file over its limit is not kept whole, but with so many bytes that its size shows.
    """

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.paths: list[Path] = []

    def handle_raw_input(  # type: ignore[no-untyped-def]
        self,
        input_data,
        META,  # noqa: N803  as Django calls it
        content_length,
        boundary,
        encoding=None,
    ):
        if content_length > settings.ARK_MAX_BULK_MB * MEGABYTE:
            raise RequestDataTooBig

    def new_file(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().new_file(*args, **kwargs)
        if self.request is not None and not self.request.META.get(WELCOME):
            raise SkipFile
        is_archive = self.field_name == "archive"
        megabytes = settings.ARK_MAX_BULK_MB if is_archive else settings.ARK_MAX_UPLOAD_MB
        self.max_bytes = megabytes * MEGABYTE
        self.path = new_incoming_path()
        self.digest = hashlib.sha256()
        self.stream = self.path.open("wb")
        self.paths.append(self.path)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start > self.max_bytes:
            return
        self.stream.write(raw_data)
        self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> SpooledUpload:
        self.stream.close()
        return SpooledUpload(self.path, self.file_name or "", file_size, self.digest.hexdigest())

    def discard(self) -> None:
        """Delete what nobody moved away."""
        for path in self.paths:
            path.unlink(missing_ok=True)
        if self.paths:
            with suppress(OSError):  # on a full disk, closing a file fails as writing did
                self.stream.close()


def discard_leftovers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: whatever ends a request, none of its files stays in settings.ARK_INCOMING."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        finally:
            for handler in request.upload_handlers:
                if isinstance(handler, SpoolUploadHandler):
                    handler.discard()

    return middleware


def new_incoming_path() -> Path:
    """Of a file that is about to be written, in settings.ARK_INCOMING."""
    return _incoming() / uuid.uuid4().hex


def _incoming() -> Path:
    folder: Path = settings.ARK_INCOMING
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
    return folder
