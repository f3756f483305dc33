"""Texts of Django and django-allauth whose Chinese translation is clumsy, missing, or says "you"
with another word than all pages here."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

TEXTS = (
    _("Your password can’t be too similar to your other personal information."),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
    _("Your password can’t be a commonly used password."),
    _("Your password can’t be entirely numeric."),
    _("Incorrect code."),
    _("Incorrect password."),
    _("Please type your current password."),
    _("Too many failed login attempts. Try again later."),
    _("You must type the same password each time."),
    _("Your account has no password set up."),
    _("You cannot disconnect your last remaining third-party account."),
    _("The third-party account is already connected to a different account."),
)
