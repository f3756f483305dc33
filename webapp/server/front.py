"""The ASGI application: takes a request in, has Django answer it in a thread, sends the answer."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.conf import settings

from recognition.core import events
from recognition.photos.uploads import ASKS, DISK_IS_FULL, MAY_SEND
from webapp.client_address import client_of
from webapp.server import limits
from webapp.server.bodies import Body
from webapp.server.connection import EXTENSION, Connection
from webapp.server.django_threads import Answer, DjangoThreads, Environ, Handler, Stream
from webapp.server.environ import FileWrapper, environ_of
from webapp.server.waiting import CAN_WAIT, Wait

_FULL = (errno.ENOSPC, errno.EDQUOT)
_PIECE_BYTES = 256 * 1024
_ALIVE = Answer(200, [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")], b"ok\n")
_Send = Any
_Receive = Any


class Front:
    def __init__(self, handler: Handler, threads: int) -> None:
        self._django = DjangoThreads(handler, threads)
        # Reads and writes of files, which a busy disk holds up; never for long.
        self._files = ThreadPoolExecutor(2, "files")

    async def __call__(self, scope: dict[str, Any], receive: _Receive, send: _Send) -> None:
        if scope["path"] == "/healthz" and scope["method"] in ("GET", "HEAD"):
            return await _Reply(scope, send, self._files).whole(_ALIVE)
        environ = environ_of(scope)
        environ[CAN_WAIT] = True
        reply = _Reply(scope, send, self._files)
        client = client_of(environ)
        body = Body(self._files)
        try:
            refusal = await self._take_in(body, environ, client, receive)
            if refusal:
                return await reply.refuse(refusal)
            if reply.connection.is_gone:
                return None
            environ["wsgi.input"] = await body.stream()
            answer = await self._django.answer(environ, client)
            if answer.wait:
                await self._wait_out(answer, answer.wait, client, reply.connection)
            await reply.send(answer)
        finally:
            body.close()

    async def _take_in(
        self, body: Body, environ: Environ, client: str, receive: _Receive
    ) -> Answer | None:
        """The refusal, if there is one; then part of the body may be on its way still."""
        expected = int(environ.get("CONTENT_LENGTH") or 0)
        more = expected > 0 or "HTTP_TRANSFER_ENCODING" in environ
        allowed = limits.MAX_UNASKED_BYTES
        while True:
            size = max(expected, body.size)
            if size > allowed:
                if refusal := await self._ask(environ, client, size):
                    return refusal
                allowed = settings.ARK_MAX_BULK_MB * limits.MEGABYTE
            if not more:
                break
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            more = message["more_body"]
            try:
                await body.add(message["body"])
            except OSError as error:
                if error.errno not in _FULL:
                    raise
                environ[DISK_IS_FULL], allowed = True, 0
        environ["CONTENT_LENGTH"] = str(body.size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return None

    async def _ask(self, environ: Environ, client: str, size: int) -> Answer | None:
        """Django's refusal, if this client may not send so much to this address."""
        question = {**environ, ASKS: size, "CONTENT_LENGTH": "0", "wsgi.input": io.BytesIO()}
        question.pop("HTTP_TRANSFER_ENCODING", None)
        answer = await self._django.answer(question, client)
        return None if answer.status == MAY_SEND else answer

    async def _wait_out(
        self, answer: Answer, wait: Wait, client: str, connection: Connection
    ) -> None:
        loop, news = asyncio.get_running_loop(), connection.news
        ends_s = loop.time() + wait.timeout_s
        said: tuple[int, bytes] | None = None
        with events.when_settled(wait.photo_id, partial(_wake, loop, news)) as pause_s:
            while not (connection.is_gone or connection.is_stopping):
                news.clear()
                if said := await self._django.run(wait.finish_if_over, client):
                    break
                left_s = ends_s - loop.time()
                if left_s <= 0:
                    break
                await _first(news, min(left_s, pause_s()))
        if not connection.is_gone:
            if said is None:
                said = await self._django.run(wait.finish, client)
            answer.status, answer.body = said
            wait.note(answer.status)


class _Reply:
    """Sends one answer."""

    def __init__(self, scope: dict[str, Any], send: _Send, files: ThreadPoolExecutor) -> None:
        self.connection: Connection = scope[EXTENSION]
        self._sends_content = scope["method"] != "HEAD"
        self._send = send
        self._files = files

    async def send(self, answer: Answer) -> None:
        try:
            if answer.file:
                await self._start(answer)
                await self._send_file(answer.file)
            elif answer.stream:
                await self._start(answer)
                await self._send_stream(answer.stream)
            else:
                await self.whole(answer)
        finally:
            if answer.file:
                answer.file.close()
            if answer.stream:
                answer.stream.begin(None)

    async def whole(self, answer: Answer) -> None:
        _set_length(answer)
        await self._start(answer)
        await self._put(answer.body, is_last=True)

    async def refuse(self, answer: Answer) -> None:
        """Without having read all that the client sends; afterwards the connection ends."""
        _set_length(answer)
        answer.headers.append((b"connection", b"close"))
        await self._start(answer)
        await self._put(answer.body)
        self.connection.linger()
        await _gone(self.connection)

    async def _start(self, answer: Answer) -> None:
        await self._send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": answer.headers,
            }
        )

    async def _send_file(self, file: FileWrapper) -> None:
        loop = asyncio.get_running_loop()
        while self._sends_content and not self.connection.is_gone:
            piece = await loop.run_in_executor(self._files, file.file.read, _PIECE_BYTES)
            if not piece:
                break
            await self._put(piece)
        await self._put(b"", is_last=True)

    async def _send_stream(self, stream: Stream) -> None:
        stream.begin(self._put_while_there if self._sends_content else None)
        if await stream.is_complete or not self._sends_content:
            await self._put(b"", is_last=True)
        else:
            self.connection.transport.abort()

    async def _put_while_there(self, piece: bytes) -> None:
        await self._put(piece)
        if self.connection.is_gone:
            raise ConnectionError

    async def _put(self, piece: bytes, is_last: bool = False) -> None:
        self.connection.sent_bytes += len(piece)
        await self._send({"type": "http.response.body", "body": piece, "more_body": not is_last})


def _set_length(answer: Answer) -> None:
    has_one = any(name.lower() == b"content-length" for name, _value in answer.headers)
    if answer.wait or not has_one:
        answer.headers = [
            header for header in answer.headers if header[0].lower() != b"content-length"
        ]
        if answer.status not in (204, 304):
            answer.headers.append((b"content-length", b"%d" % len(answer.body)))


async def _gone(connection: Connection) -> None:
    """Wait until the client has closed its side, or for as long as it is listened to."""
    ends_s = connection.loop.time() + limits.LINGER_S
    while not connection.is_gone and (left_s := ends_s - connection.loop.time()) > 0:
        connection.news.clear()
        await _first(connection.news, left_s)
    if not connection.is_gone:
        connection.transport.abort()
        connection.news.clear()
        await _first(connection.news, limits.LINGER_S)


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(event.set)


async def _first(event: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        pass
