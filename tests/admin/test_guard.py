"""Lists take the filters that they declare, of whichever table and library; never an error."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import reverse

from recognition.admin.guard import Guarded
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")

MODELS = {model._meta.label: model for model in admin.site._registry}
LISTED = [model for model in MODELS.values() if model is not User]  # whose list is the page People
LOOKUPS = ("regex", "iregex", "contains", "startswith", "gt", "in", "isnull", "week_day")
ODD = {
    "o": ["x", "-", "9" * 30, "1.2.3.4.5.-6.x", "0", ".".join("1" * 2000)],
    "p": ["x", "-1", "9" * 17, "0"],
    "q": ["x" * 5000, "a " * 1000, "'", '"', "\\", "%", "\ud800", "a\0b"],
    "all": ["x"],
    "_facets": ["x"],
    "_popup": ["x"],
    "_to_field": ["password", "x"],
    "e": ["1"],
}


def address(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def columns(model: type[models.Model]) -> list[str]:
    own = [field.name for field in model._meta.concrete_fields]
    related = [
        f"{field.name}__{other.name}"
        for field in model._meta.concrete_fields
        if field.related_model
        for other in field.related_model._meta.concrete_fields
    ]
    return [*own, *related]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_table_is_guarded(model: type[models.Model]) -> None:
    assert isinstance(admin.site._registry[model], Guarded)


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model._meta.label)
def test_what_is_not_declared_is_refused(model: type[models.Model], as_superuser: Client) -> None:
    declared = declared_by(model, as_superuser)
    asked = {f"{column}__{LOOKUPS[0]}" for column in columns(model)}
    asked |= {f"{columns(model)[-1]}__{lookup}" for lookup in LOOKUPS}
    for name in asked - declared:
        response = as_superuser.get(address(model), {name: "^(a+)+$"})
        is_led_back = response.status_code == 302 and response["Location"].endswith("?e=1")
        assert is_led_back or response.status_code == 400, name


def declared_by(model: type[models.Model], client: Client) -> set[str]:
    listed = client.get(address(model)).context["cl"]
    expected: list[Any] = [spec.expected_parameters() for spec in listed.filter_specs]
    return {str(name) for names in expected for name in names}


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model._meta.label)
def test_odd_values_are_no_error(
    model: type[models.Model], as_superuser: Client, superuser: User
) -> None:
    add_photo(superuser)
    odd = dict(ODD)
    for name in declared_by(model, as_superuser):
        odd[name] = ["x", "9" * 30, "\ud800", "2020-99-99"]
    for name, values in odd.items():
        for value in values:
            query = {name: value.encode(errors="surrogatepass")}
            response = as_superuser.get(address(model), query, follow=True)
            assert response.status_code in (200, 400), (name, value)


@pytest.mark.parametrize("term", ["x" * 5000, "a " * 1000, "\0", "'"])
def test_odd_words_to_complete_are_no_error(term: str, as_superuser: Client) -> None:
    where = {"app_label": "recognition", "model_name": "label", "field_name": "parent"}
    response = as_superuser.get(reverse("admin:autocomplete"), {"term": term, **where})
    assert response.status_code in (200, 400, 403)
