"""The lock files hold what the requirements ask for, and what is installed is what they hold."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from webapp.home import BASE_DIR

PAIRS = [
    ("requirements.txt", "requirements.lock"),
    ("requirements-dev.txt", "requirements-dev.lock"),
]
LOCKS = [lock for _, lock in PAIRS]


def lines(name: str) -> list[str]:
    text = (BASE_DIR / name).read_text()
    return [line for line in (line.split(" #")[0].strip() for line in text.splitlines()) if line]


def pins(name: str) -> dict[str, Requirement]:
    asked = (Requirement(line) for line in lines(name) if line[0] not in "#-")
    return {canonicalize_name(pin.name): pin for pin in asked}


def versions(name: str) -> dict[str, str]:
    return {package: str(pin.specifier) for package, pin in pins(name).items()}


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@pytest.mark.parametrize(("asked", "lock"), PAIRS)
def test_every_requirement_is_locked(asked: str, lock: str) -> None:
    assert versions(asked).items() <= versions(lock).items(), "run `make lock`"


def test_what_ark_is_tested_with_contains_what_it_runs_on() -> None:
    assert versions("requirements.lock").items() <= versions("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_is_exact(lock: str) -> None:
    for pin in pins(lock).values():
        assert [part.operator for part in pin.specifier] == ["=="], pin


@pytest.mark.parametrize("lock", LOCKS)
def test_no_registry_is_named(lock: str) -> None:
    text = (BASE_DIR / lock).read_text()
    assert "://" not in text
    assert not [line for line in lines(lock) if line.startswith("-")]


def test_no_registry_of_javascript_is_named() -> None:
    packages = json.loads((BASE_DIR / "package-lock.json").read_text())["packages"]
    assert len(packages) > 1
    assert not [name for name, package in packages.items() if "resolved" in package]


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_installed_is_what_is_locked(lock: str) -> None:
    here = [pin for pin in pins(lock).values() if pin.marker is None or pin.marker.evaluate()]
    found = {pin: there for pin in here if (there := installed(pin.name))}
    assert len(found) > 50
    assert [pin for pin in found if not pin.specifier.contains(found[pin], prereleases=True)] == []
