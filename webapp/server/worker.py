"""Gunicorn's worker process: uvicorn on uvloop, with our connections and our front."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import uvloop  # noqa: F401  loaded before Gunicorn forks, so that its processes share it
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker

from webapp.server.connection import Connection
from webapp.server.doorkeeper import doorkeeper
from webapp.server.front import Front

_CHECK_EVERY_S = 1.0


class Worker(UvicornWorker):
    CONFIG_KWARGS = {
        "loop": "uvloop",
        "http": Connection,
        "ws": "none",
        "lifespan": "off",
        "access_log": False,  # webapp.request_log writes them
        "server_header": False,
        "proxy_headers": False,  # webapp.client_address knows who is believed
        "timeout_graceful_shutdown": 4,  # Gunicorn kills a second later
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        uvicorn = logging.getLogger("uvicorn.error")
        uvicorn.handlers, uvicorn.propagate = [], True  # as all logs of Ark look
        # Strangers' malformed requests are answered, and nobody's business.
        uvicorn.setLevel(logging.ERROR)

    async def _serve(self) -> None:
        doorkeeper.use_all_descriptors()
        self.config.app = Front(self.wsgi, self.cfg.threads)
        server = Server(config=self.config)
        self._install_sigquit_handler()
        watching = asyncio.create_task(watch(server))
        try:
            await server.serve(sockets=self.sockets)
        finally:
            watching.cancel()


async def watch(server: Server) -> None:
    """Cut the slow ones: one look a second costs less than a timer for each request."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_CHECK_EVERY_S)
        for connection in list(server.server_state.connections):
            if isinstance(connection, Connection):
                connection.check(loop.time())
