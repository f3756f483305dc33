"""Events of the audit log are told in words, in either language."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from recognition.models import AuditEvent
from recognition.staff.audit import event_texts

Action = AuditEvent.Action


def event(action: str, subject: str = "", **details: Any) -> AuditEvent:
    return AuditEvent(action=action, subject=subject, details=details)


@pytest.mark.parametrize(
    ("told", "english"),
    [
        (event(Action.SIGNED_IN, ways=["password", "totp"]), "with: password app on the phone"),
        (event(Action.PHOTOS_DELETED, photos=1, for_ever=True), "photos: 1, for ever: yes"),
        (event(Action.TOKEN_MADE, scopes=["read"], expires=None), "scopes: read"),
        (event(Action.ROLE_CHANGED, before="uploader", now="trainer"),
         "before: Uploader, now: Trainer"),
        (event(Action.SETTING_CHANGED, active=["False", "True"]), "active: no → yes"),
        (event(Action.SETTING_CHANGED, hour=["3", "4"]), "hour of the night: 3 → 4"),
        (event(Action.SETTING_CHANGED, added=True, events=["a", "b"]), "added: yes, events: a b"),
        (event(Action.PROMOTED, how="rolled_back", before=[2]), "how: rolled back, before: 2"),
        (event(Action.EXPORTED, unknown={"a": 1}), 'unknown: {"a": 1}'),
    ],
)  # fmt: skip
def test_details_are_words(told: AuditEvent, english: str) -> None:
    assert event_texts.details(told) == english


def test_subjects_that_are_things_of_ark_are_translated() -> None:
    with translation.override("zh-hans"):
        assert event_texts.subject(event(Action.PROMOTED, "version 2")) == "版本 2"
        assert (
            event_texts.subject(event(Action.SETTING_CHANGED, "accuracy promise")) == "准确率承诺"
        )
    for action, name in ((Action.ROLE_CHANGED, "automation"), (Action.PROMOTED, "version x")):
        assert event_texts.subject(event(action, name)) == name


def test_chinese_details_are_chinese() -> None:
    with translation.override("zh-hans"):
        assert event_texts.details(event(Action.PHOTOS_DELETED, for_ever=True)) == "永久：是"
