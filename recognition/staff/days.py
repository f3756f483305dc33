"""Days that people choose, in the time zone of the server."""

from __future__ import annotations

from datetime import date, datetime, time

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import make_aware


class DayField(forms.DateField):
    """A day that databases and all time zones can deal with, and so the next one."""

    default_validators = [
        MinValueValidator(date(1970, 1, 1)),
        MaxValueValidator(date(2999, 12, 31)),
    ]


def midnight(day: date) -> datetime:
    """When the day begins in the server's time zone."""
    return make_aware(datetime.combine(day, time.min))
