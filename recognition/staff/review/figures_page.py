"""How review goes: one's own pace and agreement, and how far the network's answer sways people."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.people import profiles
from recognition.review import blind, own_work, statistics
from recognition.staff.base import StaffRequest, render_page, staff_page


@staff_page("recognition.review")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    sees_all = request.user.has_perm("recognition.view_all")
    figures = statistics.current() if sees_all else None
    context = {
        "pace": own_work.pace(request.user),
        "agreement": own_work.agreement(request.user),
        "sees_all": sees_all,
        "sway": blind.sway(figures.data) if figures else None,
        "made": figures and figures.made,
        "sampled": settings.ARK_BLIND_PERCENT,
        "few": blind.FEW,
        "is_blind": blind.is_wanted(request.user),
    }
    return render_page(request, "staff/review/figures.html", _("How review goes"), context)


@staff_page("recognition.review")
@require_POST
def set_blind(request: StaffRequest) -> HttpResponse:
    """Whether this person wants to see no answer before they decide."""
    profiles.set_reviews_blind(request.user, "blind" in request.POST)
    return redirect("review-queue" if "queue" in request.POST else "review-figures")
