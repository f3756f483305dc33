"""What a browser needs to install the site."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from PIL import Image

STRANGER = Client()
GROUND = (13, 107, 104, 255)


@pytest.fixture
def icons(db: None) -> list[dict[str, str]]:
    response = STRANGER.get(reverse("web-manifest"))
    assert response["Content-Type"] == "application/manifest+json"
    found: list[dict[str, str]] = response.json()["icons"]
    return found


def opened(address: str) -> Image.Image:
    name = re.sub(r"\.[0-9a-f]{12}\.", ".", address.removeprefix("/static/"))
    path = finders.find(name)
    assert path, name
    with open(path, "rb") as file:
        return Image.open(io.BytesIO(file.read()))


def test_icons_have_the_sizes_that_the_manifest_names(icons: list[dict[str, Any]]) -> None:
    drawn = [icon for icon in icons if icon["type"] == "image/png"]
    assert {icon["sizes"] for icon in drawn} == {"192x192", "512x512"}
    for icon in drawn:
        image = opened(icon["src"])
        assert "x".join(map(str, image.size)) == icon["sizes"]


def test_what_systems_cut_to_shape_fills_its_square(icons: list[dict[str, Any]]) -> None:
    cut = [icon["src"] for icon in icons if icon["purpose"] == "maskable"]
    assert len(cut) == 1
    for address in (*cut, "/static/img/icons/apple-touch-icon.png"):
        assert opened(address).convert("RGBA").getpixel((0, 0)) == GROUND


def test_every_page_names_icons_and_manifest(db: None) -> None:
    html = STRANGER.get(reverse("login")).content.decode()
    assert f'rel="manifest" href="{reverse("web-manifest")}"' in html
    assert len(re.findall('rel="(?:icon|apple-touch-icon)"', html)) == 3
    assert len(re.findall('name="theme-color"', html)) == 2


def test_the_admin_names_them_too(admin_client: Client) -> None:
    html = admin_client.get(reverse("admin:index")).content.decode()
    assert reverse("web-manifest") in html
    assert "apple-touch-icon" in html


def test_browsers_find_an_icon_where_they_look_unasked(db: None) -> None:
    address = STRANGER.get("/favicon.ico").url
    assert opened(address).info["sizes"] == {(16, 16), (32, 32), (48, 48)}
