"""Hosts on one computer: each has a network, a name, processes and a folder of its own.

A host is a process in namespaces of its own (namespaces(7)). All that belongs to it ends with it,
and it ends with the process that made it, however that ends: there is nothing to clean up but the
folder. The hosts are plugged into a switch, which is a host with a bridge.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

_TOOLS = {
    "ip": "iproute2",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
}
ROOT = Path("/")
Environment = dict[str, str] | None
_FOLDER = "ark-cluster-"
_NOBODY = "02:00:00:00:00:01"  # no host has it: what is sent there is lost
_CYCLE_S = 0.3
_LAST_BYTES = 16_000
_numbers = count()  # of the networks of this process
# The host's own folder is seen as `own`, those of the others are not seen. Process 1 has to look
# after processes whose parent has ended.
_SET_UP = """
hostname {name}
mount --bind {folder}/hosts/{name} {folder}/own
mount -t tmpfs none {folder}/hosts
ip link set lo up
echo
while :; do sleep 3600 & wait $!; done
"""


def skip_without(packages: dict[str, str]) -> None:
    """packages: of Debian, by the program that is needed of them."""
    if os.getuid() != 0:
        pytest.skip("only root can make hosts with networks of their own")
    missing = sorted({package for tool, package in packages.items() if not shutil.which(tool)})
    if missing:
        pytest.skip(f"to install first: apt-get install {' '.join(missing)}")


class Host:
    """number: the last part of its address. folder: of all hosts."""

    def __init__(self, name: str, number: int, network: Network) -> None:
        self.name, self.network = name, network
        self.address = f"{network.prefix}.{number}"
        self.own = network.folder / "own"  # as it sees it
        self.folder = network.folder / "hosts" / name  # as the test sees it
        self.folder.mkdir()
        self.folder.chmod(0o755)  # servers run as users of their own
        self._process = _first_process(_SET_UP.format(name=name, folder=network.folder))
        self.pid = _children(self._process.pid)[0]
        self._parts: list[Part] = []

    def run(self, *words: str | Path, cwd: Path = ROOT, env: Environment = None) -> str:
        """What it prints."""
        command = self._inside(words, cwd)
        return subprocess.run(
            command, env=env, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def start(
        self, log: str, *words: str | Path, cwd: Path = ROOT, env: Environment = None
    ) -> Part:
        """log: the file's name."""
        command = self._inside(words, cwd)
        with (self.folder / log).open("ab") as stream:
            outside = subprocess.Popen(command, env=env, stdout=stream, stderr=stream)
        self._parts.append(Part(outside))
        return self._parts[-1]

    def _inside(self, words: Sequence[str | Path], cwd: Path) -> list[str]:
        spaces = ("--net", "--uts", "--mount", "--pid")
        enter = ("nsenter", "--target", str(self.pid), *spaces, "--", "env", "--chdir", str(cwd))
        return [*enter, *map(str, words)]

    def die(self) -> None:
        """With all its processes, at once."""
        self._process.kill()
        self._process.wait()
        for part in self._parts:
            part.let_go()

    def processes(self) -> list[int]:
        """But for the first one."""
        space = os.readlink(f"/proc/{self.pid}/ns/pid")
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # ended meanwhile
                if os.readlink(path / "ns" / "pid") == space:
                    found.append(int(path.name))
        return [pid for pid in found if pid != self.pid]

    def plug_in(self) -> None:
        self.network.switch.run("ip", "link", "set", "dev", self.name, "up")

    def pull_plug(self) -> None:
        """Nothing comes and goes any more, and nobody is told."""
        self.network.switch.run("ip", "link", "set", "dev", self.name, "down")

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Inside, nothing comes to it, nothing goes from it, and nobody is told."""
        self.pull_plug()
        try:
            yield
        finally:
            self.plug_in()

    @contextmanager
    def parted_from(self, other: Host) -> Iterator[None]:
        """Inside, what either sends to the other is lost."""
        ends = ((self, other), (other, self))
        for one, away in ends:
            one.run(*f"ip neigh replace {away.address} lladdr {_NOBODY} dev eth0".split())
        try:
            yield
        finally:
            for one, away in ends:
                one.run(*f"ip neigh del {away.address} dev eth0".split())

    def take(self, address: str) -> None:
        """As well as its own. The others are told by a gratuitous ARP, when the cable is plugged in
        (arp_notify)."""
        script = (
            "echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_notify && ip link set eth0 down && "
            f"ip addr add {address}/24 dev eth0 && ip link set eth0 up"
        )
        self.run("sh", "-c", script)

    def give_up(self, address: str) -> None:
        self.run("ip", "addr", "del", f"{address}/24", "dev", "eth0")


class Part:
    """A running program of a host."""

    def __init__(self, outside: subprocess.Popen[bytes]) -> None:
        self._outside = outside

    @property
    def has_ended(self) -> bool:
        return self._outside.poll() is not None

    def stop(self) -> None:
        """As a supervisor does; waits for the end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def let_go(self) -> None:
        """Its host is dead; nsenter, which stands still since a drill has stopped the program for a
        moment, does not notice."""
        self._outside.kill()
        self._outside.wait()

    def _end(self, number: signal.Signals) -> None:
        for pid in _children(self._outside.pid):
            os.kill(pid, number)
        self._outside.send_signal(signal.SIGCONT)
        self._outside.wait(timeout=60)


class Network:
    """A switch with an address for the test, and the hosts on it."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder, self.prefix = folder, prefix
        self.hosts: list[Host] = []
        (folder / "hosts").mkdir()
        (folder / "own").mkdir()
        self.switch = Host("switch", 1, self)

    def connect(self) -> None:
        """The switch, with this process' network."""
        self.switch.run("sh", "-c", "ip link add bridge type bridge && ip link set bridge up")
        here = f"ark{os.getpid()}-{next(_numbers)}"
        self._plug(here, "uplink", os.getpid())
        _run(f"ip addr add {self.switch.address}/24 dev {here}")
        _run(f"ip link set {here} up")
        self.switch.run("ip", "link", "set", "dev", "uplink", "up")

    def host(self, name: str) -> Host:
        """A new one, plugged in."""
        host = Host(name, 2 + len(self.hosts), self)
        self.hosts.append(host)
        self._plug("eth0", name, host.pid)
        host.run("ip", "addr", "add", f"{host.address}/24", "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        host.plug_in()
        return host

    def die(self) -> None:
        for host in (*self.hosts, self.switch):
            host.die()

    def _plug(self, end: str, port: str, pid: int) -> None:
        """end: the name of the cable's end in this process' network. port: the other's."""
        switch = self.switch
        _run(f"ip link add {end} netns {pid} type veth peer name {port} netns {switch.pid}")
        switch.run("ip", "link", "set", "dev", port, "master", "bridge")


def last_words() -> Iterator[tuple[str, str]]:
    """Of the programs on all hosts that this process has made: which log, and its end."""
    logs = f"{_FOLDER}{os.getpid()}-*/hosts/*/*.log"
    for log in sorted(Path(tempfile.gettempdir()).glob(logs)):
        end = log.read_bytes()[-_LAST_BYTES:].decode(errors="replace")
        yield f"{log.parent.name}: {log.name}", end


@contextmanager
def network() -> Iterator[Network]:
    """Skips the test where that is not possible."""
    skip_without(_TOOLS)
    used = subprocess.run(["ip", "route"], check=True, capture_output=True, text=True).stdout
    free = (f"10.{random.randrange(1, 255)}.{random.randrange(1, 255)}" for _ in range(1000))
    prefix = next(prefix for prefix in free if f"{prefix.rpartition('.')[0]}." not in used)
    remove_left_folders()
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))  # pytest's is root's alone
    folder.chmod(0o755)
    made = None
    try:
        made = Network(folder, prefix)
        made.connect()
        yield made
    finally:
        if made:
            made.die()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def slowed(processes: Sequence[int], runs: float) -> Iterator[None]:
    """Inside, they run for this share of the time, and stand still for the rest."""
    over = threading.Event()

    def signal_all(number: signal.Signals) -> None:
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop_and_go() -> None:
        while not over.is_set():
            signal_all(signal.SIGSTOP)
            over.wait(_CYCLE_S * (1 - runs) if runs else None)
            signal_all(signal.SIGCONT)
            over.wait(_CYCLE_S * runs)

    thread = threading.Thread(target=stop_and_go)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def is_there(pid: int) -> bool:
    """Whether the process has not ended; nobody may have asked yet how it did."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def remove_left_folders() -> None:
    """Of processes that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        if not is_there(int(path.name.split("-")[2])):
            shutil.rmtree(path, ignore_errors=True)


def _first_process(script: str) -> subprocess.Popen[bytes]:
    """Of a host, outside. It ends with this process, and all of the host with it."""
    spaces = ("--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child")
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", *spaces, "sh", "-ec", script]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    if process.stdout.readline() != b"\n":  # it is set up
        pytest.skip(f"namespaces are not allowed here: {process.stderr.read().decode()}")
    return process


def _children(pid: int) -> list[int]:
    children = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += [int(child) for child in thread.read_text().split()]
    return children


def _run(command: str) -> None:
    subprocess.run(command.split(), check=True)
