"""Traces, as a collector receives them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.contrib.auth.models import User
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from recognition.core import tracing
from recognition.models import Photo
from recognition.photos import intake
from recognition.workers import predictor
from tests.conftest import api_of
from tests.support.files import arrived, encoded, picture, sent

pytestmark = pytest.mark.django_db(transaction=True)


class Collector(HTTPServer):
    """spans: by the name of their service and their own."""

    def __init__(self) -> None:
        self.spans: dict[tuple[str, str], list[Any]] = {}
        super().__init__(("127.0.0.1", 0), _Taking)

    def take(self, body: bytes) -> None:
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            said = {one.key: one.value.string_value for one in group.resource.attributes}
            for scope in group.scope_spans:
                for span in scope.spans:
                    self.spans.setdefault((said["service.name"], span.name), []).append(span)


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.take(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def collector(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    settings.ARK_TRACES = True
    tracing._provider.cache_clear()
    yield server
    server.shutdown()
    server.server_close()
    tracing._provider.cache_clear()


def flush() -> None:
    for part in (tracing.WEB, tracing.PREDICTOR):
        tracing._provider(part).force_flush()


@pytest.mark.usefixtures("live_version")
def test_a_photo_is_one_trace_from_its_request_to_its_answer(
    collector: Collector, uploader: User
) -> None:
    answer = api_of(uploader).post("/api/v1/photos/", {"image": sent(encoded(picture()))})
    predictor.predict_pending()
    flush()
    photo_id = answer.json()["id"].replace("-", "")
    [accepted] = collector.spans["ark-web", tracing.ACCEPT]
    [waited] = collector.spans["ark-predictor", tracing.WAIT]
    [predicted] = collector.spans["ark-predictor", tracing.PREDICT]
    assert {span.trace_id.hex() for span in (accepted, waited, predicted)} == {photo_id}
    assert {waited.parent_span_id, predicted.parent_span_id} == {accepted.span_id}
    assert accepted.start_time_unix_nano < accepted.end_time_unix_nano
    assert waited.end_time_unix_nano == predicted.start_time_unix_nano
    said = {one.key: one.value for one in predicted.attributes}
    assert said["ark.state"].string_value == "done"
    assert said["ark.version"].int_value == 1


@pytest.mark.usefixtures("version")
def test_of_a_share_a_photo_is_traced_whole_or_not_at_all(
    collector: Collector, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    files = [(arrived(encoded(picture(8 + number, 8))), None) for number in range(40)]
    photos = [outcome.photo for outcome in intake.accept(files, uploader)]
    taken = tracing.Taken(time.time_ns(), {photo.id: photo.created for photo in photos})
    tracing.answered(taken, {photo.id: "done" for photo in photos}, 1)
    flush()
    traced = [{span.trace_id for span in spans} for spans in collector.spans.values()]
    assert traced[0] == traced[1] == traced[2]
    assert 0 < len(traced[0]) < 40


@pytest.mark.usefixtures("version")
def test_without_a_collector_nothing_is_traced(uploader: User) -> None:
    list(intake.accept([(arrived(encoded(picture())), None)], uploader))
    assert Photo.objects.exists()
    assert tracing._provider.cache_info().currsize == 0


@pytest.mark.usefixtures("version")
def test_lines_of_the_log_name_the_trace(
    collector: Collector, uploader: User, caplog: pytest.LogCaptureFixture
) -> None:
    from webapp.request_log import RequestFilter

    caplog.handler.addFilter(RequestFilter())
    answer = api_of(uploader).post("/api/v1/photos/", {"image": sent(encoded(picture()))})
    [line] = [record for record in caplog.records if record.name == "webapp.access"]
    assert line.trace_id == answer.json()["id"].replace("-", "")
