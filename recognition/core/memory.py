"""Freed memory goes back to the system.

glibc keeps what was freed for itself, so a process stays as large as its largest moment. Letting it
return every large block at once (MALLOC_TRIM_THRESHOLD_) costs a fifth of the speed in page faults;
asking now and then costs nothing that can be measured. A refused photo and the traceback of its
exception refer to each other, so garbage is collected first; that costs as much as there are
objects, so each process says which are there for good (`keep_what_is_loaded`).
"""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

PAUSE_S = 1.0
_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
_last_s = 0.0


def give_back() -> None:
    """Return free memory to the system, at most once a second."""
    global _last_s
    now_s = time.monotonic()
    if now_s - _last_s > PAUSE_S:
        _last_s = now_s
        gc.collect()
        _trim()


def keep_what_is_loaded() -> None:
    """What is there now stays: the garbage collector need not look at it again, nor unshare it by
    looking. What loading took besides goes back to the system."""
    gc.unfreeze()  # what has taken the place of something else may have left garbage
    gc.collect()
    gc.freeze()
    _trim()


def _trim() -> None:
    if _malloc_trim is not None:
        _malloc_trim(0)


def give_back_after_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: a request may have handled large uploads or drawn pictures."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        finally:
            give_back()

    return middleware
