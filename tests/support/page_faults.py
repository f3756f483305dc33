"""What is wrong with a page as a browser shows it: how it is laid out, and what it tells whoever
does not see it. The rules are those of axe-core that need no look at colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

_LAYOUT = (Path(__file__).parent / "page_layout.js").read_text()
_MARKUP = (Path(__file__).parent / "page_markup.js").read_text()
_MUST_HAVE_A_NAME = {
    *("button", "link", "checkbox", "radio", "combobox", "textbox", "searchbox", "listbox"),
    *("DisclosureTriangle", "spinbutton", "slider", "switch", "image", "img"),
}


def layout_faults(page: Page) -> list[str]:
    """Sideways scroll, and controls of headers and toolbars that are lost or lie over another."""
    found: list[str] = page.evaluate(_LAYOUT)
    return found


def accessibility_faults(page: Page, browser: CDPSession) -> list[str]:
    """What somebody who uses a screen reader, or no mouse, would stumble over."""
    found: list[str] = page.evaluate(_MARKUP)
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    return found + [f"{_role(node)} without a name" for node in nodes if _is_nameless(node)]


def _role(node: dict[str, Any]) -> str:
    role: str = node.get("role", {}).get("value", "")
    return role


def _is_nameless(node: dict[str, Any]) -> bool:
    name = node.get("name", {}).get("value", "").strip()
    return not node.get("ignored") and _role(node) in _MUST_HAVE_A_NAME and not name
