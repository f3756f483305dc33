"""Ark on several hosts: web A and B behind haproxy, predictors A and B, and what they need."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests.cluster import hosts, services
from tests.cluster.hosts import Host, Network, Part
from tests.support import s3
from tests.support.instance import Api, procfile, wait_until
from webapp.home import BASE_DIR

UPLOADERS = 12
# In one process, since each takes seconds to start.
_PREPARE = f"""
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from recognition.people import tokens
call_command("prepare")
for number in range({UPLOADERS}):
    user = User.objects.create_user(f"uploader-{{number}}", password=None)
    user.groups.add(Group.objects.get(name="Uploader"))
    print(user.username, tokens.make(user, "test", tokens.Scope, None, None)[1])
"""


class Machine:
    """Ark's processes on a host; each machine knows nothing but its settings."""

    def __init__(self, host: Host, **settings: str) -> None:
        self.host = host
        self._settings = {
            "HOST": host.address,
            "PORT": str(services.PORT),
            "ARK_HOME": str(host.own / "home"),
            "ARK_MODELS_STORE": str(host.own / "models_store"),
            **settings,
        }
        self._parts: dict[str, Part] = {}
        (host.folder / "home").mkdir(mode=0o700)

    def start(self, part: str, code: Path = BASE_DIR) -> None:
        """As the Procfile says. code: the checkout."""
        words = procfile(code)[part]
        self._parts[part] = self.host.start(
            f"{part}.log", *words, cwd=code, env=self._environment()
        )

    def stop(self, part: str) -> None:
        self._parts.pop(part).stop()

    def manage(self, *arguments: str, code: Path = BASE_DIR, **settings: str) -> str:
        command = (sys.executable, "manage.py", *arguments)
        return self.host.run(*command, cwd=code, env={**self._environment(), **settings})

    def start_managing(self, log: str, *arguments: str, **settings: str) -> Part:
        command = (sys.executable, "manage.py", *arguments)
        env = {**self._environment(), **settings}
        return self.host.start(log, *command, cwd=BASE_DIR, env=env)

    def _environment(self) -> dict[str, str]:
        """Nothing of the tests' own settings, and no proxies."""
        kept = {
            name: os.environ[name] for name in ("LANG", "OMP_NUM_THREADS") if name in os.environ
        }
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {**kept, "HOME": str(self.host.own), "PATH": path, **self._settings}


class Cluster:
    """pooled_url: of PostgreSQL behind the pooler, for workers; web_url: for web processes;
    direct_url: without the pooler."""

    def __init__(self, network: Network, **more: str) -> None:
        self.front, self.database = network.host("front"), network.host("database")
        self.broker, self.bucket = network.host("broker"), network.host("bucket")
        self._spare = network.host("broker-2")
        self._broker_address = f"{network.prefix}.100"  # of whichever is the broker
        self.broker.take(self._broker_address)
        self._network = network
        self.direct_url = services.postgresql(self.database)
        self.pooled_url, self.web_url = services.pgbouncer(self.database)
        self.redis = services.redis(self.broker)
        bucket_url = services.bucket(self.bucket)
        name = f"ark-{uuid.uuid4().hex}"
        self.objects = s3.make_bucket(bucket_url, name)
        self._settings = {
            "DATABASE_URL": self.pooled_url,
            "ARK_DATABASE_POOLED": "true",
            "REDIS_URL": f"redis://{self._broker_address}/0",
            "SECRET_KEY": "of all machines " + "x" * 50,
            "ARK_ALLOWED_HOSTS": self.front.address,
            "ARK_FINDER": "none",
            "ARK_HTTPS": "false",
            "ARK_INSECURE": "true",  # the switch is all there is of a network
            "ARK_LEASE_S": "5",
            "ARK_LOG_FORMAT": "plain",
            "ARK_SWEEP_S": "1",
            "ARK_TRUSTED_PROXIES": self.front.address,
            "ARK_WEB_PROCESSES": "1",
            **s3.settings_of(bucket_url, name),
            **more,
        }
        self.web_a, self.web_b = (
            self.machine(name, DATABASE_URL=self.web_url) for name in ("web-a", "web-b")
        )
        self.predictor_a = self.machine("predictor-a")
        self.predictor_b = self.machine("predictor-b")
        self.url = services.haproxy(self.front, [self.web_a.host, self.web_b.host])

    def machine(self, name: str, **settings: str) -> Machine:
        return Machine(self._network.host(name), **{**self._settings, **settings})

    def prepare(self, models_store: Path | None, code: Path = BASE_DIR) -> None:
        """models_store: with the first network; it takes long to build."""
        if models_store:
            shutil.copytree(models_store, self.web_a.host.folder / "models_store")
        said = self._manage_directly("shell", "-c", _PREPARE, code=code)
        words = [line.split() for line in said.splitlines() if line.startswith("uploader-")]
        self._uploaders = iter(words)

    @property
    def predictors(self) -> tuple[Machine, Machine]:
        return self.predictor_a, self.predictor_b

    def migrate(self) -> None:
        """To the code of this checkout, whatever runs."""
        self._manage_directly("prepare")

    def _manage_directly(self, *arguments: str, code: Path = BASE_DIR) -> str:
        """Without the pooler, as is right for what changes tables (docs/scaling.md)."""
        return self.web_a.manage(*arguments, code=code, DATABASE_URL=self.direct_url)

    def start(self, code: Path = BASE_DIR, predictors: int = 2) -> None:
        """Web and predictors, and wait until they answer."""
        for machine in (self.web_a, self.web_b):
            machine.start("web", code)
        for machine in self.predictors[:predictors]:
            machine.start("predictor", code)
        for machine in (self.web_a, self.web_b):
            self.wait_for_web(machine)
        for machine in self.predictors[:predictors]:
            self.wait_for_predictor(machine)

    def wait_for_web(self, machine: Machine) -> None:
        """Until the proxy knows that it answers."""
        wait_until(lambda: services.gets_requests(machine.host, self.front))

    def wait_for_predictor(self, machine: Machine) -> None:
        """Until it is heard anew: then it has looked for work since."""
        broker = redis.Redis(host=self._broker_address)

        def heard() -> list[bytes]:
            names = broker.zrange("ark:heartbeats:predictor", 0, -1)
            return [name for name in names if name.startswith(f"{machine.host.name}:".encode())]

        for name in heard():
            broker.zrem("ark:heartbeats:predictor", name)
        wait_until(heard)

    def move_broker(self) -> None:
        """Its host falls silent, and another one takes over its address, with an empty Redis."""
        self.broker.pull_plug()
        self.redis.kill()
        self.broker.give_up(self._broker_address)
        self.broker, self._spare = self._spare, self.broker
        self.redis = services.redis(self.broker)
        self.broker.take(self._broker_address)
        self._spare.plug_in()

    def upgrade(self, machine: Machine, part: str) -> None:
        """To the code of this checkout, as one takes machines in turn."""
        if part == "web":
            services.send_nothing_to(machine.host, self.front)
        machine.stop(part)
        machine.start(part)
        if part == "web":
            # Before, the proxy may not know yet that it was away.
            wait_until(lambda: services.answers(machine.host))
            services.send_to(machine.host, self.front)
            self.wait_for_web(machine)
        else:
            self.wait_for_predictor(machine)

    def new_uploader(self) -> tuple[str, Api]:
        """Who has no photos yet, and uploads through the proxy."""
        name, token = next(self._uploaders)
        api = Api(self.url, token)
        api.session.trust_env = False
        return name, api

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.direct_url) as connection:
            return connection.execute(sql, values).fetchall()


@contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """Of machines on which nothing of Ark runs yet. Skips the test where that is not possible."""
    hosts.skip_without(services.PACKAGES)
    if not s3.is_installed():
        pytest.skip("no S3 server to start here: pip install -r requirements-dev.lock")
    with hosts.network() as network:
        yield Cluster(network, **settings)
