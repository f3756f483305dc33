"""How logs look: JSON lines on stderr for programs, plain ones for who reads along."""

from __future__ import annotations

from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS

from webapp import env

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def configuration() -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "webapp.request_log.RequestIdFilter"}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": "%(levelname)s %(name)s %(message)s",
                "rename_fields": {"levelname": "level", "name": "logger"},
                "timestamp": "time",
                "json_ensure_ascii": False,
                "reserved_attrs": [*RESERVED_ATTRS, "request"],
            },
            "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request_id"],
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
