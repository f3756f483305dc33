"""The tour: its steps, whose photo it shows, and what was said of it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.models import Kind, Label, Photo, State
from recognition.site.learn import glossary, tour
from tests.support.pages import text
from tests.support.rows import add_photo
from webapp.home import BASE_DIR

START = reverse("learn")
QUESTIONS = reverse("learn-questions")
SLUGS = [step.slug for step in tour.STEPS]


def address(slug: str, photo: Photo | None = None) -> str:
    page = reverse("learn-step", args=[slug])
    return f"{page}?photo={photo.id}" if photo else page


def html(client: Client, page: str) -> str:
    return client.get(page).content.decode()


def test_it_has_eight_steps() -> None:
    assert len(set(SLUGS)) == 8


@pytest.mark.parametrize("slug", SLUGS)
def test_strangers_take_each_step_with_the_example_picture(db: None, slug: str) -> None:
    page = html(Client(), address(slug))
    assert "/static/learn/example.svg" in page
    assert "Calculated from the example picture" in page


@pytest.mark.parametrize("slug", SLUGS)
def test_a_step_shows_the_photo_that_the_address_names(
    client: Client, photo: Photo, slug: str
) -> None:
    page = html(client, address(slug, photo))
    assert f'src="/photos/{photo.id}/preview.jpg"' in page
    assert "Calculated from your photo rex.jpg" in page


@pytest.mark.parametrize("at", range(8))
def test_each_step_leads_back_and_on_with_the_same_photo(
    client: Client, photo: Photo, at: int
) -> None:
    ways = [START, *map(address, SLUGS), QUESTIONS]
    page = " ".join(html(client, address(SLUGS[at], photo)).split())
    assert f'data-way="before" href="{ways[at]}?photo={photo.id}"' in page
    assert f'data-way="after" href="{ways[at + 2]}?photo={photo.id}"' in page


def test_there_is_no_other_step(db: None) -> None:
    assert Client().get(address("ninth")).status_code == 404


def test_the_start_offers_ones_own_newest_photos(
    client: Client, uploader: User, other_uploader: User
) -> None:
    own = [add_photo(uploader) for _ in range(13)]
    others = add_photo(other_uploader)
    page = html(client, START)
    offered = [photo for photo in (*own, others) if f'href="?photo={photo.id}"' in page]
    assert offered == own[1:]


def test_a_file_that_could_not_be_read_is_not_offered(
    client: Client, uploader: User, version: object
) -> None:
    unreadable = add_photo(uploader, prediction__state=State.FAILED)
    assert str(unreadable.id) not in html(client, START)
    assert "example.svg" in html(client, address("pixels", unreadable))


def test_strangers_are_told_that_they_could_sign_in(db: None) -> None:
    words = text(Client().get(START))
    assert "Whoever signs in can choose a photo of their own" in words
    assert "Chosen: the example picture" in words


@pytest.mark.parametrize("named", ["somebody else's", "none", "nonsense"])
def test_a_photo_that_one_may_not_see_is_not_shown(
    other_client: Client, photo: Photo, named: str
) -> None:
    of = {"somebody else's": photo.id, "none": UUID(int=0), "nonsense": "nonsense"}[named]
    response = other_client.get(f"{address('softmax')}?photo={of}")
    assert "the example picture" in text(response)
    assert str(photo.id) not in response.content.decode()


def test_the_percentages_are_those_that_were_stored(client: Client, photo: Photo) -> None:
    page = html(client, address("softmax", photo))
    assert 'data-share="0.97000000"' in page
    assert "likeliest labels of your photo, as version 1 answered" in " ".join(page.split())
    assert "All other labels together had 2 %;" in " ".join(page.split())


def test_before_there_is_an_answer_the_examples_is_shown(client: Client, uploader: User) -> None:
    waiting = add_photo(uploader)
    response = client.get(address("softmax", waiting))
    assert "This photo has no answer yet." in text(response)
    assert response.content.decode().count("data-share=") == 5


def test_it_says_what_a_person_said_to_a_sure_answer(client: Client, photo: Photo) -> None:
    photo.label = Label.objects.create(slug="wolf", name_en="Wolf", name_zh="狼", kind=Kind.ANIMAL)
    photo.save()
    words = text(client.get(address("softmax", photo)))
    assert "Here the network said Dog, 97 % sure; a person said Wolf." in words


def test_the_end_asks_the_five_questions(db: None) -> None:
    words = text(Client().get(QUESTIONS))
    for question in (
        "What is a kernel?",
        "Why does the map get smaller?",
        "Why is a fully connected layer 64 × 7 × 7?",
        "What does softmax do?",
        "Why do we need non-linearity?",
    ):
        assert question in words


@pytest.mark.parametrize("step", tour.STEPS, ids=SLUGS)
def test_a_step_names_terms_of_the_glossary(step: tour.Step) -> None:
    assert set(step.terms) <= glossary.terms().keys()
    assert step.terms


@pytest.mark.parametrize("slug", SLUGS)
def test_without_scripts_it_says_what_is_missing(db: None, slug: str) -> None:
    assert "The figures of this tour need JavaScript." in text(Client().get(address(slug)))


def test_how_it_works_leads_to_the_tour_and_to_its_steps(db: None) -> None:
    page = html(Client(), reverse("how-it-works"))
    for to in (START, address("kernels"), address("softmax"), reverse("lab")):
        assert f'href="{to}"' in page


def test_every_step_has_its_figure() -> None:
    folder = Path(BASE_DIR / "static" / "learn")
    assert {f"{slug}.js" for slug in SLUGS} <= {path.name for path in folder.iterdir()}
