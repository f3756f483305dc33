"""What owners say of the answer, on their photo's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recognition.labels import suggestions
from recognition.labels.fields import LabelForm
from recognition.labels.suggestions import CannotSuggest
from recognition.models import Photo, Suggestion
from recognition.site.history.query import with_list
from recognition.site.requests import SignedInRequest
from recognition.staff import field_errors


class SuggestionForm(LabelForm):
    kind = forms.ChoiceField(choices=Suggestion.Kind)


@login_required
@require_POST
def suggest(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    form = SuggestionForm(request.POST)
    if form.is_valid():
        _suggest(request, photo_id, **form.cleaned_data)
    else:
        kind = "another" if request.POST.get("kind") == "another" else "wrong"
        field_errors.report_all(request, form, at=f"suggest-{kind}")
    return redirect(with_list(request, reverse("photo", args=[photo_id])))


def _suggest(request: SignedInRequest, photo_id: UUID, **said: Any) -> None:
    try:
        suggestions.suggest(photo_id, request.user, **said)
    except Photo.DoesNotExist:
        raise Http404 from None
    except CannotSuggest as error:
        field_errors.report(request, f"suggest-{said['kind']}", str(error))
    else:
        messages.success(request, _("Thank you. A reviewer will look at it."))


@login_required
@require_POST
def withdraw(request: SignedInRequest, photo_id: UUID, suggestion_id: UUID) -> HttpResponse:
    try:
        suggestions.withdraw(photo_id, suggestion_id, request.user)
    except Photo.DoesNotExist:
        raise Http404 from None
    except Suggestion.DoesNotExist:  # withdrawn before, or replaced
        pass
    except CannotSuggest as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your suggestion is withdrawn."))
    return redirect(with_list(request, reverse("photo", args=[photo_id])))
