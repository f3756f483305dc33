"""The glossary: docs/glossary.md as a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.views.decorators.http import require_safe


@dataclass(frozen=True)
class Term:
    """A row of the table; its own and the other name depend on the language of the request."""

    english: str
    chinese: str
    meaning_english: str
    meaning_chinese: str

    @property
    def slug(self) -> str:
        return slugify(self.english)

    @property
    def name(self) -> str:
        return self.chinese if _is_chinese() else self.english

    @property
    def other_name(self) -> str:
        return self.english if _is_chinese() else self.chinese

    @property
    def other_language(self) -> str:
        return "en" if _is_chinese() else "zh-Hans"

    @property
    def meaning(self) -> str:
        return self.meaning_chinese if _is_chinese() else self.meaning_english


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "site/pages/glossary.html", {"terms": terms().values()})


@cache
def terms() -> dict[str, Term]:
    """By slug, in the order of the table."""
    text = (settings.BASE_DIR / "docs" / "glossary.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("|")]
    rows = (Term(*_cells(line)) for line in table[2:])  # below the heading and its rule
    return {term.slug: term for term in rows}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")
