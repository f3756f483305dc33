"""The laboratory's page, and the ways to it."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from recognition.cnn.networks.summaries import summaries
from recognition.site.learn.glossary import terms
from tests.support.pages import text
from webapp.home import BASE_DIR

PAGE = reverse("lab")
LEARNING = reverse("lab-learning")
BLOCKS = reverse("lab-blocks")


def test_strangers_learn_there_what_a_network_calculates(db: None) -> None:
    words = text(Client().get(PAGE))
    for heading in (
        "One number of the map, written out",
        "Why does the map get smaller?",
        "What is a kernel?",
        "Why do we need ReLU?",
    ):
        assert heading in words


def test_strangers_learn_there_how_a_network_learns(db: None) -> None:
    words = text(Client().get(LEARNING))
    for heading in ("One back-propagation, written out", "What happens if we add a layer?"):
        assert heading in words
    assert "CC BY 4.0" in words


def test_each_building_block_names_the_network_that_brought_it(db: None) -> None:
    words = text(Client().get(BLOCKS))
    named = re.findall(r"In the catalogue: (.*?) \(\d{4}\)", words)
    catalogue = {network.title for network in summaries().values()}
    assert len(named) == Client().get(BLOCKS).content.decode().count("data-block=") == 6
    assert set(named) <= catalogue


def test_the_digits_are_as_many_as_the_page_says() -> None:
    digits = json.loads((BASE_DIR / "static/lab/learning/digits.json").read_text())
    assert (digits["training"], len(digits["labels"])) == (500, 700)
    assert {len(picture) for picture in digits["pictures"]} == {64}
    assert digits["licence"] == "CC BY 4.0"


@pytest.mark.parametrize("name", ["how-it-works", "glossary"])
def test_pages_that_explain_lead_there(db: None, name: str) -> None:
    assert f'href="{PAGE}"' in Client().get(reverse(name)).content.decode()


@pytest.mark.parametrize("page", [PAGE, LEARNING, BLOCKS])
def test_without_scripts_it_says_what_is_missing(db: None, page: str) -> None:
    assert "The laboratory needs JavaScript." in text(Client().get(page))


def test_the_building_blocks_lead_to_terms_that_the_glossary_has(db: None) -> None:
    linked = re.findall(
        rf'href="{reverse("glossary")}#([\w-]+)"', Client().get(BLOCKS).content.decode()
    )
    assert len(linked) == 6
    assert set(linked) <= terms().keys()
