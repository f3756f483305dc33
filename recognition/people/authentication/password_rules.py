"""Passwords that anybody would try first on this very site."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_WORDS = {
    *("ark", "recognition", "recognise", "recognize", "vehicle", "vehicles", "animal", "animals"),
    *("photo", "photos", "picture", "pictures", "image", "images", "car", "cars", "upload"),
    *("welcome", "password", "passwort", "admin", "administrator", "login", "signin", "test"),
    *("user", "server", "the", "my", "our", "is", "to"),
}
# As people write letters to make a password look less simple
_DISGUISES = [str.maketrans("4@01!35$7", "aaoliesst"), str.maketrans("4@01!35$7", "aaoiiesst")]


class NotTheProductsName:
    """Refuses what is made of nothing but such words, the names of this site and of the person,
    digits and signs: Ark2026!, welcome-to-ark, phot0s.example."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        words = "|".join(map(re.escape, sorted(_words_of(user), key=len, reverse=True)))
        plain = password.casefold()
        for text in (plain, *(plain.translate(table) for table in _DISGUISES)):
            letters = re.sub(r"[\W\d_]", "", text)
            if letters and re.fullmatch(f"(?:{words})+", letters):
                raise ValidationError(
                    _("This password is made of the name of this site and words around it."),
                    code="password_of_the_site",
                )

    def get_help_text(self) -> str:
        return _("Your password can’t be the name of this site, with or without digits.")


def _words_of(user: AbstractBaseUser | None) -> set[str]:
    words = set(_WORDS)
    for host in settings.ALLOWED_HOSTS:
        words.update(part for part in re.split(r"[\W\d_]+", host.casefold()) if len(part) > 1)
    if user and user.get_username():  # a form that was not filled in has none
        words.add(re.sub(r"[\W\d_]", "", user.get_username().casefold()))
    return words - {""}
