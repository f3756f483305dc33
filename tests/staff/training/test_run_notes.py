"""Whatever the code can say of a run has words, in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from recognition.models import TrainingRun
from recognition.staff import job_texts
from recognition.staff.training import run_notes
from recognition.training import failures
from webapp.home import BASE_DIR

_SOURCES = sorted((BASE_DIR / "recognition").rglob("*.py"))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func
            yield getattr(name, "attr", getattr(name, "id", "")), node


def texts_in(node: ast.AST) -> set[str]:
    """The words of code that an expression may be."""
    if isinstance(node, ast.IfExp):
        return texts_in(node.body) | texts_in(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def notes_emitted() -> set[str]:
    """Of the process that trains, and of whoever watches over it."""
    found: set[str] = {"out_of_memory", "crashed"}  # `network._prepare_retry` passes them on
    for path in _SOURCES:
        for name, call in calls(path):
            if name == "emit" and call.args and texts_in(call.args[0]) == {"note"}:
                found |= texts_in(next(k.value for k in call.keywords if k.arg == "code"))
            if name == "note" and len(call.args) == 2:
                found |= texts_in(call.args[1])
    return found


def failures_raised() -> set[str]:
    found = {"failed", "corrupt_parent", "disk_full", "out_of_memory"}  # `__main__.error_code`
    for path in _SOURCES:
        for name, call in calls(path):
            if name in ("CannotTrain", "RunFailed") and call.args:
                found |= texts_in(call.args[0])
    return found


def jobs_failed() -> set[str]:
    found = {"crashed", "bug", "disk", "disk_full"}
    for path in _SOURCES:
        for name, call in calls(path):
            if name == "JobFailed" and call.args:
                found |= texts_in(call.args[0])
    return found


def test_the_search_finds_what_is_emitted() -> None:
    assert {"stopped_early", "resumed", "unreadable_photo"} <= notes_emitted()
    assert {"no_photos", "diverged", "bad_job"} <= failures_raised()
    assert {"damaged", "too_few"} <= jobs_failed()


@pytest.mark.parametrize("code", sorted(notes_emitted()))
def test_every_note_has_words(code: str) -> None:
    details = {"epoch": 9, "best_epoch": 4, "photos": 3, "batch_size": 16}
    [text] = run_notes.notes(TrainingRun(notes=[{"code": code, **details}]))
    assert code not in text
    assert text != run_notes.notes(TrainingRun(notes=[{"code": "of another version"}]))[0]
    [bare] = run_notes.notes(TrainingRun(notes=[{"code": code}]))
    assert bare.endswith(".")


def test_a_run_that_stopped_early_says_why() -> None:
    note = {"code": "stopped_early", "epoch": 9, "best_epoch": 4}
    [text] = run_notes.notes(TrainingRun(notes=[note]))
    assert text == (
        "It ended after epoch 9, because nothing had become better since epoch 4, whose network is "
        "kept."
    )


@pytest.mark.parametrize("code", sorted(failures_raised()))
def test_every_failure_of_a_run_has_words(code: str) -> None:
    assert code in failures.TEXTS


@pytest.mark.parametrize("code", sorted(jobs_failed()))
def test_every_failure_of_a_job_has_words(code: str) -> None:
    assert code in job_texts.ERRORS


def test_what_the_program_said_stays_in_the_log() -> None:
    with translation.override("zh-hans"):
        assert "Traceback" not in failures.CannotTrain("bug", "Traceback (most recent call").words
