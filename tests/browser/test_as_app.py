"""A page for when there is no network, and passwords that can be read."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

_REGISTER = """async () => {
  await navigator.serviceWorker.register("/service-worker.js?en", { scope: "/" });
  await navigator.serviceWorker.ready;
}"""


def test_without_a_connection_ark_says_so_itself(
    open_page: Callable[..., Page], complaints: list[str]
) -> None:
    page = open_page()
    page.goto("/how-it-works/")
    assert page.evaluate("navigator.serviceWorker.getRegistrations()") == []  # on plain HTTP
    page.evaluate(_REGISTER)
    page.reload()
    assert page.evaluate("caches.keys()") == ["ark-offline"]
    page.context.set_offline(True)
    page.goto("/glossary/")
    expect(page.get_by_role("heading", name="Ark cannot be reached")).to_be_visible()
    expect(page.locator(".brand")).to_have_css("font-weight", "700")  # the look is there, too
    complaints.clear()
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible()


def test_a_password_can_be_read_while_it_is_typed(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/sign-in/")
    field = page.get_by_label("Password")
    field.fill("a long passphrase")
    show = page.get_by_role("button", name="Show what is typed")
    expect(show).to_have_attribute("aria-pressed", "false")
    show.press("Enter")
    expect(show).to_have_attribute("aria-pressed", "true")
    expect(field).to_have_attribute("type", "text")
    show.click()
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_value("a long passphrase")
