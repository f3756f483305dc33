"""What holds for every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import URLResolver, reverse
from django.utils.functional import SimpleLazyObject
from django.views import defaults

from recognition.models import Photo, State
from recognition.photos import intake
from recognition.site import urls
from recognition.templatetags.ark import percent
from tests.support.pages import inline_code, text
from tests.support.rows import NO_ID, add_photo
from webapp.home import BASE_DIR

OPEN_TO_ALL = {
    "how-it-works",
    "lab",
    "lab-learning",
    "lab-blocks",
    "glossary",
    "login",
    "logout",
    "set-language",
}
OPEN_TO_ALL |= {"learn", "learn-step", "learn-questions"}
OPEN_TO_ALL |= {"healthz", "readyz", "metrics", "session", "invitation", "password-link"}
OPEN_TO_ALL |= {"account_login", "account_logout", "signed-out"}
OPEN_TO_ALL |= {"web-manifest", "favicon", "offline", "service-worker"}
OPEN_TO_ALL |= {"lab-blocks", "networks", "network"}
OPEN_TO_ALL |= {"account_inactive", "account_signup", "mfa_login_webauthn"}
OPEN_TO_ALL |= {"account_reset_password", "account_reset_password_done"}
OPEN_TO_ALL |= {"account_reset_password_from_key_done"}
ERRORS = sorted(path.name for path in (BASE_DIR / "templates").glob("[45]*.html"))


def addresses(photo: Photo) -> dict[str, str]:
    """Every page, by the name of its route."""
    batch = intake.open_batch(photo.owner)
    values = {
        "photo_id": photo.id,
        "batch_id": batch.id,
        "suggestion_id": NO_ID,
        "token_id": NO_ID,
        "step": "softmax",
        "number": 1,
        "network": "live",
        "what": "walk",
        "name": "resnet18",
        "code": "x",
        "uidb64": "x",
        "token": "x",
        "annotation_id": NO_ID,
        "session_id": 1,
        "pk": 1,
    }
    return {
        name: reverse(name, kwargs={parameter: values[parameter] for parameter in parameters})
        for name, parameters in routes(urls.urlpatterns)
        if name != "account_reset_password_from_key"  # its link is tested with accounts
    }


def routes(patterns: list[Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Every named route with its parameters."""
    for pattern in patterns:
        parameters = (*above, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, parameters)
        elif pattern.name:
            yield pattern.name, list(parameters)


def test_strangers_are_asked_to_sign_in(photo: Photo) -> None:
    for name, address in addresses(photo).items():
        if name not in OPEN_TO_ALL:
            for ask in (Client().get, Client().post):
                response = ask(address)
                assert response.status_code in (302, 405), name
                if response.status_code == 302:
                    assert response.url.startswith("/sign-in/"), name


def test_no_page_needs_inline_code(
    client: Client, reviewer_client: Client, photo: Photo, uploader: User
) -> None:
    waiting = add_photo(uploader)
    failed = add_photo(uploader, prediction__state=State.FAILED, prediction__error="truncated")
    pages = [
        *addresses(photo).values(),
        *(reverse("photo", args=[one.id]) for one in (waiting, failed)),
        *("/history/?text=nothing", "/no-such-page/"),
    ]
    looked_at = 0
    for browser in (client, reviewer_client, Client()):
        for address in pages:
            response = browser.get(address)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                assert inline_code(response.content.decode()) == [], address
                policy = response["Content-Security-Policy"]
                assert "default-src 'self'" in policy, address
                assert "unsafe" not in policy, address
                looked_at += 1
    assert looked_at > 25


def test_the_check_for_inline_code_finds_it() -> None:
    html = '<p style="x" onclick="y"><script>z</script><style></style>'
    html += '<a href="javascript:1" hx-on:x="">'
    assert len(inline_code(html)) == 6


@pytest.mark.parametrize("template", ERRORS)
def test_error_pages_lead_on_when_nothing_else_works(rf: RequestFactory, template: str) -> None:
    """Whose page it is stands in the database, which may be what is broken; pytest-django keeps it
    from tests that do not ask for it."""
    request = rf.get("/")
    request.user = SimpleLazyObject(User.objects.get)  # type: ignore[assignment]
    html = render_to_string(template, {"wait_s": 5, "detail": "Later."}, request)
    assert inline_code(html) == []
    assert re.findall("<nav.*?</nav>", html, re.DOTALL)[0].count("<a ") == 5
    assert re.search('class="button" href="/', html)


def test_a_page_that_does_not_exist(client: Client) -> None:
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "There is nothing here" in text(response)


def test_a_broken_page(rf: RequestFactory) -> None:
    response = defaults.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "your photos are safe" in text(response)


def test_how_it_works_is_open_to_all(db: None) -> None:
    words = text(Client().get(reverse("how-it-works")))
    for step in ("Convolution", "ReLU", "Pooling", "Fully connected layer", "Softmax"):
        assert step in words


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.974, "97 %"), (0.9951, "> 99 %"), (1, "> 99 %"), (0.004, "< 1 %"), (0.006, "1 %")],
)
def test_percentages_never_claim_certainty(probability: float, shown: str) -> None:

    assert percent(probability).replace("\u00a0", " ") == shown
