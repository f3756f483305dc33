"""How logs look: JSON lines on stderr for programs, plain ones for who reads along."""

from __future__ import annotations

import logging
import re
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from webapp import env

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


# What ends a line, moves a cursor or turns the direction of writing, in whatever program shows it.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class PlainFormatter(logging.Formatter):
    """What a client sent cannot begin a line: the message is one, and a traceback is set in."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        address = getattr(record, "address", None)
        return _escaped(super().formatMessage(record)) + (f" [{address}]" if address else "")

    def formatException(self, ei: Any) -> str:  # noqa: N802
        lines = super().formatException(ei).split("\n")
        return "\n".join(f"    {_escaped(line)}" for line in lines)


class JsonLines(JsonFormatter):
    """JSON leaves some control characters as they are."""

    def format(self, record: logging.LogRecord) -> str:
        return _escaped(super().format(record))


def configuration() -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": "webapp.request_log.RequestFilter"}},
        "formatters": {
            "json": {
                "()": "webapp.logs.JsonLines",
                "fmt": "%(levelname)s %(name)s %(message)s",
                "rename_fields": {"levelname": "level", "name": "logger"},
                "timestamp": "time",
                "json_ensure_ascii": False,
                "reserved_attrs": [*RESERVED_ATTRS, "request"],
            },
            "plain": {
                "()": "webapp.logs.PlainFormatter",
                "format": "%(levelname)s %(name)s: %(message)s",
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request"],
                "formatter": env.choice("ARK_LOG_FORMAT", "json", ("json", "plain")),
            }
        },
        "root": {
            "handlers": ["console"],
            "level": env.choice("ARK_LOG_LEVEL", "INFO", _LEVELS),
        },
        "loggers": {
            # Django's default gives them handlers of their own, for a DEBUG server and for mail.
            "django": {"handlers": [], "level": "INFO"},
            "celery": {"level": "WARNING"},
            # The access line tells of them; scanners send many.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
