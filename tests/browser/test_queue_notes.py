"""Notes and questions to an expert, with the keyboard; and a photo without its answer."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.support.instance import Instance
from tests.support.reviewers import Reviewer, labels, run, upload

_HIDE = """
from recognition.people import profiles
from django.contrib.auth.models import User
profiles.set_reviews_blind(User.objects.get(username={name!r}), {wanted})
"""


def test_a_note_stays_with_its_photo_and_a_question_takes_it_away(
    reviewer: Reviewer, photos: list[Path]
) -> None:
    upload(reviewer.api, photos[:3])
    reviewer.open("?order=newest")
    page, photo = reviewer.page, reviewer.photo
    reviewer.press("c")
    page.get_by_role("textbox", name="Note").fill("<i>Blurred</i>")
    page.get_by_role("button", name="Save the note").click()
    expect(reviewer.shown.locator("[data-note]")).to_contain_text("<i>Blurred</i>")
    reviewer.press("e")
    page.get_by_role("textbox", name="Your question").fill("Tram or bus?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(reviewer.shown).not_to_have_attribute("data-photo", photo)
    reviewer.wait_until_sent()
    reviewer.open("?order=questions")
    page.locator(f"[data-photo='{photo}']").wait_for(state="attached")
    shown = page.locator(f"[data-photo='{photo}']")
    expect(shown.locator(".queue-question")).to_contain_text("“Tram or bus?”")
    expect(shown.locator("[data-note]")).to_contain_text("<i>Blurred</i>")


def test_without_the_answer_one_searches_the_label(
    reviewer: Reviewer, photos: list[Path], instance: Instance
) -> None:
    upload(reviewer.api, photos[:2])
    run(instance, _HIDE.format(name=reviewer.name, wanted=True))
    reviewer.open("?order=newest")
    assert reviewer.shown.locator("[data-choice], .frame, .queue-similar").count() == 0
    photo = reviewer.photo
    reviewer.look()
    reviewer.press("Enter")
    reviewer.page.keyboard.type("bicy")
    reviewer.expect_found("bicycle")
    reviewer.press("Enter")
    reviewer.wait_until_sent()
    reviewer.decided = {photo: "bicycle"}
    assert labels(reviewer) == reviewer.decided
    assert run(instance, f"print(Decision.objects.get(photo={photo!r}).blind)") == ["2"]
