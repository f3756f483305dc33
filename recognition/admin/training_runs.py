"""The list of all training runs; each row leads to the run's own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.views import ChangeList

from recognition.admin.lists import LongList, ReadOnly
from recognition.models import TrainingRun
from recognition.staff.training import run_text
from recognition.staff.versions import version_summary
from recognition.versions import measured


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnly, LongList):
    list_display = (
        *("what", "state_badge", "photos", "accuracy", "took", "version", "launched_by"),
        "created",
    )
    list_filter = (("state", ChoicesDropdownFilter), ("mode", ChoicesDropdownFilter))
    sortable_by = ()
    actions_list = ("teach_or_train",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingRun]:
        joined = ("by", "parent", "dataset", "model_version")
        return super().get_queryset(request).select_related(*joined)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the figures of the versions on the page."""
        changelist = super().get_changelist_instance(request)
        rows: list[TrainingRun] = changelist.result_list
        made = [run.model_version for run in rows if run.model_version]
        measures = measured.measures_of(made)
        for run in rows:
            run.__dict__["measure"] = measures.get(run.model_version_id or 0)
        return changelist

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        if run is not None and self.has_view_permission(request, run):
            return redirect("training-run", run.pk)
        return super().change_view(request, object_id, form_url, extra_context)

    def has_train_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recognition.train")

    @action(
        description=_("Teach or train"),
        permissions=["train"],
        url_path="teach-or-train",
        icon="school",
    )
    def teach_or_train(self, request: HttpRequest) -> HttpResponse:
        return redirect("training-launch")

    @display(description=_("run"))
    def what(self, run: TrainingRun) -> str:
        return run_text.title(run)

    @display(description=_("state"), label=run_text.STATE_COLOURS)
    def state_badge(self, run: TrainingRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @display(description=_("photos"))
    def photos(self, run: TrainingRun) -> str:
        """How many have a label."""
        labels = run.dataset.summary.get("labels", {})
        return number_format(sum(sum(splits.values()) for splits in labels.values()))

    @display(description=_("accuracy"))
    def accuracy(self, run: TrainingRun) -> str:
        """Of its version, as everywhere."""
        return version_summary.accuracy(getattr(run, "measure", None)) if run.model_version else ""

    @display(description=_("took"))
    def took(self, run: TrainingRun) -> str:
        return run_text.took(run)

    @display(description=_("version"))
    def version(self, run: TrainingRun) -> str:
        return str(run.model_version.number) if run.model_version else ""

    @display(description=_("by"))
    def launched_by(self, run: TrainingRun) -> str:
        return str(run.by or "")
