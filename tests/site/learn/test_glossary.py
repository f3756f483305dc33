"""The glossary's page, its source, and the links to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polib
import pytest
from django.test import Client
from django.urls import reverse

from recognition.site.learn.glossary import Term, terms
from tests.support.pages import text
from webapp.home import BASE_DIR

PAGE = reverse("glossary")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def linked() -> Iterator[str]:
    """The slugs that templates name."""
    for path in (BASE_DIR / "templates").rglob("*.html"):
        for tag in re.findall(r"{% glossary (.*?) %}", path.read_text(encoding="utf-8")):
            yield from re.findall(r'"(.*?)"', tag)


def test_strangers_may_read_it(db: None) -> None:
    words = text(Client().get(PAGE))
    assert "unlabelled anchors 未标注锚点 Photos that nobody has labelled" in words


def test_in_chinese_the_chinese_names_come_first(db: None) -> None:
    words = text(Client().get(PAGE, headers={"Accept-Language": "zh-hans"}))
    assert "未标注锚点 unlabelled anchors 没有人标注过的照片" in words


def test_every_page_of_the_site_leads_to_it(db: None) -> None:
    assert f'href="{PAGE}"' in Client().get(reverse("login")).content.decode()


def test_terms_are_in_alphabetical_order() -> None:
    names = [term.english for term in terms().values()]
    assert names == sorted(names)


@pytest.mark.parametrize("term", terms().values(), ids=lambda term: term.slug)
def test_a_term_is_explained_in_both_languages(term: Term) -> None:
    assert term.english
    assert term.meaning_english.endswith(".")
    assert not CHINESE.search(term.english + term.meaning_english)
    assert CHINESE.search(term.chinese)
    assert term.meaning_chinese.endswith("。")


def test_pages_link_only_terms_that_exist() -> None:
    assert set(linked()) - terms().keys() == set()
    assert len(set(linked())) > 10


def test_pages_call_a_term_in_chinese_as_the_glossary_does() -> None:
    names = {term.english: term.chinese for term in terms().values()}
    catalogue = polib.pofile(BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po")
    shown = {entry.msgid.lower(): entry.msgstr for entry in catalogue if not entry.msgctxt}
    assert {name: shown[name] for name in names if name in shown} == {
        name: names[name] for name in names if name in shown
    }
