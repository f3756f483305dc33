"""The site, the pages of staff and the tables of the admin stand in one frame."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

PAGES_OF_STAFF = (
    *("admin:index", "review-queue", "people", "training-networks"),
    *("admin:recognition_label_changelist", "admin:recognition_label_add"),
)
HEADER = ('<header class="header"', "</header>")


def _part(client: Client, page: str, begin: str, end: str) -> str:
    """Without what says where one is."""
    html = client.get(reverse(page)).content.decode()
    [part] = re.findall(f"{begin}.*?{end}", html, re.DOTALL)
    part = re.sub(r'aria-current="\w+"|name="csrfmiddlewaretoken" value="\w+"', "", part)
    return " ".join(part.split()).replace(" >", ">")


@pytest.mark.parametrize("page", PAGES_OF_STAFF)
def test_the_header_is_the_same_everywhere(page: str, as_superuser: Client) -> None:
    of_staff = _part(as_superuser, page, *HEADER)
    menu = re.compile(r'<button class="tool tool-icon side-open".*?</button> ')
    assert menu.search(of_staff)
    assert menu.sub("", of_staff) == _part(as_superuser, "home", *HEADER)


@pytest.mark.parametrize("page", PAGES_OF_STAFF)
def test_the_navigation_of_staff_is_the_same_everywhere(page: str, as_superuser: Client) -> None:
    begin, end = '<nav class="side"', "</nav>"
    assert _part(as_superuser, page, begin, end) == _part(as_superuser, "people", begin, end)


@pytest.mark.parametrize("page", PAGES_OF_STAFF)
def test_one_script_sets_the_theme(page: str, as_superuser: Client) -> None:
    html = as_superuser.get(reverse(page)).content.decode()
    assert len(re.findall(r"site/theme[.\w]*\.js", html)) == 1
    assert "themeBindings" not in html
