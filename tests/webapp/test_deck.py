"""deck.gl is served like the project's own files, out of the wheel that ships it."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command
from pytest_django import Settings

from webapp.deck import NAME


def test_it_is_found_among_the_static_files() -> None:
    assert Path(finders.find(NAME)).stat().st_size > 1_000_000
    assert finders.find("deck/index.js.map") is None


def test_it_is_collected_alone_and_without_the_name_of_its_map(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["webapp.deck.DeckFinder"]
    finders.get_finder.cache_clear()
    call_command("collectstatic", verbosity=0, interactive=False)
    [collected] = (path for path in tmp_path.rglob("*") if path.is_file())
    assert collected.relative_to(tmp_path).as_posix() == NAME
    assert b"sourceMappingURL" not in collected.read_bytes()[-500:]
