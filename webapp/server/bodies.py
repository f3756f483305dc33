"""The body of a request while it arrives: in memory as long as it is small, then in a file that has
no name, so that nothing can be left behind."""

from __future__ import annotations

import asyncio
import io
import tempfile
from concurrent.futures import Executor
from typing import IO

from django.conf import settings

from webapp.server import limits

_in_memory_bytes = 0  # of all requests of this process


class Body:
    def __init__(self, files: Executor) -> None:
        self.size = 0
        self._files = files
        self._pieces: list[bytes] = []
        self._kept_bytes = 0
        self._file: IO[bytes] | None = None

    async def add(self, piece: bytes) -> None:
        """Raises OSError if the disk is full."""
        global _in_memory_bytes
        self._pieces.append(piece)
        self.size += len(piece)
        self._kept_bytes += len(piece)
        _in_memory_bytes += len(piece)
        if (
            self._kept_bytes > limits.MAX_IN_MEMORY_BYTES
            or _in_memory_bytes > limits.MAX_IN_MEMORY_OF_ALL_BYTES
        ):
            await self._write()

    async def stream(self) -> IO[bytes]:
        """All of it, to be read."""
        if self._file is None:
            return io.BytesIO(self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces))
        await self._write()
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        self._forget()
        if self._file:
            self._file.close()

    async def _write(self) -> None:
        content = b"".join(self._pieces)
        self._forget()
        await asyncio.get_running_loop().run_in_executor(self._files, self._append, content)

    def _append(self, content: bytes) -> None:
        if self._file is None:
            settings.ARK_INCOMING.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(buffering=0, dir=settings.ARK_INCOMING)  # noqa: SIM115
        view = memoryview(content)
        while view:
            view = view[self._file.write(view) :]

    def _forget(self) -> None:
        global _in_memory_bytes
        _in_memory_bytes -= self._kept_bytes
        self._kept_bytes = 0
        self._pieces.clear()
