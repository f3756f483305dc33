"""Whose request is being served, for what is written far from it: the audit log, other logs."""

from __future__ import annotations

from contextvars import ContextVar

# Set by webapp.client_address; None outside of requests.
address: ContextVar[str | None] = ContextVar("client_address", default=None)
