"""Settings as an operator's environment makes them, read by a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recognition.cnn.finder.catalogue import FINDERS
from recognition.versions import finder
from webapp.home import BASE_DIR
from webapp.settings import ark

KEY = "a secret key of the tests that is long enough to be one"
SHOW = """
import json
from webapp import settings
print(json.dumps({name: getattr(settings, name, None) for name in (
    "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "DATABASES",
    "REDIS_URL", "CELERY_BROKER_URL", "CELERY_BROKER_USE_SSL", "CELERY_BROKER_TRANSPORT_OPTIONS",
)}, default=repr))
"""


def _python(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=BASE_DIR,
        env={**kept, "ARK_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def _settings(home: Path, **environment: str) -> dict[str, object]:
    shown = _python(home, "-c", SHOW, SECRET_KEY=KEY, **environment)
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def test_without_any_choice_everything_is_safe(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assert settings["DEBUG"] is False
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_HSTS_SECONDS"] > 0
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


def test_origins_follow_from_the_hosts(tmp_path: Path) -> None:
    settings = _settings(tmp_path, ARK_ALLOWED_HOSTS="ark.example.com,.example.org,[::1]")
    assert settings["CSRF_TRUSTED_ORIGINS"] == [
        "https://ark.example.com",
        "https://*.example.org",
        "https://[::1]",
    ]


def test_redis_is_the_broker_unless_there_is_another(tmp_path: Path) -> None:
    alone = _settings(tmp_path)
    assert alone["CELERY_BROKER_URL"] == f"redis+socket://{tmp_path / 'redis.sock'}"
    url = "amqps://ark:secret@one/ark"
    settings = _settings(tmp_path, CELERY_BROKER_URL=url)
    assert settings["REDIS_URL"] == alone["REDIS_URL"]
    assert settings["CELERY_BROKER_URL"] == url
    assert settings["CELERY_BROKER_USE_SSL"] == {"server_hostname": None}  # the name is looked at


def test_sentinels_are_for_redis_and_its_broker(tmp_path: Path) -> None:
    settings = _settings(tmp_path, REDIS_URL="sentinel://one:1,two:2/mine")
    assert settings["CELERY_BROKER_URL"] == "sentinel://one:1/0;sentinel://two:2/0"
    assert settings["CELERY_BROKER_TRANSPORT_OPTIONS"]["master_name"] == "mine"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": KEY, "ARK_ALLOWED_HOSTS": "*"}, "ARK_ALLOWED_HOSTS"),
        ({"SECRET_KEY": KEY, "DATABASE_URL": "mongodb://x"}, "DATABASE_URL"),
        ({"SECRET_KEY": KEY, "REDIS_URL": "localhost"}, "REDIS_URL"),
        ({"SECRET_KEY": KEY, "REDIS_URL": "sentinel://one:26379"}, "REDIS_URL"),
        ({"SECRET_KEY": KEY, "CELERY_BROKER_URL": "redis://one"}, "CELERY_BROKER_URL"),
        ({"SECRET_KEY": KEY, "ARK_LOG_LEVEL": "loud"}, "ARK_LOG_LEVEL"),
    ],
)
def test_an_unsafe_start_is_refused(
    environment: dict[str, str], named: str, tmp_path: Path
) -> None:
    refused = _python(
        tmp_path,
        "-c",
        "import django; django.setup()",
        **environment,
        DJANGO_SETTINGS_MODULE="webapp.settings",
    )
    assert refused.returncode != 0
    assert "ImproperlyConfigured" in refused.stderr
    assert named in refused.stderr


@pytest.mark.parametrize(("pooled", "is_told"), [("false", True), ("true", False)])
def test_a_pooler_is_asked_for_nothing_that_outlives_a_transaction(
    pooled: str, is_told: bool, tmp_path: Path
) -> None:
    """But a server itself is told to look after clients that fall silent."""
    settings = _settings(
        tmp_path, DATABASE_URL="postgres://ark@database/ark", ARK_DATABASE_POOLED=pooled
    )
    [database] = settings["DATABASES"].values()
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is not is_told
    said = database["OPTIONS"].get("options", "")
    assert ("-c tcp_keepalives_idle=10" in said) is is_told
    assert ("-c tcp_user_timeout=20000" in said) is is_told


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("postgres://ark@database/ark", "database,database"),
        ("postgres://ark@%2Frun%2Fpostgresql/ark", "/run/postgresql"),
        ("postgres://ark@one,two/ark", "one,two"),
    ],
)
def test_a_database_across_the_network_is_asked_twice(
    address: str, host: str, tmp_path: Path
) -> None:
    [database] = _settings(tmp_path, DATABASE_URL=address)["DATABASES"].values()
    assert database["HOST"] == host


def test_the_deployment_check_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    checked = _python(
        tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=KEY
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_a_home_is_made_with_a_secret_that_only_its_owner_reads(tmp_path: Path) -> None:
    home = tmp_path / "new"
    for _ in range(2):  # the second time changes nothing
        made = _python(home, "-m", "webapp.home")
        assert made.returncode == 0, made.stderr
    key = home / "secret-key"
    assert home.stat().st_mode & 0o777 == 0o700
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text().strip()) >= 50


def test_a_home_that_cannot_be_made_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = _python(tmp_path / "file" / "home", "-m", "webapp.home")
    assert refused.returncode != 0
    assert refused.stderr.startswith("ARK_HOME=")
    assert "Traceback" not in refused.stderr


def test_each_finder_of_the_catalogue_can_be_named_and_none() -> None:
    assert set(ark._FINDERS) == {*FINDERS, finder.NONE}
