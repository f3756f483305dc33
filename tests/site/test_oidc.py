"""Signing in with OpenID Connect, against a small provider over HTTP."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.programs import said_by

# An instance of its own: whether there is a provider is settled when the settings are read.
_VISIT = """
import json, django
from urllib.parse import parse_qs, urlsplit
from django.conf import settings
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"] = {"BACKEND": plain}
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from recognition.people.roles import ensure_groups
ensure_groups()
from django.contrib.auth.models import User
from django.test import Client
over = {"headers": {"host": "localhost"}}
client = Client()
offered = "Continue with Company" in client.get("/sign-in/", **over).content.decode()
by_link = client.get("/account/oidc/oidc/", **over).status_code
page = client.post("/account/oidc/oidc/", **over)
there = next(part for part in page.content.decode().split('"') if "authorize" in part)
query = parse_qs(urlsplit(there.split("url=")[-1].replace("&amp;", "&")).query)
back = client.get("/account/oidc/oidc/callback/", {"code": "1", "state": query["state"][0]}, **over)
print(json.dumps({
    "offered": offered, "by_link": by_link, "status": page.status_code,
    "has_pkce": "code_challenge" in query, "location": back.headers.get("Location", ""),
    "text": back.content.decode(), "in": client.get("/history/", **over).status_code,
    "people": {u.username: [g.name for g in u.groups.all()] for u in User.objects.all()},
}))
"""


class _Provider(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        host = f"http://{self.headers['Host']}"
        if self.path == "/userinfo":
            self._answer({"sub": "42", "preferred_username": "ursula", "name": "Ursula Ure"})
        else:
            ends = ("authorization", "token", "userinfo")
            names = {f"{name}_endpoint": f"{host}/{name}" for name in ends}
            names["authorization_endpoint"] = f"{host}/authorize"
            self._answer({"issuer": host, "jwks_uri": f"{host}/keys", **names})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"access_token": "let me in", "token_type": "Bearer"})

    def _answer(self, content: dict[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def visit(home: Path, provider: str, **settings: str) -> dict:
    environment = {
        **os.environ,
        "ARK_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "ARK_OIDC_URL": provider,
        "ARK_OIDC_NAME": "Company",
        "ARK_OIDC_CLIENT_ID": "ark",
        "ARK_OIDC_CLIENT_SECRET": "secret",
        **settings,
    }
    return said_by(_VISIT, environment)


def test_who_comes_becomes_an_uploader_if_that_is_wanted(tmp_path: Path, provider: str) -> None:
    seen = visit(tmp_path, provider, ARK_OIDC_CREATE="true")
    assert seen["offered"]
    assert seen["by_link"] == 405  # no link elsewhere begins it
    assert seen["has_pkce"]
    assert seen["people"] == {"ursula": ["Uploader"]}
    assert seen["in"] == 200


def test_otherwise_nobody_unknown_comes_in(tmp_path: Path, provider: str) -> None:
    seen = visit(tmp_path, provider)
    assert "People are invited to this site" in seen["text"]
    assert seen["people"] == {}
    assert seen["in"] == 302
