"""The page that a browser shows when the server cannot be reached."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.support.pages import inline_code, text

PAGE, WORKER = "/offline/", "/service-worker.js"
STRANGER = Client()


@pytest.mark.usefixtures("db")
def test_the_page_is_the_same_for_everybody(client: Client) -> None:
    answers = [browser.get(PAGE).content for browser in (client, STRANGER)]
    assert answers[0] == answers[1]
    assert inline_code(answers[0].decode()) == []


@pytest.mark.usefixtures("db")
def test_the_page_speaks_the_readers_language() -> None:
    page = STRANGER.get(PAGE, headers={"Accept-Language": "zh-hans"})
    assert "Ark cannot be reached" in text(STRANGER.get(PAGE))
    assert b'lang="zh-hans"' in page.content


@pytest.mark.usefixtures("db")
def test_the_worker_answers_for_the_whole_site() -> None:
    response = STRANGER.get(WORKER)
    assert response["Content-Type"] == "text/javascript"
    assert '"isWanted": true' in response.content.decode()
    assert 'importScripts("/static/site/service-worker' in response.content.decode()


@pytest.mark.usefixtures("db")
def test_a_worker_that_is_not_wanted_any_more_is_told(settings: Any) -> None:
    assert "offline.js" in STRANGER.get("/sign-in/").content.decode()
    settings.ARK_OFFLINE_PAGE = False
    assert "offline.js" not in STRANGER.get("/sign-in/").content.decode()
    assert '"isWanted": false' in STRANGER.get(WORKER).content.decode()
