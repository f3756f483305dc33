"""How review goes, and the switch to review without the answer."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from recognition.models import Decision, Profile
from tests.support.rows import settled_photo

QUEUE = "/admin/review/"


@pytest.fixture(autouse=True)
def everything_is_sampled(settings: LazySettings) -> None:
    settings.ARK_BLIND_PERCENT = 100


def test_the_page_is_honest_about_small_numbers(as_reviewer: Client, uploader: User) -> None:
    photo = settled_photo(uploader)
    sent = {"photo": photo.id, "label": "dog", "decision": uuid4(), "blind": "1"}
    assert as_reviewer.post(QUEUE + "decide/", sent).status_code == 200
    assert Decision.objects.get().blind == 1
    page = as_reviewer.get(QUEUE + "figures/").content.decode()
    assert "too few to say" in page
    assert "Too few to say how far" in page


def test_a_card_of_the_sample_does_not_hold_the_answer(as_reviewer: Client, uploader: User) -> None:
    settled_photo(uploader)
    for _again in range(2):
        html = as_reviewer.post(QUEUE + "claim/").json()["html"]
        assert 'data-blind="1"' in html
        assert "/why/" not in html  # which would tell the answer
        assert "Decide by yourself" in html
        assert "data-choice" not in html
        assert "review-bar" not in html


def test_the_switch_is_each_persons_own(as_reviewer: Client, reviewer: User) -> None:
    as_reviewer.post(QUEUE + "blind/", {"blind": "on"})
    assert Profile.objects.get(user=reviewer).reviews_blind
    assert "Show me the answers again" in as_reviewer.get(QUEUE).content.decode()
    as_reviewer.post(QUEUE + "blind/", {"queue": "yes"})
    assert not Profile.objects.get(user=reviewer).reviews_blind


def test_nonsense_about_why_is_refused(as_reviewer: Client, uploader: User) -> None:
    photo = settled_photo(uploader)
    sent = {"photo": photo.id, "label": "dog", "decision": uuid4(), "blind": "7"}
    assert as_reviewer.post(QUEUE + "decide/", sent).status_code == 400
