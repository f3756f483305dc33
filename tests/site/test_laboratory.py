"""The laboratory's page, and the ways to it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.pages import text

PAGE = reverse("lab")


def test_strangers_learn_there_what_a_network_calculates(db: None) -> None:
    words = text(Client().get(PAGE))
    for heading in (
        "One number of the map, written out",
        "Why does the map get smaller?",
        "What is a kernel?",
        "Why do we need ReLU?",
    ):
        assert heading in words


@pytest.mark.parametrize("name", ["how-it-works", "glossary"])
def test_pages_that_explain_lead_there(db: None, name: str) -> None:
    assert f'href="{PAGE}"' in Client().get(reverse(name)).content.decode()


def test_without_scripts_it_says_what_is_missing(db: None) -> None:
    assert "The laboratory needs JavaScript." in text(Client().get(PAGE))
