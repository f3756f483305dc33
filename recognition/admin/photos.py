"""Photos: to look at, to review and to delete. Predictions come from the network."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from recognition.admin.actions import ReviewActions
from recognition.admin.filters import DayRangeFilter, LabelFilter, users_filter
from recognition.admin.lists import LongList, ReadOnly
from recognition.models import Annotation, Photo, Prediction
from recognition.photos import deletion
from recognition.photos.contents import exactly
from recognition.staff import deletion_warning, formatting


class ReadOnlyInline(TabularInline):
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AnnotationsOfPhoto(ReadOnlyInline):
    model = Annotation
    fields = readonly_fields = ("label", "part", "by", "at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Annotation]:
        return super().get_queryset(request).select_related("label", "by")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # whoever may see what they belong to

    @display(description=_("box"))
    def part(self, annotation: Annotation) -> str:
        return formatting.box(annotation.box)


class PredictionsOfPhoto(ReadOnlyInline):
    model = Prediction
    verbose_name_plural = _("predictions")
    fields = ("model_version", "state", "label", "confidence_percent", "exactly", "created")
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        return (
            super()
            .get_queryset(request)
            .defer("embedding")
            .select_related("label", "model_version", "photo")
        )

    @display(description=_("confidence"))
    def confidence_percent(self, prediction: Prediction) -> str:
        return formatting.percent(prediction.confidence)

    @display(description=_("fine-grained name"))
    def exactly(self, prediction: Prediction) -> str:
        return exactly(prediction)


@admin.register(Photo)
class PhotoAdmin(ReviewActions, ReadOnly, LongList):
    photo_field = "pk"
    owner_field = "owner"
    list_display = ("picture", "owner", "predicted", "label", "created")
    sortable_by = ("created",)
    search_fields = ("name",)
    inlines = (AnnotationsOfPhoto, PredictionsOfPhoto)
    fieldsets = (
        (
            None,
            {"fields": ("preview", "name", "owner", "created", "label", "part", "labelled_by")},
        ),
        (_("File"), {"fields": ("key", "format", "dimensions", "size", "digest", "batch")}),
    )

    @display(description=_("id"))
    def key(self, photo: Photo) -> str:
        return str(photo.pk)

    @display(description="SHA-256")
    def digest(self, photo: Photo) -> str:
        return photo.sha256

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        return (
            super()
            .get_queryset(request)
            .select_related("owner", "label", "prediction__label", "labelled_by", "batch__owner")
            .defer("prediction__embedding")
        )

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        owner = users_filter(request, "owner")
        return [*owner, ("label", LabelFilter), ("created", DayRangeFilter)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """No address finds photos by their place, which not all staff may know."""
        is_place = lookup.startswith(("latitude", "longitude"))
        return not is_place and super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("recognition.delete_photo")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with a photo needs no permission of its own; what was taught is told."""
        listed, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        counts |= deletion_warning.uses(Photo.objects.filter(id__in=[photo.id for photo in objs]))
        return listed, counts, perms_needed & {Photo._meta.verbose_name}, protected

    def delete_model(self, request: HttpRequest, obj: Photo) -> None:
        deletion.delete_photo(obj, cast(User, request.user))
        self._say_where_they_are(request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> None:
        ids = queryset.values_list("id", flat=True)
        deletion.delete_many(ids, cast(User, request.user))
        self._say_where_they_are(request)

    def _say_where_they_are(self, request: HttpRequest) -> None:
        if settings.ARK_TRASH_DAYS:
            text = _("What was deleted can be restored: it is in the trash.")
            address = f"{reverse('trash')}?whose=everybody"
            link = format_html('<a class="underline" href="{}">{}</a>', address, _("Trash"))
            messages.info(request, format_html("{} {}", text, link))

    @display(description=_("photo"), header=True)
    def picture(self, photo: Photo) -> list[Any]:
        return formatting.in_list(photo, photo.name, self.dimensions(photo))

    @display(description=_("prediction"))
    def predicted(self, photo: Photo) -> str:
        return formatting.answer(photo.prediction)

    @display(description=_("picture"))
    def preview(self, photo: Photo) -> str:
        return formatting.preview(photo)

    @display(description=_("what the label is about"))
    def part(self, photo: Photo) -> str:
        return formatting.box(photo.box) if photo.box else str(_("the main subject"))

    @display(description=_("width and height"))
    def dimensions(self, photo: Photo) -> str:
        return f"{photo.width} × {photo.height}"

    @display(description=_("size"))
    def size(self, photo: Photo) -> str:
        return filesizeformat(photo.size_bytes)
