"""What an address may ask of a list: what the list declares, and nothing else.

Django lets whoever sees a list look for any of its columns in any way: `?name__regex=...` keeps a
process busy for as long as its writer likes, and others tell letter by letter what is not shown.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from recognition.core.counting import Counted

_MAX_DIGITS = 18  # of a key
_MAX_CHARACTERS = {SEARCH_VAR: 200, ORDER_VAR: 50}
_MAX_OF_A_FILTER = 500
_OF_DATES = ("year", "month", "day", "gte", "lt")  # what date_hierarchy adds to a column's name


class DeclaredChangeList(ChangeList):
    """Refuses what no filter of the list has taken. It is called as its rows are, and knows how
    many there are."""

    in_all: Counted

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(self.opts.verbose_name_plural)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.in_all = Counted(self.result_count)

    def get_filters(self, request: HttpRequest) -> Any:
        found = super().get_filters(request)
        left: dict[str, Any] = found[2]
        if any(not self._is_of_dates(name) for name in left):
            raise IncorrectLookupParameters
        return found

    def _is_of_dates(self, name: str) -> bool:
        column, _, lookup = name.rpartition("__")
        return bool(self.date_hierarchy) and column == self.date_hierarchy and lookup in _OF_DATES


class Guarded(ModelAdmin):
    """The base of all tables in the admin."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        found: type[ChangeList] = super().get_changelist(request, **kwargs)
        if issubclass(found, DeclaredChangeList):
            return found
        return type(found.__name__, (DeclaredChangeList, found), {})

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Refuse values that no database can look for, which Django would pass on."""
        for name, values in request.GET.lists():
            if any(_is_absurd(name, value) for value in values):
                raise IncorrectLookupParameters
        return super().get_changelist_instance(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Fields that complete what is typed search as well."""
        if _is_absurd(SEARCH_VAR, search_term):
            return queryset.none(), False
        keys = self.search_keys(search_term) if search_term else None
        if keys is not None:
            return queryset.filter(pk__in=keys), False
        found: tuple[QuerySet[Any], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    def search_keys(self, text: str) -> list[Any] | None:
        """The rows that a search finds, for tables whose rows have names: databases do not know
        the case of all letters. None: `search_fields` say where to search."""
        return None


def guard_all(site: admin.AdminSite) -> None:
    """Put tables that libraries have registered below the same guard."""
    for model, present in list(site._registry.items()):
        if not isinstance(present, Guarded):
            _register_again(site, model, type(present))


def _register_again(
    site: admin.AdminSite, model: type[Model], present: type[admin.ModelAdmin]
) -> None:
    site.unregister(model)
    site.register(model, type(present.__name__, (Guarded, present), {}))


def _is_absurd(name: str, value: str) -> bool:
    is_endless = value.isdecimal() and len(value) > _MAX_DIGITS and name != SEARCH_VAR
    is_long = len(value) > _MAX_CHARACTERS.get(name, _MAX_OF_A_FILTER)
    return "\0" in value or is_endless or is_long or not _is_text(value)


def _is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: half a surrogate pair cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
