"""A real browser in front of a real instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.support import chromium
from tests.support.instance import PASSWORD, Instance, running
from tests.support.reviewers import Reviewer

# The analyst would compare the same few pictures, sent in by everybody, over and over.
PARTS = ("web", "redis", "predictor")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}
PEOPLE = 60
REVIEWERS = 80
_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_CREATE_PEOPLE = f"""
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
password = make_password({PASSWORD!r})  # slow on purpose, so only once
people = [User(username=f"person{{number}}", password=password) for number in range({PEOPLE})]
Group.objects.get(name="Uploader").user_set.set(User.objects.bulk_create(people))
"""
# All at once, for each program that speaks to the database has to start first.
_CREATE_REVIEWERS = f"""
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from recognition.people import tokens
password = make_password({PASSWORD!r})
names = [f"reviewer{{number}}" for number in range({REVIEWERS})]
people = [User(username=name, password=password, is_staff=True) for name in names]
Group.objects.get(name="Reviewer").user_set.set(User.objects.bulk_create(people))
for user in people:
    print(user.username, tokens.make(user, "test", tokens.Scope, None, None)[1])
"""
_ADMINISTRATOR = """
from django.contrib.auth.models import User
User.objects.filter(username="sam").update(is_staff=True, is_superuser=True)
"""
_PATIENCE_MS = 60_000
expect.set_options(timeout=_PATIENCE_MS)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium.path()
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(chromium.NAMES)} is on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def instance(
    browser: Browser, network: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    with running(home, network.parent, PARTS, ARK_SWEEP_S="1") as instance:
        instance.manage("shell", "-c", _CREATE_PEOPLE)
        yield instance


@pytest.fixture(scope="package")
def next_person() -> Callable[[], str]:
    """The name of somebody who has uploaded nothing yet."""
    numbers = count()
    return lambda: f"person{next(numbers)}"


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained about, broken security policies included."""
    return []


@pytest.fixture
def open_page(
    browser: Browser, instance: Instance, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """Opens a page in a window of its own; at the end nothing may have been complained about."""
    contexts = []

    def open_page(**options: object) -> Page:
        plain = {"viewport": DESKTOP, "locale": "en-GB", "base_url": instance.url}
        context = browser.new_context(**{**plain, **options})
        context.set_default_timeout(_PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.on("pageerror", lambda error: complaints.extend(_error(str(error))))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def administrator(instance: Instance) -> str:
    """The name of one; in each module anew, for a test takes the right from everybody."""
    instance.token_of("sam")
    instance.manage("shell", "-c", _ADMINISTRATOR)
    return "sam"


@pytest.fixture
def page(open_page: Callable[..., Page], next_person: Callable[[], str]) -> Page:
    """The upload page, signed in."""
    page = let_in(open_page(), next_person())
    page.goto("/")
    return page


@pytest.fixture(scope="package")
def reviewers(instance: Instance) -> Iterator[list[str]]:
    """A name and a token for each."""
    made = instance.manage("shell", "-v", "0", "-c", _CREATE_REVIEWERS)
    return iter([line.split() for line in made.splitlines()])


@pytest.fixture
def new_reviewer(
    open_page: Callable[..., Page], instance: Instance, reviewers: Iterator[list[str]]
) -> Callable[..., Reviewer]:
    def new_reviewer(**options: object) -> Reviewer:
        name, token = next(reviewers)
        return Reviewer(name, let_in(open_page(**options), name), instance.api(token))

    return new_reviewer


@pytest.fixture
def reviewer(new_reviewer: Callable[..., Reviewer]) -> Reviewer:
    return new_reviewer()


def signed_in(page: Page, person: str) -> Page:
    page.goto("/")
    page.get_by_label("Username").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What is in your photos?")).to_be_visible()
    page.wait_for_load_state()  # the scripts listen now
    return page


def let_in(page: Page, person: str) -> Page:
    """Signed in as the form would do it, but on no page yet: most tests are about another one."""
    requests = page.context.request
    requests.get("/sign-in/")
    [token] = [it["value"] for it in page.context.cookies() if it["name"] == "csrftoken"]
    fields = {"username": person, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = requests.post("/sign-in/", form=fields, max_redirects=0)
    assert answer.status == 302, answer.text()
    return page


def _error(text: str) -> list[str]:
    """unfold's search listens to keys a moment before its script is there."""
    return [] if "handleShortcut is not defined" in text else [text]


def _complaint(message: ConsoleMessage) -> list[str]:
    is_meant = "ERR_INTERNET_DISCONNECTED" in message.text  # a test took the network away
    is_meant |= "GPU stall due to ReadPixels" in message.text  # WebGL without a graphics card
    return [message.text] if message.type in ("error", "warning") and not is_meant else []
