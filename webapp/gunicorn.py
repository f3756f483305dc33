"""Gunicorn's settings. Threads, because most of a request is waiting: for bytes, for a result."""

import os

from webapp import env

host = env.text("HOST", "127.0.0.1")
port = env.integer("PORT", 8000)
bind = f"{host}:{port}"
workers = env.integer("ARK_WEB_PROCESSES", min(2, os.cpu_count() or 1), at_least=1)
threads = env.integer("ARK_WEB_THREADS", 24, at_least=1)
worker_class = "gthread"
timeout = 120
graceful_timeout = 5
keepalive = 30
preload_app = True
loglevel = "warning"


def when_ready(server: object) -> None:
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1") else host  # noqa: S104
    print(f"\n  Ark is ready: http://{shown}:{port}/\n", flush=True)
