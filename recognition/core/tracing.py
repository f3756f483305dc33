"""Traces of photos, for OpenTelemetry: from the request that brings one to its stored answer.

Nothing is traced, and no library loaded, unless the environment names a collector
(OTEL_EXPORTER_OTLP_ENDPOINT). A photo's id is the id of its trace: both have 128 bits (W3C Trace
Context, section 3.2.2.3), so that web process, queue and predictor need to hand nothing on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.conf import settings

from recognition.core.process import worker_name

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext

_RANDOM = 1 << 62  # the bits at the end of a UUID of version 7 that are drawn
WEB, PREDICTOR = "web", "predictor"
ACCEPT, WAIT, PREDICT = "accept photo", "wait for a predictor", "predict"


@dataclass
class Request:
    """What is being served. photos: those that came with it so far."""

    started_ns: int
    photos: list[UUID] = field(default_factory=list)


class Taken(NamedTuple):
    """Photos that a predictor took together, and since when each had waited. at_ns: when it took
    them, since the epoch."""

    at_ns: int
    queued: Mapping[UUID, datetime]


_request: ContextVar[Request | None] = ContextVar("request", default=None)


@contextmanager
def serving() -> Iterator[None]:
    """Inside, a request is served."""
    if not settings.ARK_TRACES:
        yield
        return
    token = _request.set(Request(time.time_ns()))
    try:
        yield
    finally:
        _request.reset(token)


def trace_id() -> str:
    """Of the photo that the request brought, as logs name it; nothing if it brought none, or
    several."""
    request = _request.get()
    return request.photos[0].hex if request and len(request.photos) == 1 else ""


def accepted(photo_ids: Iterable[UUID]) -> None:
    """Photos are stored and wait: the first span of each."""
    if not settings.ARK_TRACES:
        return
    request = _request.get()
    ended_ns = time.time_ns()
    for photo_id in photo_ids:
        if request:
            request.photos.append(photo_id)
        if not _is_traced(photo_id):
            continue
        with _first_of(photo_id):
            tracer = _provider(WEB).get_tracer("ark")
            span = tracer.start_span(ACCEPT, start_time=request.started_ns if request else ended_ns)
        span.end(ended_ns)


def answered(taken: Taken, states: Mapping[UUID, str], version: int) -> None:
    """Photos are settled: how long each has waited, and what their answer took.

    states: "done" or "failed", of those that are. version: the number of the one that answered.
    """
    if not settings.ARK_TRACES:
        return
    ended_ns = time.time_ns()
    for photo_id, state in states.items():
        if _is_traced(photo_id):
            queued_ns = int(taken.queued[photo_id].timestamp() * 1e9)
            _span(photo_id, WAIT, min(queued_ns, taken.at_ns), taken.at_ns)
            said = {"ark.batch_size": len(states), "ark.version": version, "ark.state": state}
            _span(photo_id, PREDICT, taken.at_ns, ended_ns, said)


def _is_traced(photo_id: UUID) -> bool:
    """OTEL_TRACES_SAMPLER_ARG is the share of the photos that are: each process finds the same."""
    share = float(os.environ.get("OTEL_TRACES_SAMPLER_ARG") or 1)
    return photo_id.int % _RANDOM < share * _RANDOM


def _span(
    photo_id: UUID,
    name: str,
    started_ns: int,
    ended_ns: int,
    attributes: dict[str, Any] | None = None,
) -> None:
    from opentelemetry.trace import NonRecordingSpan, set_span_in_context

    parent = set_span_in_context(NonRecordingSpan(_context_of(photo_id)))
    tracer = _provider(PREDICTOR).get_tracer("ark")
    tracer.start_span(name, parent, attributes=attributes, start_time=started_ns).end(ended_ns)


def _context_of(photo_id: UUID) -> SpanContext:
    """Of its first span, whichever process made that."""
    from opentelemetry.trace import SpanContext, TraceFlags

    flags = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(photo_id.int, _first_span_id(photo_id), True, flags)


def _first_span_id(photo_id: UUID) -> int:
    """The lower half, which is random but for two bits."""
    return photo_id.int & 0xFFFF_FFFF_FFFF_FFFF


_making_first: ContextVar[UUID | None] = ContextVar("making_first", default=None)


@contextmanager
def _first_of(photo_id: UUID) -> Iterator[None]:
    token = _making_first.set(photo_id)
    try:
        yield
    finally:
        _making_first.reset(token)


@cache
def _provider(part: str) -> TracerProvider:
    """Sends what it gets from a thread of its own; should the collector be away, it is dropped."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    class Ids(RandomIdGenerator):
        """Those of a photo's first span are made of its id."""

        def generate_trace_id(self) -> int:
            photo_id = _making_first.get()
            return photo_id.int if photo_id else super().generate_trace_id()

        def generate_span_id(self) -> int:
            photo_id = _making_first.get()
            return _first_span_id(photo_id) if photo_id else super().generate_span_id()

    who = {"service.name": f"ark-{part}", "service.instance.id": worker_name()}
    provider = TracerProvider(ALWAYS_ON, Resource.create(who), id_generator=Ids())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
