"""History: newest first, narrowed by filters, page after page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.labels import tree
from recognition.models import Label, State
from recognition.photos.orders import history
from tests.support.pages import done, shown, text
from tests.support.rows import add_photo, broad_photo, found_subject

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def subjects(uploader: User, version: object) -> None:
    """A dog beside a taxi; a dog; a dog of which nobody has looked where it is."""
    both = add_photo(uploader, name="both.jpg", **done("dog", 0.97))
    found_subject(both, [0, 0, 0.5, 1], "dog")
    found_subject(both, [0.5, 0, 1, 1], "taxi")
    found_subject(add_photo(uploader, name="dog.jpg", **done("dog", 0.97)), [0, 0, 1, 1], "dog")
    add_photo(uploader, name="unseen.jpg", **done("dog", 0.97))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"contains": "dog"}, ["dog.jpg", "both.jpg"]),
        ({"contains": "taxi"}, ["both.jpg"]),
        ({"contains": "car"}, ["both.jpg"]),  # a taxi is one
        ({"contains": "neither"}, []),
        ({"contains": "unicorn"}, []),
        ({"contains": "dog", "text": "both"}, ["both.jpg"]),
        ({"contains": "no slug!"}, ["unseen.jpg", "dog.jpg", "both.jpg"]),
    ],
)
@pytest.mark.usefixtures("subjects")
def test_what_photos_contain(client: Client, query: dict[str, str], names: list[str]) -> None:
    assert shown(client.get(reverse("history"), query)) == names


@pytest.mark.usefixtures("subjects")
def test_cards_say_what_photos_contain(client: Client) -> None:
    assert "1 dog, 1 taxi" in text(client.get(reverse("history")))


@pytest.mark.usefixtures("subjects")
def test_the_filter_stays_chosen(client: Client) -> None:
    page = client.get(reverse("history"), {"contains": "taxi"}).content.decode()
    assert 'value="taxi" selected' in page


@pytest.fixture
def album(uploader: User, version: object) -> None:
    """Five photos, oldest first."""
    add_photo(uploader, name="rex.jpg", **done("dog", 0.97, fine="golden retriever"))
    add_photo(uploader, name="street.png", **done("car", 0.55, fine="sports car"))
    add_photo(uploader, name="lunch.webp", **done("neither", 0.75, fine="plate"))
    add_photo(
        uploader, name="broken.gif", prediction__state=State.FAILED, prediction__error="truncated"
    )
    add_photo(uploader, name="new.heic")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["new.heic", "broken.gif", "lunch.webp", "street.png", "rex.jpg"]),
        ({"kind": "animal"}, ["rex.jpg"]),
        ({"kind": "vehicle"}, ["street.png"]),
        ({"kind": "neither"}, ["lunch.webp"]),
        ({"label": "car"}, ["street.png"]),
        ({"label": "taxi"}, []),
        ({"state": "pending"}, ["new.heic"]),
        ({"state": "failed"}, ["broken.gif"]),
        ({"confidence": "low"}, ["street.png"]),
        ({"confidence": "middle"}, ["lunch.webp"]),
        ({"confidence": "high"}, ["rex.jpg"]),
        ({"text": "REX"}, ["rex.jpg"]),
        ({"text": "retriever"}, ["rex.jpg"]),
        ({"text": "汽车"}, ["street.png"]),
        ({"text": "金毛"}, ["rex.jpg"]),
        ({"text": "dog", "kind": "animal", "confidence": "high"}, ["rex.jpg"]),
        ({"text": "dog", "kind": "vehicle"}, []),
        ({"kind": "nonsense", "batch": "nonsense", "after": "nonsense"}, 5),
        ({"after": "99999999999999999999999-0"}, 5),
    ],
)
@pytest.mark.usefixtures("album")
def test_filters(client: Client, query: dict[str, str], names: list[str] | int) -> None:
    found = shown(client.get(reverse("history"), query))
    assert (len(found) if isinstance(names, int) else found) == names


def test_a_label_that_a_person_set_counts_more(client: Client, uploader: User) -> None:
    add_photo(uploader, label=Label.objects.get(slug="taxi"), **done("dog"))
    assert len(shown(client.get(reverse("history"), {"label": "taxi"}))) == 1
    assert len(shown(client.get(reverse("history"), {"kind": "vehicle"}))) == 1
    assert shown(client.get(reverse("history"), {"label": "dog"})) == []
    words = text(client.get(reverse("history")))
    assert "Taxi Set by a person recognised as Dog" in words


def test_who_asks_for_a_label_asks_for_what_stands_below_it(client: Client, uploader: User) -> None:
    add_photo(uploader, name="cab.jpg", **done("taxi"))
    add_photo(uploader, name="car.jpg", **done("car"))
    assert shown(client.get(reverse("history"), {"label": "car"})) == ["car.jpg", "cab.jpg"]
    assert shown(client.get(reverse("history"), {"label": "taxi"})) == ["cab.jpg"]


def test_a_card_says_that_its_answer_is_broad(client: Client, uploader: User) -> None:
    broad_photo(uploader)
    assert "More exactly unsure: perhaps Taxi" in text(client.get(reverse("history")))


def test_pages_show_every_photo_once(
    client: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE_SIZE", 3)
    names = [add_photo(uploader, name=f"{number}.jpg").name for number in range(7)]
    assert walk(client) == names[::-1]


def test_a_rare_match_is_found_window_after_window(
    client: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "WINDOW", 2)
    add_photo(uploader, name="rex.jpg", **done("dog"))
    for _ in range(6):
        add_photo(uploader)
    first = client.get(reverse("history"), {"label": "dog"})
    assert "Look further back than" in text(first)
    assert walk(client, label="dog") == ["rex.jpg"]


def walk(client: Client, **query: str) -> list[str]:
    """The names on all pages, by the links from each to the next."""
    names: list[str] = []
    address = f"{reverse('history')}?{'&'.join(f'{k}={v}' for k, v in query.items())}"
    while address:
        response = client.get(address)
        names += shown(response)
        [address] = re.findall(r'href="([^"]*after=[^"]*)"', response.content.decode()) or [""]
        address = address.replace("&amp;", "&")
    return names


def test_htmx_gets_the_results_alone_and_a_tidy_address(client: Client, album: None) -> None:
    response = client.get(
        reverse("history"),
        {"kind": "animal", "label": "", "text": ""},
        headers={"HX-Request": "true"},
    )
    assert shown(response) == ["rex.jpg"]
    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"] == "/history/?kind=animal"
    assert "HX-Request" in response["Vary"]


def test_nothing_yet_and_nothing_that_matches(client: Client, uploader: User) -> None:
    assert "No photos yet" in text(client.get(reverse("history")))
    add_photo(uploader)
    words = text(client.get(reverse("history"), {"text": "zebra"}))
    assert "Nothing matches" in words
    assert "Clear the filters" in words


def test_everybody_sees_their_own_and_staff_may_see_all(
    client: Client, reviewer_client: Client, uploader: User, other_uploader: User
) -> None:
    add_photo(uploader, name="mine.jpg")
    add_photo(other_uploader, name="theirs.jpg")
    everybody = {"whose": "everybody"}
    assert shown(client.get(reverse("history"), everybody)) == ["mine.jpg"]
    assert shown(reviewer_client.get(reverse("history"))) == []
    response = reviewer_client.get(reverse("history"), everybody)
    assert shown(response) == ["theirs.jpg", "mine.jpg"]
    assert "theirs.jpg · oscar" in text(response)


def test_a_page_needs_few_queries(
    reviewer_client: Client, uploader: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        add_photo(uploader, **done("dog"))
    with django_assert_max_num_queries(16):
        reviewer_client.get(reverse("history"), {"whose": "everybody", "kind": "animal"})


@pytest.mark.parametrize("text", ["grünkäfer", "GRÜNKÄFER", "gru\u0308nka\u0308fer", "NKÄF"])
@pytest.mark.parametrize("name", ["Grünkäfer.jpg", "GRU\u0308NKA\u0308FER.JPG"])
@pytest.mark.usefixtures("version")
def test_names_are_found_however_they_are_written(
    client: Client, uploader: User, name: str, text: str
) -> None:
    add_photo(uploader, name=name)
    add_photo(uploader, name="other.jpg")
    assert shown(client.get(reverse("history"), {"text": text})) == [name]


@pytest.mark.usefixtures("version")
def test_labels_are_found_however_they_are_written(client: Client, uploader: User) -> None:
    label = tree.add("", "Привет", "你好", "other")
    add_photo(uploader, name="a.jpg", label=label)
    add_photo(uploader, name="b.jpg", **done("dog", 0.9))
    assert shown(client.get(reverse("history"), {"text": "ПРИВ"})) == ["a.jpg"]


def test_days_stand_above_their_photos(client: Client, uploader: User) -> None:
    for day in (3, 5):
        taken = datetime(2026, 3, day, 12, tzinfo=UTC)
        for number in (1, 2):
            add_photo(uploader, name=f"{day}-{number}.jpg", taken_at=taken)
    html = client.get(reverse("history")).content.decode()
    parts = re.findall(r'datetime="(2026-03-0\d)"|card-name">([^<]*)', html)
    expected = ["2026-03-05", "5-2.jpg", "5-1.jpg", "2026-03-03", "3-2.jpg", "3-1.jpg"]
    assert [day or name for day, name in parts] == expected
    assert 'class="day"' not in client.get(reverse("history"), {"sort": "name"}).content.decode()


def test_a_day_that_goes_on_is_not_named_again(
    client: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE_SIZE", 2)
    for _ in range(3):
        add_photo(uploader, taken_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    first = client.get(reverse("history")).content.decode()
    [further] = re.findall(r'href="([^"]*after=[^"]*)"', first)
    assert first.count('class="day"') == 1
    assert 'class="day"' not in client.get(further.replace("&amp;", "&")).content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"first_day": "2026-03-04"}, ["new.jpg", "5.jpg"]),
        ({"last_day": "2026-03-05"}, ["5.jpg", "3.jpg"]),
        ({"first_day": "2026-03-05", "last_day": "2026-03-05"}, ["5.jpg"]),
        ({"camera": "Pixel 8"}, ["3.jpg"]),
        ({"first_day": "nonsense", "camera": ""}, ["new.jpg", "5.jpg", "3.jpg"]),
    ],
)
def test_days_and_cameras(
    client: Client, uploader: User, query: dict[str, str], names: list[str]
) -> None:
    for day, camera in ((3, "Pixel 8"), (5, None)):
        taken = datetime(2026, 3, day, 12, tzinfo=UTC)
        add_photo(uploader, name=f"{day}.jpg", taken_at=taken, camera=camera)
    add_photo(uploader, name="new.jpg")
    assert shown(client.get(reverse("history"), query)) == names


def test_cameras_and_batches_can_be_chosen_from(
    client: Client, uploader: User, other_uploader: User
) -> None:
    batch, empty = uploader.batch_set.create(), uploader.batch_set.create()
    for name, camera in (("1.jpg", "Pixel 8"), ("2.jpg", "Canon EOS 80D"), ("3.jpg", "Pixel 8")):
        add_photo(uploader, name=name, camera=camera, batch=batch)
    add_photo(other_uploader, camera="Leica M11")
    html = client.get(reverse("history"), {"batch": str(batch.id)}).content.decode()
    assert re.findall(r"<option[^>]*>(Canon EOS 80D|Pixel 8|Leica M11)", html) == [
        "Canon EOS 80D",
        "Pixel 8",
    ]
    assert f'value="{batch.id}" selected' in html
    assert str(empty.id) not in html
    assert reverse("batch", args=[batch.id]) in html


def test_it_is_said_how_many_match(client: Client, uploader: User) -> None:
    for name in ("1.jpg", "2.jpg", "rex.jpg"):
        add_photo(uploader, name=name)
    assert "3 photos" in text(client.get(reverse("history")))
    assert "1 photo " in text(client.get(reverse("history"), {"text": "rex"}))


def test_who_comes_back_gets_as_much_as_there_was(
    client: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE_SIZE", 2)
    for _ in range(5):
        add_photo(uploader)
    htmx = {"HX-Request": "true"}
    assert len(shown(client.get(reverse("history"), {"size": "4"}, headers=htmx))) == 4
    assert len(shown(client.get(reverse("history"), {"size": "-1"}, headers=htmx))) == 2
    assert len(shown(client.get(reverse("history"), {"size": "x"}, headers=htmx))) == 2


def test_whose_photos_are_shown_changes_no_filter(reviewer_client: Client) -> None:
    html = reviewer_client.get(reverse("history"), {"kind": "animal"}).content.decode()
    assert 'href="/history/?kind=animal&amp;whose=everybody"' in html
    html = reviewer_client.get("/history/?kind=animal&whose=everybody").content.decode()
    assert 'href="/history/?kind=animal"' in html


@pytest.mark.parametrize(
    ("shown_before", "step"),
    [
        ("", "HX-Push-Url"),
        ("?kind=animal", "HX-Push-Url"),
        ("?text=re", "HX-Push-Url"),
        ("?kind=animal&text=re", "HX-Replace-Url"),
    ],
)
def test_not_each_letter_that_is_typed_is_a_step_back(
    client: Client, shown_before: str, step: str
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/history/{shown_before}"}
    query = {"kind": "animal", "text": "rex"}
    response = client.get(reverse("history"), query, headers=headers)
    assert response[step] == "/history/?text=rex&kind=animal"
