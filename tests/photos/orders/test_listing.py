"""Photos in the orders of History, page after page, and what stands beside one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from recognition.models import Label, Photo
from recognition.photos.orders import history, listing
from recognition.photos.orders.filters import Filters
from recognition.photos.orders.history import Cursor
from recognition.photos.orders.listing import Order, Place
from recognition.photos.selectors import photos_to_show
from tests.support.pages import done
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ORDERS = {
    Order.TAKEN: ["Bug.jpg", "ant.jpg", "cat.jpg", "dog.jpg"],
    Order.UPLOADED: ["dog.jpg", "cat.jpg", "ant.jpg", "Bug.jpg"],
    Order.DOUBTFUL: ["cat.jpg", "Bug.jpg", "ant.jpg", "dog.jpg"],
    Order.NAME: ["ant.jpg", "Bug.jpg", "cat.jpg", "dog.jpg"],
}


@pytest.fixture
def album(uploader: User, version: object) -> dict[str, Photo]:
    """Four photos, in the order in which they were uploaded."""
    said = {"Bug.jpg": 0.6, "ant.jpg": 0.7, "cat.jpg": 0.4, "dog.jpg": 0.3}
    photos = {
        name: add_photo(uploader, name=name, taken_at=NOON - timedelta(days=day), **done("dog", c))
        for day, (name, c) in enumerate(said.items())
    }
    photos["dog.jpg"].label = Label.objects.get(slug="taxi")  # so nothing is doubtful any more
    photos["dog.jpg"].save()
    return photos


def pages(user: User, order: Order, filters: Filters | None = None, size: int = 48) -> list[str]:
    """The names on all pages, as links lead from each to the next."""
    names: list[str] = []
    place: Place | None = Place()
    while place:
        found = listing.page(photos_to_show(user), filters or Filters(), order, place, size)
        names += [photo.name for photo in found.photos]
        place = found.next and _as_in_an_address(found.next)
    return names


def _as_in_an_address(place: Place) -> Place:
    return Place(*(Cursor.parse(str(at)) if at else None for at in (place.after, place.block)))


@pytest.mark.parametrize("order", Order)
@pytest.mark.usefixtures("album")
def test_pages_show_every_photo_once_in_each_order(uploader: User, order: Order) -> None:
    assert pages(uploader, order) == ORDERS[order]
    assert pages(uploader, order, size=1) == ORDERS[order]


def test_without_a_time_in_the_file_that_of_the_upload_counts(
    uploader: User, album: dict[str, Photo]
) -> None:
    add_photo(uploader, name="new.jpg")
    assert pages(uploader, Order.TAKEN) == ["new.jpg", *ORDERS[Order.TAKEN]]


@pytest.mark.parametrize("order", [Order.DOUBTFUL, Order.NAME])
def test_of_very_many_the_newest_are_sorted_first_and_then_the_others(
    uploader: User, album: dict[str, Photo], order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "WINDOW", 2)
    newest, others = {"Bug.jpg", "ant.jpg"}, {"cat.jpg", "dog.jpg"}
    expected = [name for name in ORDERS[order] if name in newest]
    expected += [name for name in ORDERS[order] if name in others]
    assert pages(uploader, order, size=1) == expected


def test_a_batch_has_all_orders_too(uploader: User, album: dict[str, Photo]) -> None:
    batch = uploader.batch_set.create()
    Photo.objects.update(batch=batch)
    for order, names in ORDERS.items():
        assert pages(uploader, order, Filters(batch=batch.id), size=1) == names


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(taken_from=NOON - timedelta(days=1)), ["Bug.jpg", "ant.jpg"]),
        (Filters(taken_before=NOON - timedelta(days=1)), ["cat.jpg", "dog.jpg"]),
        (Filters(camera="Canon EOS 80D"), ["ant.jpg"]),
    ],
)
@pytest.mark.parametrize("order", Order)
def test_days_and_cameras_narrow_every_order(
    uploader: User, album: dict[str, Photo], order: Order, filters: Filters, names: list[str]
) -> None:
    Photo.objects.filter(name="ant.jpg").update(camera="Canon EOS 80D")
    wanted = [name for name in ORDERS[order] if name in names]
    assert pages(uploader, order, filters) == wanted


@pytest.mark.parametrize("order", Order)
def test_neighbours_are_those_of_the_list(
    uploader: User, album: dict[str, Photo], order: Order
) -> None:
    names = ORDERS[order]
    for before, name, behind in zip([None, *names], names, [*names[1:], None], strict=False):
        near = listing.neighbours(photos_to_show(uploader), Filters(), order, None, album[name])
        assert [near.before and near.before.name, near.behind and near.behind.name] == [
            before,
            behind,
        ]


@pytest.mark.parametrize("order", Order)
def test_neighbours_match_the_filter_though_the_photo_does_not_any_more(
    uploader: User, album: dict[str, Photo], order: Order
) -> None:
    names = [name for name in ORDERS[order] if name != "cat.jpg"]
    Photo.objects.filter(name="cat.jpg").update(camera="other")
    Photo.objects.exclude(name="cat.jpg").update(camera="Pixel")
    place = ORDERS[order].index("cat.jpg")
    photos, filters = photos_to_show(uploader), Filters(camera="Pixel")
    near = listing.neighbours(photos, filters, order, None, album["cat.jpg"])
    assert (near.before.name if near.before else None) == (names[place - 1] if place else None)
    assert (near.behind.name if near.behind else None) == names[place]


def test_what_matches_is_counted_up_to_a_limit(
    uploader: User, album: dict[str, Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(text: str, size: int) -> str:
        photos, filters = photos_to_show(uploader), Filters(text=text)
        first = listing.page(photos, filters, Order.TAKEN, Place(), size)
        return listing.count(photos, filters, first).in_words

    assert (counted("", 9), counted("t.jpg", 9)) == ("4", "2")
    assert (counted("", 1), counted("t.jpg", 1)) == ("4", "2")
    monkeypatch.setattr(history, "WINDOW", 3)
    assert (counted("t.jpg", 9), counted("t.jpg", 1)) == ("2+", "2+")
    monkeypatch.setattr(listing, "COUNTED", 3)
    assert counted("", 1) == "3+"


def test_all_that_match_can_be_named(
    uploader: User, album: dict[str, Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "WINDOW", 2)

    def names(found: list[UUID]) -> set[str]:
        return set(Photo.objects.filter(id__in=found).values_list("name", flat=True))

    photos = photos_to_show(uploader)
    assert names(listing.ids(photos, Filters(), 10)) == set(album)
    assert names(listing.ids(photos, Filters(), 3)) == {"Bug.jpg", "ant.jpg", "cat.jpg"}
    assert names(listing.ids(photos, Filters(text="t.jpg"), 10)) == {"ant.jpg", "cat.jpg"}
