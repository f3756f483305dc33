"""`python -m webapp.preflight`: refuse a start that cannot go well, in words that tell what to do.

Without it a port in use would show as a web process that is started again and again.
"""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from webapp import env, unsafe
from webapp.home import ARK_HOME, REDIS_SOCKET


def check() -> None:
    """Raises SystemExit with what is wrong."""
    try:
        import webapp.settings  # noqa: F401

        host, port = env.text("HOST", "127.0.0.1"), env.integer("PORT", 8000)
    except ImproperlyConfigured as error:
        raise SystemExit(f"Ark cannot start: {error}") from None
    unsafe.refuse(host)
    if answers(REDIS_SOCKET):
        raise SystemExit(f"Ark runs already with ARK_HOME={ARK_HOME}; stop it, or choose another.")
    problem = port_problem(host, port)
    if problem:
        raise SystemExit(f"Ark cannot serve on {host}, port {port}: {problem}")
    unsafe.warn_root()


def answers(path: Path) -> bool:
    """Whether somebody listens on this Unix socket; one that nobody listens on may lie around."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def port_problem(host: str, port: int) -> str:
    """Why the port cannot be had; empty if it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        try:
            server.bind((host, port))
        except OverflowError:
            return "ports go up to 65535."
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"another program uses it. Try `PORT={port + 1} make run`."
            return f"{error.strerror or error}."
    return ""


if __name__ == "__main__":
    check()
