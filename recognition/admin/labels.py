"""Labels as a tree: named, added, merged, retired."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.views import ChangeList

from recognition.admin.guard import DeclaredChangeList, Guarded
from recognition.core.counting import total
from recognition.labels import finding
from recognition.labels.ordering import places_by_name
from recognition.labels.slugs import free_slug
from recognition.labels.tree import (
    LabelTree,
    changing,
    count_photos,
    count_photos_of_each,
    retirable,
)
from recognition.models import Kind, Label
from recognition.staff import label_changes

KIND_COLOURS = {
    Kind.ANIMAL: "success",
    Kind.VEHICLE: "info",
    Kind.NEITHER: "danger",
    Kind.OTHER: "warning",
}
USE_COLOURS = {"active": "success", "retired": "warning", "merged": "info"}


class TreeChangeList(DeclaredChangeList):
    """Labels in the order of the tree, with their depths and counts of photos."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        tree = LabelTree()
        counts = count_photos_of_each(tree)
        places = {label.id: place for place, label in enumerate(tree.in_reading_order())}
        self.result_list = sorted(self.result_list, key=lambda label: places[label.id])
        for label in self.result_list:
            label.depth = len(tree.lineage(label)) - 1
            label.photo_count = counts[label.id]
            label.count_with_below = total(counts[each.id] for each in (label, *tree.below(label)))


class LabelForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """A new label without a kind gets its parent's, without a slug one that fits its name."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" in self.fields and not cleaned.get("kind") and "kind" not in self.errors:
            if parent := cleaned.get("parent"):
                cleaned["kind"] = parent.kind
            else:
                self.add_error("kind", _("Give a kind, or a parent."))
        if "slug" in self.fields and not cleaned.get("slug") and "slug" not in self.errors:
            cleaned["slug"] = free_slug(cleaned.get("name_en", ""))
        return cleaned


@admin.register(Label)
class LabelAdmin(Guarded):
    form = LabelForm
    list_display = ("tree_name", "other_name", "kind_badge", "use_badge", "photos", "with_below")
    list_display_links = ("tree_name",)
    list_filter = (("kind", ChoicesDropdownFilter), ("active", BooleanRadioFilter))
    list_filter_submit = True
    list_per_page = 1000
    sortable_by = ()
    search_fields = ("slug", "name_en", "name_zh")
    autocomplete_fields = ("parent",)
    actions = None
    actions_row = ("add_below",)
    actions_detail = ("add_below", "merge", "retire", "bring_back")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TreeChangeList

    def get_fields(self, request: HttpRequest, obj: Label | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("parent", "name_en", "name_zh", "kind", "slug")
        return ("slug", "name_en", "name_zh", "kind", "parent", "use", "photos_now")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Label | None = None
    ) -> tuple[str, ...]:
        """A slug never changes, because networks and the API use it; nor does a kind, which is
        stored with predictions."""
        if obj is None:
            return ()
        merged = ("parent",) if obj.merged_into_id else ()
        return ("slug", "kind", "use", "photos_now", *merged)

    def get_form(self, request: HttpRequest, obj: Label | None = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if "kind" in form.base_fields:
            form.base_fields["slug"].required = False
            form.base_fields["slug"].help_text = _(
                "what programs call it, for ever; without one, it is made from the name"
            )
            form.base_fields["kind"].required = False
            form.base_fields["kind"].help_text = _("without one: that of the parent")
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The parent, if the address names one."""
        tree, slug = LabelTree(), request.GET.get("below", "")
        return {"parent": tree[slug].pk, "kind": tree[slug].kind} if slug in tree else {}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Django's field that completes would look up whatever was sent."""
        parent = request.POST.get("parent", "")
        if parent and not Label.objects.filter(pk=_key(parent)).exists():
            raise BadRequest
        with changing() if request.method == "POST" else nullcontext():
            return super().changeform_view(request, object_id, *args, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Only labels in use are offered as parents."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.path.endswith("/autocomplete/"):
            found = found.filter(active=True)
            found = found.order_by(places_by_name(found.order_by()))
        return found, may_repeat

    def search_keys(self, text: str) -> list[int]:
        return finding.containing(text, also_slugs=True)

    def has_delete_permission(self, request: HttpRequest, obj: Label | None = None) -> bool:
        """Never: versions of the network keep predicting the label. It can be retired."""
        return False

    def construct_change_message(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Any, add: bool = False
    ) -> Any:
        """What changed, from what to what."""
        message = super().construct_change_message(request, form, formsets, add)
        if add or not form.changed_data:
            return message
        changes = [_change(form, field) for field in form.changed_data]
        return [{"changed": {"fields": changes}}]

    @action(description=_("Add a label below"), permissions=["add_below"], icon="add")
    def add_below(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return label_changes.add_below(request, object_id)

    @action(description=_("Merge"), permissions=["change"], url_path="merge", icon="merge")
    def merge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return label_changes.merge(request, object_id)

    @action(description=_("Retire"), permissions=["retire"], url_path="retire")
    def retire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return label_changes.retire(request, object_id)

    @action(description=_("Bring back"), permissions=["bring_back"], url_path="bring-back")
    def bring_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return label_changes.bring_back(request, object_id)

    def has_add_below_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """A method, because unfold looks up permissions' names before there are any tables."""
        return self.has_add_permission(request)

    def has_retire_permission(self, request: HttpRequest, object_id: str) -> bool:
        """For those who may change labels, where it makes sense; the pages check again."""
        return self.has_change_permission(request) and _is_retirable(object_id, active=True)

    def has_bring_back_permission(self, request: HttpRequest, object_id: str) -> bool:
        return self.has_change_permission(request) and _is_retirable(object_id, active=False)

    @display(description=_("label"))
    def tree_name(self, label: Any) -> SafeString:
        return format_html(
            '<span class="labels-name" data-depth="{}">{}</span>', min(label.depth, 5), label.name
        )

    @display(description=_("other name, slug"))
    def other_name(self, label: Label) -> str:
        others = (name for name in label.names if name != label.name)
        return " · ".join((*others, label.slug))

    @display(description=_("kind"), label=KIND_COLOURS)
    def kind_badge(self, label: Label) -> tuple[str, str]:
        return label.kind, label.get_kind_display()

    @display(description=_("in use"), label=USE_COLOURS)
    def use_badge(self, label: Label) -> tuple[str, Any]:
        if label.merged_into_id:
            return "merged", _("merged into %(label)s") % {"label": label.merged_into}
        return ("active", _("yes")) if label.active else ("retired", _("retired"))

    @display(description=_("in use"))
    def use(self, label: Label) -> str:
        return str(self.use_badge(label)[1])

    @display(description=_("photos"))
    def photos(self, label: Any) -> str:
        return label.photo_count.in_words

    @display(description=_("and below"))
    def with_below(self, label: Any) -> str:
        return label.count_with_below.in_words

    @display(description=_("photos"))
    def photos_now(self, label: Label) -> SafeString:
        address = reverse("admin:recognition_photo_changelist")
        query = urlencode({"label__id__exact": label.pk})
        return format_html('<a href="{}?{}">{}</a>', address, query, count_photos(label).in_words)

    class Media:
        css = {"all": ("staff/review.css", "staff/labels.css")}


def _key(text: str) -> int:
    """A label's key, or one that no label has."""
    return int(text) if text.isdecimal() and len(text) < 19 else -1


def _is_retirable(object_id: str, active: bool) -> bool:
    return retirable().filter(pk=_key(object_id), active=active).exists()


def _change(form: forms.ModelForm, field: str) -> str:
    before, after = form.initial.get(field), form.cleaned_data.get(field)
    if field == "parent" and before:
        before = Label.objects.filter(pk=before).first()
    title = form.fields[field].label or field
    return f"{title} ({before or '–'} → {after or '–'})"
