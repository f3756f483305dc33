"""What administrators fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.models import Receiver
from recognition.notifications import messages, posting

_WRONG = {
    "characters": gettext_lazy("An address has no spaces and only plain letters."),
    "scheme": gettext_lazy("An address begins with https:// (or http://, in your own network)."),
    "user": gettext_lazy("An address has no name, no password and no # in it."),
}


def _events(kinds: tuple[Any, ...]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=[(kind.value, kind.label) for kind in kinds],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one event.")},
    )


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=forms.URLInput(
            attrs={"placeholder": "https://example.org/ark", "autocomplete": "off"}
        ),
    )
    events = _events(messages.BY_WEBHOOK)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            posting.parse(url)
        except ValueError as error:
            raise forms.ValidationError(_WRONG.get(str(error), _WRONG["scheme"])) from error
        return url


class MailForm(forms.Form):
    person = forms.CharField(label=gettext_lazy("Username"), max_length=150)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    events = _events(messages.BY_MAIL)

    def clean_person(self) -> User:
        name = self.cleaned_data["person"]
        person = User.objects.filter(username=name, is_active=True, is_staff=True).first()
        if person is None:
            raise forms.ValidationError(_("Nobody of the staff has this name."))
        if not person.email:
            raise forms.ValidationError(_("This person has no mail address."))
        return person


class ChangeForm(forms.Form):
    active = forms.BooleanField(label=gettext_lazy("Switched on"), required=False)
    events = _events(messages.BY_WEBHOOK)

    def __init__(self, data: QueryDict | None = None, *, receiver: Receiver) -> None:
        super().__init__(data, initial={"active": receiver.active, "events": receiver.events})
        if receiver.way == Receiver.Way.MAIL:
            self.fields["events"] = _events(messages.BY_MAIL)
