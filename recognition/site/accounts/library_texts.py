"""Texts of django-allauth whose Chinese translation is clumsy or missing."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("Incorrect code."),
    _("Incorrect password."),
    _("Please type your current password."),
    _("Too many failed login attempts. Try again later."),
    _("You must type the same password each time."),
    _("Your account has no password set up."),
    _("You cannot disconnect your last remaining third-party account."),
    _("The third-party account is already connected to a different account."),
)
