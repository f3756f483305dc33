"""What an address says of a list of photos: filters, order, and whose they are.

The pages of photos carry it on, so that from each of them one comes to its neighbours in the list,
and back to the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from recognition.models import Kind, Photo, State
from recognition.photos.history import Cursor, Filters
from recognition.photos.orders.listing import Order, Place

CONFIDENCE_CHOICES = [
    ("", _("Any confidence")),
    ("guess", _("A guess: below 50 %")),
    ("perhaps", _("Perhaps: 50 to 80 %")),
    ("probably", _("Probably: 80 to 95 %")),
    ("sure", _("Sure: 95 % and more")),
]
USUAL = Order.UPLOADED
_NO_FILTERS = ("sort", "whose")


class FilterForm(forms.Form):
    """What the address says; a value that makes no sense does not narrow."""

    text = forms.CharField(required=False, max_length=100)
    kind = forms.ChoiceField(required=False, choices=Kind.choices)
    label = forms.SlugField(required=False)
    state = forms.ChoiceField(required=False, choices=State.choices)
    confidence = forms.ChoiceField(required=False, choices=CONFIDENCE_CHOICES)
    batch = forms.UUIDField(required=False)
    contains = forms.SlugField(required=False)
    sort = forms.ChoiceField(required=False, choices=Order.choices)
    whose = forms.ChoiceField(required=False, choices=[("everybody", "")])

    def filters(self) -> Filters:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items()}
        return Filters(**{name: given[name] for name in given if name not in _NO_FILTERS})


@dataclass(frozen=True)
class HistoryQuery:
    """given: as it stands in the address, without what is empty or makes no sense."""

    given: dict[str, str]
    filters: Filters
    order: Order
    is_everybodys: bool
    place: Place

    @classmethod
    def of(cls, query: QueryDict, user: User) -> HistoryQuery:
        form = FilterForm(query)
        filters = form.filters()
        given = {name: query[name] for name, value in form.cleaned_data.items() if value}
        place = Place(Cursor.parse(query.get("after", "")), Cursor.parse(query.get("block", "")))
        order = Order(form.cleaned_data.get("sort") or USUAL)
        everybody = given.get("whose") == "everybody" and user.has_perm("recognition.view_all")
        return cls(given, filters, order, everybody, place)

    def of_whom(self, photos: QuerySet[Photo], user: User) -> QuerySet[Photo]:
        """Of photos that this person may see, those that the list is about."""
        return photos if self.is_everybodys else photos.filter(owner=user)

    def address(self, name: str, *args: UUID, **changes: str) -> str:
        """The address of a list, or of what is made of it."""
        wanted = self.given | changes
        address = reverse(name, args=args)
        return f"{address}?{urlencode(wanted)}" if wanted else address

    def address_of(self, place: Place) -> str:
        """Where the list goes on."""
        parts = {"after": place.after, "block": place.block}
        return self.address("history", **{name: str(at) for name, at in parts.items() if at})

    def suffix(self, block: Cursor | None = None) -> str:
        """What the addresses of photos on a page of the list end with."""
        named = {**self.given, "sort": self.order.value}
        return f"?{urlencode(named | ({'block': str(block)} if block else {}))}"


def is_from_history(query: QueryDict) -> bool:
    """Whether the address of a photo's page says what list it was in."""
    return bool(query.get("sort"))
