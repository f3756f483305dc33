"""A version goes live or back, and the log says which was live when."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User

from recognition.cnn.manifest import MANIFEST_NAME, WEIGHTS_NAME
from recognition.core import events
from recognition.models import LiveChange, ModelVersion
from recognition.versions.registry import (
    CannotPromote,
    live_version,
    previous_live,
    promote,
    register,
    roll_back,
)
from tests.support.rows import version_folder

How = LiveChange.How


@pytest.fixture
def versions(tmp_path: Path, settings: Any, db: None) -> list[ModelVersion]:
    """Versions 1 to 3, whole, the first one live."""
    settings.ARK_MODELS_STORE = tmp_path
    return [
        register(number, version_folder(tmp_path / str(number), name=f"Version {number}"))
        for number in (1, 2, 3)
    ]


def log() -> list[tuple[int, str]]:
    """Numbers of versions and how they went live, oldest first."""
    return list(LiveChange.objects.order_by("id").values_list("model_version__number", "how"))


def test_a_promoted_version_is_the_live_one(versions: list[ModelVersion], trainer: User) -> None:
    promote(versions[1], trainer)
    assert live_version() == versions[1]
    assert log() == [(1, How.SET_UP), (2, How.PROMOTED)]
    assert LiveChange.objects.latest("id").by == trainer


def test_promoted_twice_it_counts_once(versions: list[ModelVersion], trainer: User) -> None:
    promote(versions[1], trainer)
    promote(versions[1], trainer)
    assert log() == [(1, How.SET_UP), (2, How.PROMOTED)]


def test_the_predictors_are_told_once_it_is_committed(
    versions: list[ModelVersion],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    announce = Mock()
    monkeypatch.setattr(events, "publish_live_version", announce)
    with django_capture_on_commit_callbacks(execute=True):
        promote(versions[1], None, How.RULE)
        announce.assert_not_called()
    announce.assert_called_once_with()


@pytest.mark.parametrize("name", [WEIGHTS_NAME, MANIFEST_NAME])
def test_a_tampered_version_is_refused_and_the_live_one_stays(
    name: str, versions: list[ModelVersion]
) -> None:
    path = versions[1].folder / name
    path.write_bytes(path.read_bytes().replace(b"e", b"a", 1))
    with pytest.raises(CannotPromote, match=r"2 cannot go live.*damaged"):
        promote(versions[1], None)
    assert live_version() == versions[0]
    assert log() == [(1, How.SET_UP)]


def test_another_version_in_its_folder_is_refused(versions: list[ModelVersion]) -> None:
    versions[2].folder.rename(versions[2].folder.with_name("kept"))
    versions[1].folder.rename(versions[2].folder)
    with pytest.raises(CannotPromote, match="another version"):
        promote(versions[2], None)


def test_a_version_without_its_files_is_refused(versions: list[ModelVersion]) -> None:
    (versions[1].folder / WEIGHTS_NAME).unlink()
    with pytest.raises(CannotPromote):
        promote(versions[1], None)


def test_rolled_back_the_one_before_is_live(versions: list[ModelVersion], trainer: User) -> None:
    promote(versions[1], None)
    assert roll_back(trainer) == versions[0] == live_version()
    assert log()[-1] == (1, How.ROLLED_BACK)


def test_rolling_back_twice_goes_back_two_versions(versions: list[ModelVersion]) -> None:
    promote(versions[1], None)
    promote(versions[2], None)
    assert [roll_back(None), roll_back(None)] == [versions[1], versions[0]]
    assert previous_live() is None


def test_what_was_rolled_back_can_be_promoted_again(versions: list[ModelVersion]) -> None:
    promote(versions[1], None)
    roll_back(None)
    promote(versions[1], None)
    assert previous_live() == versions[0]


def test_before_the_first_promotion_there_is_nothing_to_go_back_to(
    versions: list[ModelVersion],
) -> None:
    with pytest.raises(CannotPromote, match="No other version"):
        roll_back(None)


def test_a_roll_back_sent_twice_counts_once(versions: list[ModelVersion]) -> None:
    promote(versions[1], None)
    promote(versions[2], None)
    assert roll_back(None, to=versions[1]) == roll_back(None, to=versions[1]) == versions[1]


def test_nobody_rolls_back_what_they_have_not_seen(versions: list[ModelVersion]) -> None:
    promote(versions[1], None)
    promote(versions[2], None)
    with pytest.raises(CannotPromote, match="meanwhile"):
        roll_back(None, to=versions[0])
    assert live_version() == versions[2]


def test_a_tampered_version_is_not_gone_back_to(versions: list[ModelVersion]) -> None:
    promote(versions[1], None)
    (versions[0].folder / WEIGHTS_NAME).write_bytes(b"other")
    with pytest.raises(CannotPromote):
        roll_back(None)
    assert live_version() == versions[1]


def test_what_was_better_than_another_version_does_not_replace_this_one(
    versions: list[ModelVersion],
) -> None:
    promote(versions[1], None)
    with pytest.raises(CannotPromote, match="meanwhile"):
        promote(versions[2], None, over=versions[0])
    assert live_version() == versions[1]
