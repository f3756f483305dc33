"""Notes about a photo, and questions to an expert, as the review queue sends them.

Each of these addresses may be called twice with the id that the page made; `back` takes it back.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.db import IntegrityError
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_POST

from recognition.labels import asking
from recognition.models import Photo, PhotoNote
from recognition.photos.selectors import photos_visible_to
from recognition.review import leases
from recognition.staff.base import StaffRequest, staff_page


class BackForm(forms.Form):
    photo = forms.UUIDField()
    part = forms.UUIDField()  # the id of the note or the question


class NoteForm(BackForm):
    text = forms.CharField(max_length=PhotoNote.LONGEST)


class QuestionForm(forms.Form):
    photo = forms.UUIDField()
    decision = forms.UUIDField()
    text = forms.CharField(max_length=PhotoNote.LONGEST, required=False)


@staff_page("recognition.review")
@require_POST
def note(request: StaffRequest) -> JsonResponse:
    if "back" in request.POST:
        asking.remove_note(_sent(BackForm, request)["part"], request.user)
        return JsonResponse({})
    sent = _sent(NoteForm, request)
    with _Refusals():
        asking.write_note(_photo(request, sent["photo"]), request.user, sent["text"], sent["part"])
    return JsonResponse({})


@staff_page("recognition.review")
@require_POST
def ask(request: StaffRequest) -> JsonResponse:
    if "back" in request.POST:
        sent = _sent(BackForm, request)
        asking.withdraw(sent["part"], request.user)
        leases.take(request.user, [_photo(request, sent["photo"])])
        return JsonResponse({})
    sent = _sent(QuestionForm, request)
    with _Refusals():
        asking.ask(_photo(request, sent["photo"]), request.user, sent["text"], sent["decision"])
    return JsonResponse({})


class _Refusals:
    """What stands in the way, as an answer."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Photo.DoesNotExist):
            raise Http404 from None
        if isinstance(error, asking.TooManyNotes | IntegrityError):  # or the id of another photo's
            raise BadRequest from None


def _sent(form: type[forms.Form], request: StaffRequest) -> dict[str, Any]:
    given = form(request.POST)
    if not given.is_valid():
        raise BadRequest(given.errors.as_json())
    return given.cleaned_data


def _photo(request: StaffRequest, photo_id: UUID) -> UUID:
    if not photos_visible_to(request.user).filter(id=photo_id).exists():
        raise Http404
    return photo_id
