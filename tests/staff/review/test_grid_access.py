"""The grid: who gets in, and what a page of it costs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.staff.review.test_grid_page import GRID, waiting
from tests.support.pages import inline_code


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_reviewers_get_in(method: str, uploader: User, groups: None) -> None:
    client = Client()
    assert getattr(client, method)(GRID).url.startswith(reverse("admin:login"))
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    assert getattr(client, method)(GRID).status_code == 302
    uploader.is_staff = True
    uploader.save()
    assert getattr(client, method)(GRID).status_code == 403


def test_the_page_keeps_to_the_content_security_policy(as_reviewer: Client, uploader: User) -> None:
    waiting(uploader)
    html = as_reviewer.get(GRID).content.decode()
    grid = html[html.index("grid-intro") :]
    assert inline_code(grid[: grid.index("</main>") if "</main>" in grid else None]) == []


def test_a_full_page_needs_few_queries(
    as_reviewer: Client, uploader: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        waiting(uploader)
    with django_assert_max_num_queries(16):
        as_reviewer.get(GRID, {"predicted": "dog"})
