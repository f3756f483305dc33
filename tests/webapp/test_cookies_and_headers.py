"""Cookies and headers over HTTPS, which the other tests do not have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.test import Client

from tests.support.programs import said_by

# An instance of its own: which names cookies have is settled when the settings are read.
_VISIT = """
import json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
User.objects.create_user("ursula", password="a long passphrase")
client = Client(enforce_csrf_checks=False)
over = {"secure": True, "headers": {"host": "localhost"}}
client.get("/sign-in/", **over)
client.post("/language/", {"language": "zh-hans"}, **over)
client.post("/sign-in/", {"username": "ursula", "password": "a long passphrase"}, **over)
page = client.get("/", **over)
over["headers"]["cookie"] = "django_language=zh-hans"
old = Client().get("/sign-in/", **over)
print(json.dumps({
    "cookies": {name: dict(morsel) for name, morsel in client.cookies.items()},
    "headers": dict(page.headers), "status": page.status_code,
    "old": "欢迎" in old.content.decode(),
}))
"""


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> dict:
    environment = {
        **os.environ,
        "ARK_HOME": str(tmp_path_factory.mktemp("https")),
        "ARK_HTTPS": "true",
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
    }
    environment.pop("ARK_TEST_DATABASE_URL", None)
    program = _VISIT.replace(
        "django.setup()",
        "from django.conf import settings; settings.STORAGES['staticfiles'] = "
        "{'BACKEND': 'django.contrib.staticfiles.storage.StaticFilesStorage'}; django.setup()",
    )
    return said_by(program, environment)


def test_every_cookie_belongs_to_this_host_alone(visit: dict) -> None:
    names = {"__Host-sessionid", "__Host-csrftoken", "__Host-django_language"}
    assert set(visit["cookies"]) == names
    for cookie in visit["cookies"].values():
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"
        assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_only_the_csrf_token_can_be_read_by_scripts(visit: dict) -> None:
    readable = {name for name, cookie in visit["cookies"].items() if not cookie["httponly"]}
    assert readable == {"__Host-csrftoken"}


def test_the_language_chosen_before_an_upgrade_stays(visit: dict) -> None:
    assert visit["old"]


def test_a_page_is_kept_nowhere_and_may_little(visit: dict) -> None:
    headers = visit["headers"]
    assert visit["status"] == 200
    assert "no-store" in headers["Cache-Control"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/healthz", "/api/v1/photos/", "/nowhere"])
def test_no_answer_is_kept(db: None, address: str) -> None:
    assert "no-store" in Client().get(address)["Cache-Control"]


def test_static_files_are_kept(db: None, tmp_path: Path) -> None:
    response = Client().get("/static/site/ark.css")
    if response.status_code == 200:  # collected
        assert "no-store" not in response["Cache-Control"]
