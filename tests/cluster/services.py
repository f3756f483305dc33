"""What Ark's machines need beside them: each function starts a server on a host."""

from __future__ import annotations

import contextlib
import csv
import http.client
import os
import shutil
import socket
import sys
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

import psycopg

from tests.cluster.hosts import Host, Part
from tests.support.instance import wait_until
from webapp import private_redis
from webapp.home import BASE_DIR

PACKAGES = {"haproxy": "haproxy", "pgbouncer": "pgbouncer", "pg_ctlcluster": "postgresql"}
POOLER_PORT, PORT, _ADMIN_PORT = 6432, 8000, 8001
_AS_POSTGRES = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
# As docs/scaling.md recommends it. A transaction with which nobody goes on was that of a host that
# is gone: without the limits the rows that it has locked would stay so.
_PGBOUNCER = """
[databases]
ark = host=127.0.0.1 dbname=postgres user=ark
ark_web = host=127.0.0.1 dbname=postgres user=ark connect_query='SET statement_timeout = 30000'
[pgbouncer]
listen_addr = {address}
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 200
default_pool_size = 20
idle_transaction_timeout = 10
tcp_user_timeout = 20000
tcp_keepidle = 5
tcp_keepintvl = 1
tcp_keepcnt = 5
"""
# What does not reach a machine is tried at the other one: it was not sent yet. Whether one that was
# asked is still there, TCP finds out: sessions that are shut down when a check fails
# (`on-marked-down`) would be those as well that have yet to be tried elsewhere.
_HAPROXY = """
global
    stats socket ipv4@{address}:{admin_port} level admin
defaults
    mode http
    timeout connect 1s
    timeout client 120s
    timeout server 120s
    timeout check 3s
    option http-server-close
    option redispatch 1
    option srvtcpka
    srvtcpka-idle 5s
    srvtcpka-intvl 1s
    srvtcpka-cnt 3
    option forwardfor
    retries 4
    retry-on conn-failure
    http-reuse never
frontend front
    bind {address}:{port}
    default_backend web
backend web
    option httpchk
    http-check send meth GET uri /healthz hdr Host localhost
    default-server check inter 500ms rise 1 fall 2 tcp-ut 5s
{servers}
"""


def postgresql(host: Host) -> str:
    """Its address. It does not wait for the disk: what is tried here is not that."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    (host.folder / "database").mkdir()
    shutil.chown(host.folder / "database", "postgres", "postgres")
    data = host.own / "database" / "data"
    host.run(
        *_AS_POSTGRES, programs / "initdb", "--auth=trust", "--username=ark", "--no-sync",
        f"--pgdata={data}"
    )  # fmt: skip
    with (host.folder / "database" / "data" / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {host.network.prefix}.0/24 trust\n")
    quick = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "unix_socket_directories=")
    host.start(
        "postgresql.log", *_AS_POSTGRES, programs / "postgres", "-D", data, *quick,
        "-c", "listen_addresses=*"
    )  # fmt: skip
    url = f"postgres://ark@{host.address}/postgres"
    wait_until(lambda: _takes_connections(url))
    return url


def pgbouncer(host: Host) -> tuple[str, str]:
    """Its addresses in front of the PostgreSQL of the same host: for workers, for web processes."""
    settings = _PGBOUNCER.format(address=host.address, port=POOLER_PORT)
    (host.folder / "pgbouncer.ini").write_text(settings)
    (host.folder / "pgbouncer.ini").chmod(0o644)
    program = shutil.which("pgbouncer")
    host.start("pgbouncer.log", *_AS_POSTGRES, program, host.own / "pgbouncer.ini")
    url = f"postgres://ark@{host.address}:{POOLER_PORT}/ark"
    wait_until(lambda: _takes_connections(url))
    return url, f"{url}_web"


def redis(host: Host) -> Part:
    """At the port that is usual, and whatever address the host has."""
    options = ("--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir", host.own)
    return host.start("redis.log", private_redis.program(), *options)


def bucket(host: Host) -> str:
    """The address of an S3 server."""
    program = (sys.executable, "-m", "tests.cluster.bucket", host.own / "s3", host.address)
    host.start("s3.log", *program, cwd=BASE_DIR, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    log = host.folder / "s3.log"
    wait_until(lambda: log.read_text().startswith("http"))
    return log.read_text().split()[0]


def haproxy(host: Host, webs: Sequence[Host]) -> str:
    """Its address, in front of these machines."""
    servers = "\n".join(f"    server {web.name} {web.address}:{PORT}" for web in webs)
    settings = _HAPROXY.format(
        address=host.address, port=PORT, admin_port=_ADMIN_PORT, servers=servers
    )
    (host.folder / "haproxy.cfg").write_text(settings)
    host.start("haproxy.log", shutil.which("haproxy"), "-db", "-f", host.own / "haproxy.cfg")
    return f"http://{host.address}:{PORT}"


def send_nothing_to(web: Host, proxy: Host) -> None:
    """No further requests: it is about to be stopped."""
    _tell(proxy, f"set server web/{web.name} state drain")


def send_to(web: Host, proxy: Host) -> None:
    """As soon as it answers."""
    _tell(proxy, f"set server web/{web.name} state ready")


def answers(web: Host) -> bool:
    """Whether Ark's web processes are up there."""
    connection = http.client.HTTPConnection(web.address, PORT, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    return False


def gets_requests(web: Host, proxy: Host) -> bool:
    rows = csv.DictReader(_tell(proxy, "show stat").removeprefix("# ").splitlines())
    return any(row["svname"] == web.name and row["status"] == "UP" for row in rows)


def _tell(proxy: Host, command: str) -> str:
    with socket.create_connection((proxy.address, _ADMIN_PORT), timeout=10) as connection:
        connection.sendall(f"{command}\n".encode())
        with connection.makefile() as answer:
            return answer.read()


def _takes_connections(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
