"""Photos: to look at, to review and to delete. Predictions come from the network."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter
from unfold.decorators import display

from recognition import removal
from recognition.admin import deletion, pictures
from recognition.admin.actions import ReviewActions
from recognition.admin.filters import DayRangeFilter
from recognition.admin.lists import LongList, OfPhotos, ReadOnly
from recognition.models import Photo, Prediction

MAX_FOUND = 1000


def may_see_users(request: HttpRequest) -> bool:
    """The owner's filter completes names, which is for who may see the users."""
    return request.user.has_perm("auth.view_user")


class PredictionsOfPhoto(TabularInline):
    model = Prediction
    verbose_name_plural = _("predictions")
    fields = ("model_version", "state", "label", "confidence_percent", "fine", "created")
    readonly_fields = fields
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        return (
            super()
            .get_queryset(request)
            .defer("embedding")
            .select_related("label", "model_version", "photo")
        )

    def has_add_permission(self, request: HttpRequest, obj: Photo) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Photo | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Photo | None = None) -> bool:
        return False

    @display(description=_("confidence"))
    def confidence_percent(self, prediction: Prediction) -> str:
        return pictures.percent(prediction.confidence)


@admin.register(Photo)
class PhotoAdmin(ReviewActions, OfPhotos, ReadOnly, LongList):
    owner_field = "owner"
    list_display = ("picture", "owner", "predicted", "label", "created")
    sortable_by = ("created",)
    search_fields = ("name",)
    search_help_text = _("How the file's name begins, or the photo's id")
    inlines = (PredictionsOfPhoto,)
    fieldsets = (
        (None, {"fields": ("preview", "name", "owner", "created", "label", "labelled_by")}),
        (_("File"), {"fields": ("id", "format", "dimensions", "size", "sha256", "batch")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        return (
            super()
            .get_queryset(request)
            .select_related("owner", "label", "prediction__label", "labelled_by", "batch__owner")
            .defer("prediction__embedding")
        )

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        owner = [("owner", AutocompleteSelectFilter)] if may_see_users(request) else []
        return [*owner, ("label", RelatedDropdownFilter), ("created", DayRangeFilter)]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found = queryset.filter(id__in=find_photos(search_term)) if search_term else queryset
        return found, False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("recognition.delete_photo")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with a photo needs no permission of its own; what was taught is told."""
        listed, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        counts |= deletion.uses(Photo.objects.filter(id__in=[photo.id for photo in objs]))
        return listed, counts, perms_needed & {Photo._meta.verbose_name}, protected

    def delete_model(self, request: HttpRequest, obj: Photo) -> None:
        removal.delete_photo(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> None:
        for photo in queryset:
            removal.delete_photo(photo)

    @display(description=_("photo"), header=True)
    def picture(self, photo: Photo) -> list[Any]:
        return pictures.in_list(photo, photo.name, self.dimensions(photo))

    @display(description=_("prediction"))
    def predicted(self, photo: Photo) -> str:
        return pictures.answer(photo.prediction)

    @display(description=_("picture"))
    def preview(self, photo: Photo) -> str:
        return pictures.preview(photo)

    @display(description=_("width and height"))
    def dimensions(self, photo: Photo) -> str:
        return f"{photo.width} × {photo.height}"

    @display(description=_("size"))
    def size(self, photo: Photo) -> str:
        return filesizeformat(photo.size_bytes)


def find_photos(term: str) -> list[UUID]:
    """By id, or by how the name begins: an index holds these. Very many are not all found."""
    try:
        return [UUID(term)]
    except ValueError:
        named_so = Photo.objects.filter(name__startswith=term).order_by()
        return list(named_so.values_list("id", flat=True)[:MAX_FOUND])
