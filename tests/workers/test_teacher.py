"""The teacher: torch comes with the first lesson, or when one is expected."""

from __future__ import annotations

import subprocess
import sys
import time
from unittest.mock import Mock

import pytest

from recognition.core import redis_client
from recognition.training import expected
from recognition.workers import loop, teacher
from webapp.home import BASE_DIR


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Called when what lessons need would be loaded."""
    loaded = Mock()
    monkeypatch.setattr(teacher, "_load", loaded)
    return loaded


def test_the_process_starts_without_torch() -> None:
    program = """
import sys
from recognition.workers import teacher
teacher.set_up_process()
print({"torch", "openvino", "sklearn"} & sys.modules.keys())
"""
    said = subprocess.check_output(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", program],
        cwd=BASE_DIR,
        text=True,
        start_new_session=True,
    )
    assert said.splitlines()[-1] == "set()"


def test_it_loads_what_lessons_need_when_one_is_expected_and_keeps_it(
    loaded: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "IDLE_S", 900.0)
    monkeypatch.setattr(loop, "_worked_s", time.monotonic() - loop.IDLE_S - 60)
    expected.expect_a_lesson()
    teacher.load_if_expected()
    loaded.assert_called_once()
    assert loop._worked_s > time.monotonic() - loop.IDLE_S


def test_otherwise_it_waits_for_the_first_one(loaded: Mock) -> None:
    teacher.load_if_expected()
    loaded.assert_not_called()


def test_nobody_expects_a_lesson_for_ever() -> None:
    expected.expect_a_lesson()
    assert 0 < redis_client.connection().ttl("ark:lesson-expected") <= 300
