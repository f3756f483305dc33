"""A lesson is expected when somebody opens the page that launches one: the teacher then loads what
takes seconds to load, before anybody waits for it."""

from __future__ import annotations

from recognition.core import redis_client, wakeups

_KEY = "ark:lesson-expected"
_EXPIRES_S = 300


def expect_a_lesson() -> None:
    with redis_client.may_be_away():
        redis_client.connection().set(_KEY, 1, ex=_EXPIRES_S)
    wakeups.wake_teacher()


def is_lesson_expected() -> bool:
    with redis_client.may_be_away():
        return bool(redis_client.connection().exists(_KEY))
    return False
