"""How long the pages of the admin take over very many rows.

    DATABASE_URL=... python -m benchmarks.seed 1000000
    DATABASE_URL=... python -m benchmarks.pages [--rounds 40] [--only TEXT] [--record]

Pages are rendered in this process by Django's test client, as a superuser, one after the other and
all of them again each round, so that none has the database's memory to itself. A few photos are
labelled and taken back. `--record` writes the table to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse, HttpResponseBase  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.recording import as_table, record  # noqa: E402
from benchmarks.visits import visits  # noqa: E402
from recognition.models import Photo  # noqa: E402

BUDGET_MS = 300
WARM_ROUNDS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with redis():
        taken = measure(options.rounds, options.only)
    rows = [row(name, milliseconds) for name, milliseconds in taken.items()]
    table = as_table(("page", "p50", "p95", "most", ""), rows)
    print(table)
    if options.record:
        how = f"{Photo.objects.count():,} photos, {options.rounds} rounds"
        record(f"pages {connection.vendor}", how, table)


def measure(rounds: int, only: str) -> dict[str, list[float]]:
    """Milliseconds of each visit, by its name."""
    client = client_of_superuser()
    chosen = {name: visit for name, visit in visits().items() if only in name}
    chosen = {"for comparison, the same loop of Python": loop, **chosen}
    taken: dict[str, list[float]] = {name: [] for name in chosen}
    for number in range(WARM_ROUNDS + rounds):
        for name, visit in chosen.items():
            milliseconds = timed(name, visit, client)
            if number >= WARM_ROUNDS:
                taken[name].append(milliseconds)
    return taken


def timed(name: str, visit: Callable[[Client], HttpResponseBase], client: Client) -> float:
    started = time.perf_counter()
    response = visit(client)
    milliseconds = 1000 * (time.perf_counter() - started)
    if response.status_code not in (200, 302):
        raise SystemExit(f"{name}: {response.status_code}")
    return milliseconds


def loop(client: Client) -> HttpResponseBase:
    """About as long as a page: where its p95 is far from its p50, the machine was busy."""
    sum(number * number for number in range(1_000_000))
    return HttpResponse()


def client_of_superuser() -> Client:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    settings.ARK_REQUESTS_PER_MINUTE = 0
    user, _created = User.objects.get_or_create(username="benchmark", is_superuser=True)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def row(name: str, milliseconds: list[float]) -> tuple[str, ...]:
    p95 = statistics.quantiles(milliseconds, n=20)[-1]
    figures = [f"{ms:.0f} ms" for ms in (statistics.median(milliseconds), p95, max(milliseconds))]
    return name, *figures, "too slow" if p95 > BUDGET_MS else ""


@contextmanager
def redis() -> Iterator[None]:
    """The private one, because pages wake workers and ask who is heard."""
    if os.environ.get("REDIS_URL"):
        yield
        return
    command = [sys.executable, "-m", "webapp.private_redis"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        socket = Path(settings.REDIS_URL.removeprefix("unix://"))
        while not socket.exists():
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
