"""The hosts of the drills: they reach each other, until they are cut off or parted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cluster import hosts
from tests.cluster.hosts import Host, Network
from tests.support.instance import wait_until
from webapp.home import BASE_DIR

# Nobody listens at the port, but a host that is there says so.
_REACH = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], 9), timeout=1)
except ConnectionRefusedError:
    print("reached")
except OSError:
    print("lost")
"""
_KILLED = """
import os, signal
from tests.cluster.hosts import network
with network() as made:
    host = made.host("one")
    host.start("log", "sleep", "600")
    print(host.pid, *host.processes(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def network() -> Iterator[Network]:
    with hosts.network() as network:
        yield network


def reaches(one: Host, other: Host) -> bool:
    return one.run(sys.executable, "-c", _REACH, other.address).strip() == "reached"


def test_who_is_cut_off_reaches_nobody_until_it_is_plugged_in(network: Network) -> None:
    one, other = network.host("one"), network.host("other")
    assert reaches(one, other)
    with one.cut_off():
        assert not reaches(one, other)
        assert not reaches(other, one)
    wait_until(lambda: reaches(one, other))


def test_parted_hosts_reach_everybody_but_each_other(network: Network) -> None:
    one, other, third = (network.host(name) for name in ("one", "other", "third"))
    with one.parted_from(other):
        assert not reaches(one, other)
        assert not reaches(other, one)
        assert reaches(one, third)
        assert reaches(third, other)
    assert reaches(one, other)


def test_an_address_goes_from_host_to_host(network: Network) -> None:
    one, other, third = (network.host(name) for name in ("one", "other", "third"))
    one.give_up(one.address)
    assert not reaches(third, one)
    other.take(one.address)
    wait_until(lambda: reaches(third, one))


def test_a_host_sees_its_own_folder_alone(network: Network) -> None:
    one, other = network.host("one"), network.host("other")
    one.run("touch", one.own / "file")
    assert (one.folder / "file").exists()
    assert one.run("ls", one.own) == "file\n"
    assert other.run("ls", other.own) == ""
    assert other.run("ls", network.folder / "hosts") == ""


def test_nothing_runs_on_when_the_process_that_made_it_was_killed(network: Network) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED], cwd=BASE_DIR, capture_output=True, text=True
    )
    processes = [int(word) for word in killed.stdout.split()]
    assert len(processes) > 1, killed.stderr
    wait_until(lambda: not any(hosts.is_there(pid) for pid in processes))
    hosts.remove_left_folders()


def test_of_a_drill_that_fails_the_logs_are_shown(network: Network) -> None:
    network.host("one").start("talker.log", "echo", "what happened")
    wait_until(lambda: ("one: talker.log", "what happened\n") in hosts.last_words())
