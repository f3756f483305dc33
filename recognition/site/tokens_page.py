"""A person's API tokens: made, shown once, revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from recognition.models import ApiToken
from recognition.models.ids import time_ordered_uuid
from recognition.people import tokens
from recognition.site.requests import SignedInRequest

_LASTING = "recognition.lasting_apitoken"
_VALID_DAYS = [
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("a year")),
]
_NEVER = ("", gettext_lazy("until it is revoked"))
_EXPLAINED = {
    tokens.Scope.READ: gettext_lazy("Look at photos, answers, labels and versions."),
    tokens.Scope.UPLOAD: gettext_lazy("Upload photos, and delete them."),
    tokens.Scope.REVIEW: gettext_lazy("Set labels and suggest better answers."),
    tokens.Scope.TRAIN: gettext_lazy("Train, and make versions live."),
}


class TokenForm(forms.Form):
    """valid: for how many days; empty for ever."""

    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    scopes = forms.MultipleChoiceField(choices=ApiToken.Scope.choices)
    valid = forms.ChoiceField(required=False)
    form_id = forms.UUIDField(initial=time_ordered_uuid)

    def __init__(self, *args: object, may_last: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["valid"].choices = [*_VALID_DAYS, *([_NEVER] if may_last else [])]  # type: ignore[attr-defined]
        self.fields["valid"].required = not may_last
        self.fields["scopes"].error_messages["required"] = _("Choose what it may be used for.")

    def expires(self) -> datetime | None:
        days = self.cleaned_data["valid"]
        return timezone.now() + timedelta(days=int(days)) if days else None

    @property
    def choices(self) -> list[tuple[str, str, str, bool]]:
        """Of scopes: value, name, what it means, whether it is chosen."""
        chosen = self["scopes"].value() or []
        return [
            (s.value, str(s.label), str(_EXPLAINED[s]), s.value in chosen) for s in ApiToken.Scope
        ]


@login_required
@cache_control(private=True, no_store=True)
@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    """What is made is shown in the answer itself: nothing keeps it for another page."""
    may_last = request.user.has_perm(_LASTING)
    if request.method != "POST":
        return _render(request, _new_form(may_last))
    form = TokenForm(request.POST, may_last=may_last)
    if not form.is_valid():
        return _render(request, form, status=400)
    given = form.cleaned_data
    try:
        made, secret = tokens.make_for_oneself(
            request.user, given["name"], given["scopes"], form.expires(), given["form_id"]
        )
    except tokens.MadeBefore:
        messages.warning(
            request,
            _(
                "That form was sent twice. The token was made, and shown once: if you did not keep "
                "it, revoke it and make another one."
            ),
        )
        return redirect("api-tokens")
    except tokens.TooMany:
        form.add_error(
            None,
            _("You have %(most)d tokens, which is as many as one can have. Revoke one first.")
            % {"most": tokens.MAX_A_PERSON},
        )
        return _render(request, form, status=400)
    return _render(request, _new_form(may_last), made, secret)


@login_required
@require_POST
def revoke(request: SignedInRequest, token_id: UUID) -> HttpResponse:
    token = tokens.of(request.user).filter(id=token_id).first()
    if token and tokens.revoke(token, request.user):
        messages.success(request, _("%(token)s is revoked.") % {"token": token.name})
    return redirect("api-tokens")


def _new_form(may_last: bool) -> TokenForm:
    initial = {"scopes": ["read", "upload"], "valid": "90"}
    return TokenForm(initial=initial, may_last=may_last)


@sensitive_variables("secret")
def _render(
    request: SignedInRequest,
    form: TokenForm,
    made: ApiToken | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "tokens": tokens.of(request.user),
        "made": made,
        "secret": secret,
        "site": request.build_absolute_uri("/").rstrip("/"),
        "api": request.build_absolute_uri("/api/v1/"),
    }
    return render(request, "site/accounts/tokens.html", context, status=status)
