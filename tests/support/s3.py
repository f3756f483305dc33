"""A real S3 server in a folder: OpenStack Swift with its S3 API, one process a service."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.support.instance import free_port, wait_until

KEY, SECRET = "test:tester", "testing"
_SERVICES = ("account", "container", "object")
_SERVER = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {home}
devices = {home}/devices
mount_check = false
workers = 0
user = root
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
_PROXY = """
[DEFAULT]
bind_ip = {address}
bind_port = {port}
swift_dir = {home}
workers = 0
user = root
[pipeline:main]
pipeline = catch_errors healthcheck cache listing_formats s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""


def is_installed() -> bool:
    return _program("swift-proxy-server") is not None


@contextmanager
def s3_server(home: Path, address: str = "127.0.0.1") -> Iterator[str]:
    """Its address, while it runs."""
    (home / "devices" / "disk").mkdir(parents=True)
    (home / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = ark\n"
        "[storage-policy:0]\nname = one\ndefault = yes\n"
    )
    for name in _SERVICES:
        port = free_port()
        _build_ring(home / f"{name}.builder", port)
        (home / f"{name}.conf").write_text(_SERVER.format(name=name, port=port, home=home))
    port = free_port()
    (home / "proxy.conf").write_text(_PROXY.format(address=address, port=port, home=home))
    url = f"http://{address}:{port}"
    started = [_start(name, home) for name in (*_SERVICES, "proxy")]
    try:
        wait_until(lambda: _answers(url))
        yield url
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def make_bucket(url: str, name: str) -> Any:
    """A new bucket, as boto3 has it."""
    import boto3
    from botocore.config import Config

    store = boto3.resource(
        "s3",
        endpoint_url=url,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    return store.create_bucket(Bucket=name)


def settings_of(url: str, bucket: str) -> dict[str, str]:
    """As variables of the environment."""
    return {
        "ARK_S3_BUCKET": bucket,
        "ARK_S3_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }


def _build_ring(builder: Path, port: int) -> None:
    program = _program("swift-ring-builder")
    for command in (
        ("create", "4", "1", "1"),
        ("add", f"r1z1-127.0.0.1:{port}/disk", "1"),
        ("rebalance",),
    ):
        subprocess.run([program, builder, *command], check=True, stdout=subprocess.DEVNULL)


def _start(name: str, home: Path) -> subprocess.Popen[bytes]:
    log = (home / f"{name}.log").open("ab")
    command = [_program(f"swift-{name}-server"), home / f"{name}.conf"]
    return subprocess.Popen(command, stdout=log, stderr=log)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthcheck", timeout=2).ok
    except requests.ConnectionError:
        return False


def _program(name: str) -> str | None:
    return shutil.which(name, path=str(Path(sys.executable).parent))
