"""Gunicorn's settings: it starts and watches the processes; what they are is in webapp/server."""

import os
import shutil
from pathlib import Path

from webapp import env, unsafe
from webapp.home import ARK_HOME

host = env.text("HOST", "127.0.0.1")
port = env.integer("PORT", 8000)
bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
workers = env.integer("ARK_WEB_PROCESSES", min(2, os.cpu_count() or 1), at_least=1)
threads = env.integer("ARK_WEB_THREADS", 24, at_least=1)
worker_class = "webapp.server.worker.Worker"
timeout = 120
graceful_timeout = 5
keepalive = 30
preload_app = True
umask = 0o077  # without it Gunicorn sets 0
loglevel = "warning"
logconfig_dict = {"loggers": {"gunicorn.error": {"level": "WARNING", "propagate": True}}}


def when_ready(server: object) -> None:
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1") else host  # noqa: S104
    print(f"\n  Ark is ready: http://{shown}:{port}/\n", flush=True)


def _collect_metrics_in(folder: Path) -> None:
    """Where webapp.metrics adds up the processes; numbers of an earlier run are not among them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


unsafe.refuse(host)
_collect_metrics_in(ARK_HOME / "metrics")
