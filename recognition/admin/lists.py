"""Lists that stay quick however many rows there are, and tables that nobody edits by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from recognition.admin.guard import DeclaredChangeList, Guarded
from recognition.core.counting import Counted, count_up_to
from recognition.photos import selectors

MAX_PAGES = 200  # skipping rows costs time as well; who looks for old ones filters
MAX_COUNTED = 1_000  # beyond it a list says "1,000+"


@dataclass(frozen=True)
class Pages:
    """What the template needs to lead to the next page without knowing how many there are."""

    number: int
    has_next: bool
    template_name = "admin/pages.html"

    @property
    def is_last_shown(self) -> bool:
        return self.number == MAX_PAGES


class UncountedChangeList(DeclaredChangeList):
    """Reads one row more than a page shows to learn whether there is a next page.

    First the keys alone, which an index holds, then the rows with all that is joined to them: the
    rows of the pages before are never read.
    """

    page_num: int

    def get_results(self, request: HttpRequest) -> None:
        self.page_num = min(max(self.page_num, 1), MAX_PAGES)
        first = (self.page_num - 1) * self.list_per_page
        keys = list(
            self.queryset.values_list("pk", flat=True)[first : first + self.list_per_page + 1]
        )
        has_more = len(keys) > self.list_per_page
        rows = self.root_queryset.in_bulk(keys[: self.list_per_page])
        self.result_list = [rows[key] for key in keys if key in rows]
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = False
        self.show_admin_actions = bool(rows)
        self.can_show_all = self.multi_page = False
        self.paginator = Pages(self.page_num, has_more and self.page_num < MAX_PAGES)
        if has_more:
            self.in_all = count_up_to(self.queryset.values("pk"), MAX_COUNTED)
        else:
            self.in_all = Counted(first + len(keys))


class LongList(Guarded):
    """For tables of a million rows. Filters and orders must follow an index."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_filter_submit = True
    list_disable_select_all = True

    class Media:
        css = {"all": ("staff/lists.css",)}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return UncountedChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse selected rows with malformed keys, which Django would look for."""
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.to_python(key)
            except ValidationError:
                raise BadRequest from None
        return super().changelist_view(request, extra_context)


class OfPhotos(Guarded):
    """For rows that are photos or belong to one: found by the photo's id or the beginning of its
    name. Who may not see everybody's photos finds those of their own."""

    photo_field = "photo"
    owner_field = "photo__owner"
    search_fields = ("photo__name",)
    search_help_text = _("How the file's name begins, or the photo's id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.has_perm("recognition.view_all"):
            return rows
        return rows.filter(**{self.owner_field: request.user})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        found = selectors.find_photos(search_term)
        return queryset.filter(**{f"{self.photo_field}__in": found}), False


class ReadOnly(Guarded):
    """For what only the application itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
