"""The audit log: looked through and taken along. Nobody changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from recognition.core import audit
from recognition.exchange import audit_log, audit_table
from recognition.models import AuditEvent
from recognition.staff.audit import event_texts
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.days import DayField, midnight

_RIGHT = "recognition.view_auditevent"
_FORMS = {
    "csv": (audit_table.as_csv, "text/csv; charset=utf-8"),
    "jsonl": (audit_table.as_json_lines, "application/x-ndjson"),
}


class FilterForm(forms.Form):
    """What the address says."""

    who = forms.CharField(required=False, max_length=150, label=gettext_lazy("Who"))
    what = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("any")), *AuditEvent.Action.choices],
        label=gettext_lazy("Action"),
    )
    since = DayField(required=False, label=gettext_lazy("From"))
    until = DayField(required=False, label=gettext_lazy("to, inclusive"))
    address = forms.GenericIPAddressField(required=False, label=gettext_lazy("Address"))

    def filters(self) -> audit_log.Filters:
        """Raises KeyError unless the form is valid."""
        given = self.cleaned_data
        return audit_log.Filters(
            who=given["who"],
            what=given["what"],
            address=given["address"] or None,
            since=midnight(given["since"]) if given["since"] else None,
            before=midnight(given["until"] + timedelta(days=1)) if given["until"] else None,
        )


@dataclass(frozen=True)
class Row:
    """An event as the page shows it."""

    event: AuditEvent
    subject: str
    details: str


@staff_page(_RIGHT)
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    is_valid = form.is_valid()
    found = (
        audit_log.page(form.filters(), _after(request))
        if is_valid
        else audit_log.Page([], next=None)
    )
    query = {key: str(value) for key, value in request.GET.items() if value and key != "after"}
    context = {
        "form": form,
        "rows": [_row(event) for event in found.events],
        "query": urlencode(query),
        "next": urlencode({**query, "after": str(found.next)}) if found.next else "",
        "is_first": "after" not in request.GET,
        "is_narrowed": bool(query),
        "actions": form.fields["what"].choices,  # type: ignore[attr-defined]
    }
    response = render_page(request, "staff/audit/audit.html", _("Audit log"), context)
    response.status_code = 200 if is_valid else 400
    return response


@staff_page(_RIGHT)
@require_GET
def export(request: StaffRequest, form: str) -> StreamingHttpResponse:
    """All that the filters leave; that it was taken along is an event too."""
    if form not in _FORMS:
        raise Http404
    asked = FilterForm(request.GET)
    if not asked.is_valid():
        raise Http404
    given = {key: str(value) for key, value in asked.cleaned_data.items() if value}
    audit.record(audit.Action.EXPORTED, request.user, "audit log", form=form, filters=given)
    write, content_type = _FORMS[form]
    name = f"ark-audit-{timezone.localdate():%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(write(asked.filters()), content_type=content_type, headers=headers)


def _after(request: StaffRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None


def _row(event: AuditEvent) -> Row:
    return Row(event, event_texts.subject(event), event_texts.details(event))
