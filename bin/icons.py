"""`.venv/bin/python -m bin.icons`: the icons in static/img/icons, from static/img/logo.svg.

Needs a Chromium on the PATH, as the tests in a browser do. A maskable icon and Apple's are cut to
shape by the system, so that their ground fills the square; what is drawn on it lies within the
middle four fifths.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.support import chromium

IMAGES = Path(__file__).parent.parent / "static" / "img"
_FAVICON = (16, 32, 48)


def main() -> None:
    logo = (IMAGES / "logo.svg").read_text(encoding="utf-8")
    square = logo.replace(' rx="8"', "", 1)
    icons = IMAGES / "icons"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path())
        page = browser.new_page()
        _draw(page, logo, 192, icons / "icon-192.png")
        _draw(page, logo, 512, icons / "icon-512.png")
        _draw(page, square, 512, icons / "maskable-512.png")
        _draw(page, square, 180, icons / "apple-touch-icon.png")
        drawn = [Image.open(io.BytesIO(_drawn(page, logo, side))) for side in _FAVICON]
        sizes = [(side, side) for side in _FAVICON]
        drawn[-1].save(icons / "favicon.ico", sizes=sizes, append_images=drawn[:-1])


def _draw(page: Page, svg: str, side: int, target: Path) -> None:
    image = Image.open(io.BytesIO(_drawn(page, svg, side)))
    image.save(target, optimize=True)


def _drawn(page: Page, svg: str, side: int) -> bytes:
    page.set_viewport_size({"width": side, "height": side})
    style = (
        "<style>html,body{margin:0;background:transparent}svg{display:block;width:100vw}</style>"
    )
    page.set_content(style + svg)
    return page.screenshot(omit_background=True)


if __name__ == "__main__":
    main()
