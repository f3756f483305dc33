"""An API token's way: made on the page, used by a program, revoked, refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, signed_in
from tests.support.instance import Instance


@pytest.mark.parametrize(
    "options",
    [{"viewport": DESKTOP}, {"viewport": PHONE, "has_touch": True, "is_mobile": True}],
    ids=["desktop", "phone"],
)
def test_a_token_is_made_used_and_revoked(
    options: dict[str, object],
    open_page: Callable[..., Page],
    next_person: Callable[[], str],
    instance: Instance,
) -> None:
    page = signed_in(open_page(**options, permissions=["clipboard-write"]), next_person())
    page.get_by_label("Account of").click()
    page.get_by_role("link", name="My account").click()
    page.get_by_role("link", name="API tokens").click()
    page.get_by_label("Name").fill("backup script")
    page.get_by_role("checkbox", name="upload and delete").uncheck()
    page.get_by_role("button", name="Make the token").click()
    token = page.get_by_label("The new token").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def answered(method: str = "GET") -> int:
        headers = {"Authorization": f"Token {token}"}
        address = f"{instance.url}/api/v1/photos/"
        return requests.request(method, address, headers=headers, timeout=30).status_code

    assert (answered(), answered("POST")) == (200, 403)
    page.goto("/account/tokens/")
    expect(page.get_by_text(token)).to_have_count(0)
    expect(page.get_by_text("Last used")).to_be_visible()
    page.get_by_text("Revoke", exact=True).click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("backup script is revoked.")).to_be_visible()
    assert answered() == 401
