"""django-allauth's forms with this site's fields, words and limits."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.base import forms as factors
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from recognition.people.authentication import passwords, sign_in_limits
from recognition.site.accounts.sign_in import too_many

# What scripts send has the names that it always had.
_AS_EVER = {
    "login": "username",
    "oldpassword": "old_password",
    "password1": "new_password1",
    "password2": "new_password2",
}


_LABELS = {
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password, again"),
    "code": _("Code"),
    "email": _("Mail address"),
}


class _Labelled(forms.Form):
    """Labels say what a field is, so that no placeholder has to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Labelled, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = _("Username or mail address")
        login.validators.append(MaxLengthValidator(254))
        login.widget.attrs.update(autocomplete="username", autocapitalize="none", autofocus=True)
        password.help_text = ""

    def add_prefix(self, field_name: str) -> str:
        return super().add_prefix(_AS_EVER.get(field_name, field_name))


class _NewPassword(_Labelled):
    revoke_tokens = forms.BooleanField(
        label=_("Also revoke all my API tokens"),
        help_text=_("Programs that use them have to be given new ones."),
        required=False,
        initial=True,
    )
    is_reset = False
    user: Any

    def save(self) -> None:
        passwords.change(
            self.user,
            self.cleaned_data["password1"],
            by=self.user,
            revoke_tokens=self.cleaned_data["revoke_tokens"],
            is_reset=self.is_reset,
        )


class ChangePasswordForm(_NewPassword, account.ChangePasswordForm):
    field_order = ("oldpassword", "password1", "password2", "revoke_tokens")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""

    def add_prefix(self, field_name: str) -> str:
        return super().add_prefix(_AS_EVER.get(field_name, field_name))


class SetPasswordForm(_NewPassword, account.SetPasswordForm):
    field_order = ("password1", "password2", "revoke_tokens")


class ResetPasswordForm(_NewPassword, account.ResetPasswordKeyForm):
    field_order = ("password1", "password2", "revoke_tokens")
    is_reset = True


class AskPasswordForm(_Labelled, account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs["autofocus"] = True


class AskResetForm(_Labelled, account.ResetPasswordForm):
    pass


class _Code(_Labelled):
    """A code of an app, or a recovery code; guessing is as slow as that of passwords."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        key = f"factor of {self.user.pk}"
        wait_s = sign_in_limits.begin(key)
        if wait_s:
            raise ImmediateHttpResponse(too_many(context.request, wait_s))
        code: str = super().clean_code()  # type: ignore[misc]
        sign_in_limits.succeeded(key)
        return code


class ActivateAppForm(_Labelled, totp.ActivateTOTPForm):
    pass


class CodeForm(_Code, factors.AuthenticateForm):
    pass


class CodeAgainForm(_Code, factors.ReauthenticateForm):
    pass


class AddPasskeyForm(_Labelled, webauthn.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you know which one it is, later.")
        self.fields["name"].validators.append(MaxLengthValidator(60))
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")
        self.fields["passwordless"].help_text = _(
            "It then asks for your fingerprint, your face or a PIN."
        )
        self.fields["passwordless"].initial = True
