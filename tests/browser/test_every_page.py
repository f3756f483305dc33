"""Every page that there is, as each role meets it: at the widths of phones, tablets and desks
nothing runs out of the page or lies over something else, axe-core finds nothing wrong in either
theme, and somebody who sees no screen or uses no mouse finds their way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import APIRequestContext, Page

from tests.browser.conftest import let_in
from tests.support import axe, drills
from tests.support.addresses import addresses
from tests.support.instance import Instance, wait_until
from tests.support.page_faults import accessibility_faults, layout_faults

WIDTHS = (390, 768, 820, 1024, 1440)
HEIGHT = 900


class Look(NamedTuple):
    """With axe-core. A second one at the same page need look at no more than the colours."""

    width: int
    theme: str
    only_colours: bool = False


# Each costs half a minute over all pages: both themes and both widths, and in `make drills` each
# with each.
LOOKS = (Look(390, "dark"), Look(1440, "light", only_colours=True))
if drills.IS_LONG:
    LOOKS += (Look(390, "light", only_colours=True), Look(1440, "dark"))
EVERY_LOOK = ("stranger", "administrator")
FEWER_LOOKS = LOOKS[:1] if drills.IS_LONG else ()
# How many pages there are at least for a role: a walk that finds fewer has lost its way.
ROLES = {"stranger": 8, "uploader": 15, "administrator": 70}
if drills.IS_LONG:  # under other headers, what the administrator sees
    ROLES |= {"reviewer": 30, "trainer": 15}
API_DOCS = "/api/docs/"
TABLE = re.compile(
    r"/admin/(?:auth|recognition)/\w+/(|add/|[^/]+/(?P<page>change|history|delete)/)"
)
_ALIKE = ("history", "delete")
_EXAMPLES = """
import json
from django.contrib.auth.models import User
from recognition.labels import labelling
from recognition.models import ApiToken, Decision, Label, Photo, Via
from recognition.notifications import receivers

person = User.objects.get(username={person!r})
photo, *others = Photo.objects.filter(owner=person).order_by("id")
for other in others[:2]:
    labelling.decide(other.id, Label.objects.get(slug="car"), person, Via.PAGE)
hook, secret = receivers.add_webhook("https://ark.invalid/" + "x" * 300, ["run.ended"], "", person)
receivers.ask_for_test(hook)
print(json.dumps({{
    "receiver_id": str(hook.id),
    "photo_id": str(photo.id), "batch_id": str(photo.batch_id), "user_id": person.id,
    "number": 1, "candidate": 1, "baseline": 1, "name": "lite0", "step": "flattening",
    "recognition_photo": str(photo.id), "recognition_prediction": str(photo.prediction_id),
    "recognition_label": Label.objects.get(slug="car").id, "recognition_modelversion": 1,
    "recognition_decision": str(Decision.objects.filter(by=person)[0].id), "auth_user": person.id,
    "recognition_apitoken": str(ApiToken.objects.filter(user=person)[0].pk),
}}))
"""


@pytest.fixture(scope="module")
def everything(instance: Instance, administrator: str, photos: list[Path]) -> list[str]:
    """All addresses, some about photos of the administrator."""
    api = instance.api(instance.token_of(administrator, "Reviewer"))
    api.upload_many([(photo.name, photo.read_bytes()) for photo in photos[:5]])
    wait_until(lambda: not api.get("photos/", state="pending")["results"])
    printed = instance.manage("shell", "-v", "0", "-c", _EXAMPLES.format(person=administrator))
    return [*addresses(json.loads(printed.splitlines()[-1])), API_DOCS, "/no-such-page/"]


@pytest.fixture(scope="module")
def person_of(
    instance: Instance, administrator: str, next_person: Callable[[], str]
) -> Callable[[str], str]:
    """The name of somebody with this role."""

    def person_of(role: str) -> str:
        if role in ("administrator", "uploader"):
            return administrator if role == "administrator" else next_person()
        instance.token_of(f"every-{role}", role.capitalize())
        return f"every-{role}"

    return person_of


@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_fits_and_can_be_used_by_everybody(
    role: str,
    everything: list[str],
    person_of: Callable[[str], str],
    open_page: Callable[..., Page],
    complaints: list[str],
) -> None:
    page = open_page()
    if role != "stranger":
        let_in(page, person_of(role))
    has_axe = axe.watch(page)
    looks = (LOOKS if role in EVERY_LOOK else FEWER_LOOKS) if has_axe else ()
    wanted = [address for address in everything if role != "trainer" or _is_of_trainers(address)]
    answers = {address: _status_of_page(page.request, address) for address in wanted}
    there = {address: status for address, status in answers.items() if status}
    assert len(there) > ROLES[role]
    pages = list(there) if drills.IS_LONG else _one_of_each_kind(there, role in EVERY_LOOK)
    faulty = {address: found for address in pages if (found := _faults(page, address, looks))}
    complaints.clear()  # pages that say 404, and scripts that were left before they had loaded
    lines = [line for address, found in faulty.items() for line in (address, *found)]
    assert not faulty, "\n  ".join(lines)
    axe.skip_if_missing(has_axe)


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_the_header_holds_letters_that_stand_further_apart(
    language: str, administrator: str, open_page: Callable[..., Page]
) -> None:
    """As people set it who read so more easily (WCAG 1.4.12), and as other fonts have it."""
    page = open_page(locale="en-GB")
    let_in(page, administrator).goto("/")
    if language == "zh-CN":
        page.get_by_role("button", name="中文").click()
        page.get_by_role("button", name="English").wait_for()
    page.evaluate("document.body.style.letterSpacing = '0.12em'")
    for width in (390, 735, 740, 787, 834, 960, 961, 1023, 1024, 1440):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert layout_faults(page) == [], width


def _is_of_trainers(address: str) -> bool:
    """What reviewers see as well is looked at as one of them."""
    return address.startswith("/admin/") and not address.startswith("/admin/review/")


def _status_of_page(requests: APIRequestContext, address: str) -> int | None:
    """What this person is answered, unless it is a file, a part of a page or another address."""
    answer = requests.get(address, max_redirects=0)
    is_html = answer.headers.get("content-type", "").startswith("text/html")
    is_page = is_html and answer.status not in (302, 405) and "<html" in answer.text()
    return answer.status if is_page else None


def _one_of_each_kind(statuses: dict[str, int], all_tables: bool) -> list[str]:
    """One page that refuses is like another. Of the admin's tables, those of history and before a
    deletion are alike, and under the header of whoever sees fewer of them all are."""
    kinds: dict[object, str] = {}
    for address, status in statuses.items():
        table = TABLE.fullmatch(address)
        kind: object = address
        if status >= 400:
            kind = (status, address.startswith("/admin/"))
        elif table and (table["page"] in _ALIKE or not all_tables):
            kind = table["page"] or table[1]
        kinds.setdefault(kind, address)
    return list(kinds.values())


def _faults(page: Page, address: str, looks: tuple[Look, ...]) -> list[str]:
    page.goto(address)
    if address == API_DOCS:
        page.locator(".opblock").first.wait_for()  # it asks for the schema first
    browser = page.context.new_cdp_session(page)
    found = accessibility_faults(page, browser)
    browser.detach()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{fault} (at {width} px)" for fault in layout_faults(page)]
        for look in looks:
            if look.width == width:
                wrong = axe.violations(page, look.theme, look.only_colours)
                found += [f"{fault} (at {width} px, {look.theme})" for fault in wrong]
    return found
