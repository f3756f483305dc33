"""The admin may evaluate scripts, since its library needs that; nothing else may."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/sign-in/", "/api/docs/", "/nowhere/", "/administration/"])
def test_pages_run_and_style_nothing_inline(path: str, db: None) -> None:
    policy = Client().get(path)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_admin_runs_no_inline_script(db: None) -> None:
    policy = Client().get("/admin/")["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self' 'unsafe-eval'"
    assert directives["style-src"] == "'self' 'unsafe-inline'"
    assert directives["frame-ancestors"] == "'none'"


def test_the_api_documentation_has_nothing_inline(db: None) -> None:
    page = Client().get("/api/docs/").content.decode()
    assert "<style" not in page
    assert "<script>" not in page
