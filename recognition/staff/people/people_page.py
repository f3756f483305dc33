"""Everybody: role, when last seen, what they store; found by name, page by page."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from recognition.models import Role
from recognition.people import invitations, quotas, search
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.people import person_summary

PAGE_SIZE = 50
may_manage = staff_page("auth.change_user")


class FindForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Name or mail address"), max_length=150, required=False
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("", gettext_lazy("all roles")), *Role.choices],
        required=False,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[
            ("", gettext_lazy("active or not")),
            ("active", gettext_lazy("active")),
            ("inactive", gettext_lazy("inactive")),
            ("deleting", gettext_lazy("being deleted")),
        ],
        required=False,
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Order"),
        choices=[
            ("name", gettext_lazy("by name")),
            ("seen", gettext_lazy("seen last first")),
            ("stored", gettext_lazy("most stored first")),
        ],
        required=False,
    )


@may_manage
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    form = FindForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = Paginator(search.people(**wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": found,
        "rows": person_summary.rows(list(found)),
        "query": urlencode({name: value for name, value in wanted.items() if value}),
        "is_narrowed": any(wanted.get(name) for name in ("text", "role", "state")),
        "invitations": invitations.waiting().select_related("by")[:PAGE_SIZE],
        "in_all": person_summary.stored(quotas.usage_in_all()),
    }
    return render_page(request, "staff/people/people.html", _("People"), context)
