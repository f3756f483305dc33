"""A burst before a reviewer: one card, of which single photos are taken out."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.exif import photo
from tests.support.files import picture
from tests.support.instance import Instance, wait_until
from tests.support.reviewers import Reviewer, run

_ANALYSED = """
from recognition.analysis import analysis
from recognition.models import Photo
analysis.analyse_due()
print(Photo.objects.filter(event__isnull=False).count())
"""


def test_a_burst_is_decided_at_once_but_for_what_is_taken_out(
    new_reviewer: Callable[..., Reviewer], instance: Instance
) -> None:
    reviewer = new_reviewer()
    files = []
    for number in range(4):
        frame = picture(320, 240, seed=77)
        frame.putpixel((number, 0), (0, 0, 0))
        content = photo(image=frame, taken=f"2025:06:01 14:05:0{number}")
        files.append((f"frame{number}.jpg", content))
    batch = reviewer.api.upload_many(files)["batch"]
    wait_until(lambda: len(reviewer.api.get("photos/", batch=batch, state="done")["results"]) == 4)
    wait_until(lambda: int(run(instance, _ANALYSED)[-1]) >= 4)
    reviewer.open("?order=newest")
    expect(reviewer.shown.get_by_text("4 photos of one burst")).to_be_visible()
    out = reviewer.shown.locator("[data-also]").first
    out.click()
    expect(out).to_have_attribute("aria-pressed", "false")
    left_out = out.get_attribute("data-also")
    reviewer.neither()
    reviewer.wait_until_sent()
    found = reviewer.api.get("photos/", batch=batch)["results"]
    assert {each["id"] for each in found if each["label"] is None} == {left_out}
