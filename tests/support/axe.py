"""axe-core in a page: what the rules of WCAG 2.0 to 2.2, levels A and AA, find wrong with it."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page

from webapp.home import BASE_DIR

PATH = BASE_DIR / "node_modules/axe-core/axe.min.js"
_EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_COLOURS = ["color-contrast", "link-in-text-block"]  # all that a theme changes
_RUN = """async ([type, values]) => {
  const options = { runOnly: { type, values }, resultTypes: ["violations"] };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, any, all, none }) => {
    const [check] = [...any, ...all, ...none];
    return `${id}: ${target.join(" ")}: ${check?.message ?? ""} ${html.slice(0, 120)}`;
  }));
}"""
_IS_SHOWN = "theme => [theme, undefined].includes(document.documentElement.dataset.theme)"
_SHOWN_AT_MOST = 10  # a list has the same fault in each row


def watch(page: Page) -> bool:
    """Have axe-core in every page that is opened from now on. False: it is not installed here."""
    if not PATH.exists():
        assert not os.environ.get("CI"), f"{PATH} is missing: `npm ci` brings it"
        return False
    page.add_init_script(path=PATH)
    return True


def violations(page: Page, theme: str, only_colours: bool = False) -> list[str]:
    """In this theme, which the page must follow without being loaded again.

    only_colours: of a page that was looked at in the other theme.
    """
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.wait_for_function(_IS_SHOWN, arg=theme)
    found: list[str] = page.evaluate(
        _RUN, ["rule", _COLOURS] if only_colours else ["tag", _EVERYTHING]
    )
    return found[:_SHOWN_AT_MOST] + [f"and {len(found)} in all"] * (len(found) > _SHOWN_AT_MOST)


def skip_if_missing(is_there: bool) -> None:
    if not is_there:
        pytest.skip(
            "axe-core is not installed, so nobody looked at colours and controls; the rest held. "
            "`make test` installs it, or `npm ci`"
        )
