"""The processes of a measurement: the broker and the workers, to be killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import redis

from benchmarks.queues.designs import Design
from benchmarks.queues.place import Place
from benchmarks.queues.wakeups import PHOTOS
from webapp import private_redis

ROOT = Path(__file__).resolve().parents[2]
PEER_BIN = ROOT / ".venv-peer" / "bin"
_UNACKED = "unacked"  # where Celery keeps what a worker has taken and not acknowledged


class Broker:
    """A Redis of its own that keeps nothing on the disk."""

    def __init__(self, place: Place) -> None:
        self._socket = str(place.socket)
        self._process: subprocess.Popen[bytes] | None = None
        self._client = redis.Redis(unix_socket_path=self._socket)

    def start(self) -> None:
        server = private_redis.program()
        options = [
            "--port",
            "0",
            "--unixsocket",
            self._socket,
            "--save",
            "",
            "--loglevel",
            "warning",
        ]
        self._process = subprocess.Popen([str(server), *options], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError):
            return bool(self._client.ping())
        return False

    def cpu_s(self) -> float:
        return _cpu_s(self._process.pid) if self._process is not None else 0.0

    def messages(self) -> int:
        """Those that wait, and those that a worker has not acknowledged."""
        return self._client.llen(PHOTOS) + self._client.hlen(_UNACKED)


class Workers:
    """Celery for one design, started again when it dies, and where the design needs it a clock."""

    def __init__(self, place: Place, design: Design) -> None:
        self._environment = {
            **os.environ,
            **place.environment(),
            "PATH": f"{PEER_BIN}:{os.environ['PATH']}",
        }
        self._log = place.folder / "workers.log"
        self._shells: list[subprocess.Popen[bytes]] = []
        self._design = design

    def start(self) -> None:
        design, quiet = self._design, ("--without-gossip", "--without-mingle")
        options = ("--queues", PHOTOS, "--concurrency", str(design.processes))
        self._keep_running("worker", *options, f"--prefetch-multiplier={design.prefetch}", *quiet)
        if design.is_swept:
            self._keep_running("beat", "--scheduler", "celery.beat:Scheduler")

    def kill(self) -> None:
        """End the worker with its children, as a power failure does."""
        for pid in _descendants(self._shells[0].pid):
            _kill(pid)

    def kill_predicting(self) -> None:
        """End one process that predicts, as the kernel does when memory runs out."""
        _kill(self.predicting()[0])

    def predicting(self) -> list[int]:
        shell = self._shells[0].pid
        return [pid for child in _children(shell) for pid in _children(child)]

    def memory_mb(self) -> float:
        """Of all processes; what they share counts once."""
        pids = [pid for shell in self._shells for pid in _descendants(shell.pid)]
        return sum(_pss_mb(pid) for pid in pids)

    def cpu_s(self) -> float:
        """What all processes that live have used of the processors."""
        return sum(_cpu_s(pid) for shell in self._shells for pid in _descendants(shell.pid))

    def end(self) -> None:
        for shell in self._shells:
            shell.kill()  # first, so that it starts nothing again
            for pid in _descendants(shell.pid):
                _kill(pid)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()

    def _keep_running(self, *command: str) -> None:
        celery = ["celery", "--quiet", "--app", "benchmarks.queues.workers", *command]
        with self._log.open("ab") as log:
            shell = subprocess.Popen(
                [str(ROOT / "bin" / "keep-running"), *celery],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._shells.append(shell)


@contextlib.contextmanager
def running(place: Place, design: Design) -> Iterator[tuple[Broker, Workers]]:
    if not PEER_BIN.exists():
        raise SystemExit("celery-batches is not installed: `make bench-queues` does that.")
    broker, workers = Broker(place), Workers(place, design)
    try:
        broker.start()
        workers.start()
        yield broker, workers
    finally:
        workers.end()
        broker.kill()


def prepare_network(place: Place) -> None:
    """Make the first version, as the first start of Ark does."""
    environment = {
        **os.environ,
        "ARK_HOME": str(place.folder / "home"),
        "ARK_MODELS_STORE": str(place.version.parent),
    }
    for command in (["-m", "webapp.home"], ["manage.py", "prepare"]):
        subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _children(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    return []


def _descendants(pid: int) -> list[int]:
    return [found for child in _children(pid) for found in (*_descendants(child), child)]


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return 0.0
