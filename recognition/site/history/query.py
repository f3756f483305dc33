"""What an address says of a list of photos: filters, order, and whose they are.

The pages of photos carry it on, so that from each of them one comes to its neighbours in the list,
and back to the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from recognition.models import Kind, Photo, State
from recognition.photos.orders.filters import Filters
from recognition.photos.orders.history import Cursor
from recognition.photos.orders.listing import Order, Place
from recognition.site.requests import SignedInRequest
from recognition.staff.days import DayField, midnight

CONFIDENCE_CHOICES = [
    ("", _("Any confidence")),
    ("guess", _("A guess: below 50 %")),
    ("perhaps", _("Perhaps: 50 to 80 %")),
    ("probably", _("Probably: 80 to 95 %")),
    ("sure", _("Sure: 95 % and more")),
]
# Only in addresses that people have kept.
FORMER_CHOICES = [
    ("low", _("Below 60 %")),
    ("middle", _("60 to 90 %")),
    ("high", _("90 % and above")),
]
USUAL = Order.TAKEN
_NO_FILTERS = ("sort", "whose", "first_day", "last_day")


class FilterForm(forms.Form):
    """What the address says; a value that makes no sense does not narrow."""

    text = forms.CharField(required=False, max_length=100)
    kind = forms.ChoiceField(required=False, choices=Kind.choices)
    label = forms.SlugField(required=False)
    state = forms.ChoiceField(required=False, choices=State.choices)
    confidence = forms.ChoiceField(required=False, choices=CONFIDENCE_CHOICES + FORMER_CHOICES)
    batch = forms.UUIDField(required=False)
    contains = forms.SlugField(required=False)
    first_day = DayField(required=False)
    last_day = DayField(required=False)
    camera = forms.CharField(required=False, max_length=120)
    sort = forms.ChoiceField(required=False, choices=Order.choices)
    whose = forms.ChoiceField(required=False, choices=[("everybody", "")])

    def filters(self) -> Filters:
        self.is_valid()
        given = self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        return Filters(
            **{name: given[name] for name in given if name not in _NO_FILTERS},
            taken_from=midnight(first) if first else None,
            taken_before=midnight(last + timedelta(days=1)) if last else None,
        )


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
        given = {name: str(query[name]) for name, value in form.cleaned_data.items() if value}
        place = Place(Cursor.parse(query.get("after", "")), Cursor.parse(query.get("block", "")))
        order = Order(form.cleaned_data.get("sort") or USUAL)
        everybody = given.get("whose") == "everybody" and user.has_perm("recognition.view_all")
        return cls(given, filters, order, everybody, place)

    @property
    def is_at_its_beginning(self) -> bool:
        return not (self.place.after or self.place.block)

    def of_whom(self, photos: QuerySet[Photo], user: User) -> QuerySet[Photo]:
        """Of photos that this person may see, those that the list is about."""
        return photos if self.is_everybodys else photos.filter(owner=user)

    def address(self, name: str, *args: UUID, **changes: str) -> str:
        """The address of a list, or of what is made of it."""
        wanted = {name: value for name, value in (self.given | changes).items() if value}
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


def with_list(request: SignedInRequest, address: str) -> str:
    """An address of a photo, with the list that the request tells of, if any."""
    if not is_from_history(request.GET):
        return address
    query = HistoryQuery.of(request.GET, request.user)
    return address + query.suffix(query.place.block)
