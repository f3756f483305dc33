"""Delete a person: what goes with them, and what stays."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recognition.core.counting import count_up_to
from recognition.models import Photo, TrashedPhoto
from recognition.people import quotas, ranks
from recognition.photos import erasure
from recognition.staff import deletion_warning
from recognition.staff.base import StaffRequest, render_page
from recognition.staff.people import person_summary
from recognition.staff.people.people_page import may_manage

COUNTED = 10_000  # of more photos, what is counted with each upload is told


@may_manage
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, user_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=user_id)
    may_delete = request.user.has_perm("auth.delete_user")
    if not may_delete or not ranks.may_change(request.user, person):
        raise PermissionDenied
    if request.method == "POST":
        return _delete(request, person)
    photos = Photo.objects.filter(owner=person)
    usage = quotas.usage(person)
    counted = count_up_to(photos.order_by("-created", "-id"), COUNTED)
    number = counted.number
    if not counted.is_exact:
        in_trash = TrashedPhoto.objects.filter(owner=person).count()
        number = max(COUNTED, usage.photos - in_trash)
    context = {
        "person": person,
        "photos": number,
        "trashed": max(0, usage.photos - number),
        "stored": person_summary.stored(usage._replace(limit_bytes=0)),
        "uses": deletion_warning.uses(photos),
    }
    return render_page(request, "staff/people/delete.html", _("Delete a person"), context)


def _delete(request: StaffRequest, person: User) -> HttpResponse:
    try:
        erasure.ask(person, request.user)
    except ranks.NotAllowed as refused:
        messages.error(request, refused.detail)
        return redirect("people-person", person.pk)
    text = _("%(name)s cannot sign in any more, and is being deleted.")
    messages.success(request, text % {"name": person.get_username()})
    return redirect("login" if person.pk == request.user.pk else "jobs")
