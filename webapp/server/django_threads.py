"""Django at work: its WSGI handler in a pool of threads, each with its own database connection.

(Django's own ASGI handler would open a thread, and so a connection, for each request.)
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from webapp.server import limits
from webapp.server.environ import FileWrapper
from webapp.server.waiting import Wait

Environ = dict[str, Any]
Handler = Callable[[Environ, Callable[..., None]], Any]
Put = Callable[[bytes], Coroutine[Any, Any, None]]
T = TypeVar("T")
logger = logging.getLogger(__name__)
_PIECE_BYTES = 64 * 1024


@dataclass
class Answer:
    """What Django said; a file or a stream is sent instead of the body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    file: FileWrapper | None = None
    stream: Stream | None = None
    wait: Wait | None = None


class Stream:
    """Pieces that are made while they are sent, by the thread that made the answer: cursors and
    translations are bound to it."""

    def __init__(self, response: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.is_complete: asyncio.Future[bool] = loop.create_future()
        self._response = response
        self._loop = loop
        self._put: Put | None = None
        self._may_begin = threading.Event()

    def begin(self, put: Put | None) -> None:
        """put: sends a piece, waits until the next one may come, and raises ConnectionError when
        there is nobody to send it to. None: nobody wants any."""
        self._put = put
        self._may_begin.set()

    def pump(self) -> bool:
        """Whether all of it was sent."""
        self._may_begin.wait()
        with contextlib.closing(self._response):
            if self._put is None:
                return False
            try:
                for piece in _joined(self._response):
                    asyncio.run_coroutine_threadsafe(self._put(piece), self._loop).result()
            except (ConnectionError, CancelledError):
                return False
            except Exception:
                logger.exception("An answer broke off")
                return False
        return True


class DjangoThreads:
    """At most `threads` requests at once, and three quarters of them for one client."""

    def __init__(self, handler: Handler, threads: int) -> None:
        self._handler = handler
        self._pool = ThreadPoolExecutor(threads + limits.MAX_STREAMS, "django")
        self._free = asyncio.Semaphore(threads)
        self._of_a_client = max(1, threads * 3 // 4)
        self._clients: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._loop = asyncio.get_running_loop()

    async def answer(self, environ: Environ, client: str) -> Answer:
        return await self.run(lambda: self._answer(environ), client)

    async def run(self, work: Callable[[], T], client: str) -> T:
        mine = self._clients.get(client)
        if mine is None:
            mine = self._clients[client] = asyncio.Semaphore(self._of_a_client)
        async with mine, self._free:
            done: asyncio.Future[T] = self._loop.create_future()
            self._pool.submit(self._work, work, done)
            return await done

    def _work(self, work: Callable[[], T], done: asyncio.Future[T]) -> None:
        try:
            result = work()
        except BaseException as error:
            self._tell(_fail, done, error)
            return
        self._tell(_succeed, done, result)
        if isinstance(result, Answer) and result.stream:
            self._tell(_succeed, result.stream.is_complete, result.stream.pump())

    def _tell(self, how: Callable[..., None], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(how, *arguments)

    def _answer(self, environ: Environ) -> Answer:
        started: list[Any] = []
        response = self._handler(environ, lambda *said: started.extend(said))
        status = int(started[0][:3])
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in started[1]
            if status not in (204, 304) or name.lower() != "content-length"
        ]
        answer = Answer(status, headers, wait=getattr(response, "wait", None))
        if isinstance(response, FileWrapper):
            answer.file = response
        elif getattr(response, "streaming", False):
            answer.stream = Stream(response, self._loop)
        else:
            answer.body = b"".join(response)
            response.close()
        return answer


def _succeed(done: asyncio.Future[T], result: T) -> None:
    if not done.cancelled():
        done.set_result(result)


def _fail(done: asyncio.Future[T], error: BaseException) -> None:
    if not done.cancelled():
        done.set_exception(error)


def _joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """In larger pieces: handing one over costs as much as sending it."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
