"""What people are told after they did something: how bad it is, and where it is said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from recognition.models import Photo
from recognition.staff import field_errors


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.user, request.session = AnonymousUser(), {}
    request._messages = FallbackStorage(request)
    return request


@pytest.mark.parametrize("level", ["error", "warning"])
def test_what_went_wrong_is_never_green_and_has_no_tick(level: str, request_: HttpRequest) -> None:
    getattr(messages, level)(request_, "No such label.")
    html = render_to_string("_messages.html", _context(request_))
    assert "No such label." in html
    assert 'role="alert"' in html
    assert not re.search("is-success|#check|green", html)


def test_what_went_well_has_a_tick(request_: HttpRequest) -> None:
    messages.success(request_, "Saved.")
    html = render_to_string("_messages.html", _context(request_))
    assert "is-success" in html
    assert "#check" in html
    assert 'role="status"' in html


def test_an_error_of_a_field_stands_at_the_field_alone(request_: HttpRequest) -> None:
    field_errors.report(request_, "label", "No such label.")
    assert "No such label." not in render_to_string("_messages.html", _context(request_))
    at_field = "{% load ark %}{% errors_at name as found %}{{ found|join:' ' }}"
    for name, shown in (("label", "No such label."), ("other", "")):
        context = Context({"messages": messages.get_messages(request_), "name": name})
        assert Template(at_field).render(context) == shown


def test_a_label_that_is_none_is_said_at_its_field(reviewer_client: Client, photo: Photo) -> None:
    address = reverse("label-photo", args=[photo.id])
    html = reviewer_client.post(address, {"label": "unicorn"}, follow=True).content.decode()
    [said] = re.findall(r'<div id="label-errors".*?</div>', html, re.DOTALL)
    assert "There is no label “unicorn”." in said
    assert html.count("“unicorn”") == 1
    assert 'aria-describedby="label-errors"' in html


def test_what_an_owner_cannot_say_is_said_in_the_opened_form(client: Client, photo: Photo) -> None:
    said = {"label": "unicorn", "kind": "another"}
    html = client.post(reverse("suggest", args=[photo.id]), said, follow=True).content.decode()
    assert re.search(r"<details open>\s*<summary>There is another one", html)
    [shown] = re.findall(r'<div id="suggest-another-errors".*?</div>', html, re.DOTALL)
    assert "There is no label “unicorn”." in shown


def _context(request: HttpRequest) -> dict[str, Any]:
    return {"messages": messages.get_messages(request)}
