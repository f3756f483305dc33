"""Suspect labels: shown with their evidence, put right in place, and taken back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from recognition.labels import labelling
from recognition.models import Decision, Label, Photo, Suspect, Via
from recognition.review import suspects
from tests.support.rows import NO_ID, settled_photo

PAGE = "/admin/review/suspects/"
UNDO = PAGE + "undo/"
SEARCH = PAGE + "search/"


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def suspect(owner: User, by: User, score: float = 1.0, name: str = "photo.jpg") -> Photo:
    """A dog by its folder, but the others say that it is a car."""
    photo, like_it = settled_photo(owner, name=name), settled_photo(owner, name="like it.jpg")
    for shown, slug in ((photo, "dog"), (like_it, "car")):
        labelling.decide(shown.id, label(slug), by, Via.GRID)
    Suspect.objects.create(
        photo=photo,
        label=label("dog"),
        suggested=label("car"),
        score=score,
        evidence={
            "given": 0.07,
            "suggested": 0.81,
            "similar": [{"photo": str(like_it.id), "label": "car"}],
        },
    )
    return photo


@pytest.fixture
def photo(uploader: User, reviewer: User) -> Photo:
    return suspect(uploader, reviewer)


def decide(client: Client, photo: Photo, **fields: object) -> HttpResponse:
    """As htmx sends it, from the page as it is now."""
    last = photo.decisions.first()
    body = {"seen": last.id if last else "", **fields}
    return client.post(f"{PAGE}{photo.id}/", body, headers={"HX-Request": "true"})


def undo(client: Client, **fields: object) -> HttpResponse:
    return client.post(UNDO, fields, headers={"HX-Request": "true"})


def slug_of(photo: Photo) -> str | None:
    found = Photo.objects.get(id=photo.id).label
    return found.slug if found else None


def text_of(response: HttpResponse) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def names(client: Client, **query: object) -> list[str]:
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return [card.photo.name for card in response.context["page"].cards]


def test_a_suspect_is_shown_with_its_evidence(as_reviewer: Client, photo: Photo) -> None:
    text = text_of(as_reviewer.get(PAGE))
    assert "rather Car?" in text
    assert "Labelled by rita" in text
    assert "7 %" in text
    assert "81 %" in text
    assert "like it.jpg" in text


def test_the_most_suspect_come_first_and_pages_lead_on(
    as_reviewer: Client, uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspects, "PAGE_SIZE", 2)
    shown = {
        name: suspect(uploader, reviewer, score, name)
        for name, score in (("b", 2.0), ("a", 3.5), ("d", 0.1), ("c", 2.0))
    }
    first = as_reviewer.get(PAGE).context["page"]
    assert [card.photo.name for card in first.cards] == ["a", "b"]
    decide(as_reviewer, shown["a"], keep="on")
    assert names(as_reviewer, after=first.next) == ["c", "d"]
    assert as_reviewer.get(PAGE, {"after": first.next}).context["page"].next is None


@pytest.mark.parametrize(
    "after", ["nonsense", "nan_" + "0" * 32, "1.0_x", "inf_" + "0" * 32, "\x00"]
)
def test_pages_begin_at_the_start_when_the_address_makes_no_sense(
    as_reviewer: Client, photo: Photo, after: str
) -> None:
    assert names(as_reviewer, after=after) == ["photo.jpg"]


def test_a_label_is_kept(as_reviewer: Client, photo: Photo, reviewer: User) -> None:
    assert "Kept: Dog" in text_of(decide(as_reviewer, photo, keep="on"))
    made = photo.decisions.first()
    assert (made.via, made.by, made.to_label.slug) == (Via.SUSPECTS, reviewer, "dog")
    assert names(as_reviewer) == []


def test_a_retired_label_can_be_kept(as_reviewer: Client, photo: Photo) -> None:
    Label.objects.filter(slug="dog").update(active=False)
    assert "Kept: Dog" in text_of(decide(as_reviewer, photo, keep="on"))


def test_a_label_is_changed_to_the_suggested_one(as_reviewer: Client, photo: Photo) -> None:
    assert "Changed: Dog → Car" in text_of(decide(as_reviewer, photo, label="car"))
    assert slug_of(photo) == "car"


@pytest.mark.parametrize("name", ["taxi", "Taxi", "出租车"])
def test_any_other_label_is_found_by_its_names(
    as_reviewer: Client, photo: Photo, name: str
) -> None:
    decide(as_reviewer, photo, label=name)
    assert slug_of(photo) == "taxi"


@pytest.mark.parametrize("name", ["", "nonsense", "x" * 99, "\x00"])
def test_a_label_that_does_not_exist_is_explained(
    as_reviewer: Client, photo: Photo, name: str
) -> None:
    text = text_of(decide(as_reviewer, photo, label=name))
    assert 'role="alert"' in text
    assert "Keep Dog" in text
    assert slug_of(photo) == "dog"


def test_nobody_is_overwritten_unseen(as_reviewer: Client, photo: Photo, superuser: User) -> None:
    labelling.decide(photo.id, label("taxi"), superuser, Via.QUEUE)
    text = text_of(decide(as_reviewer, photo, label="car", seen=""))
    assert "Somebody else decided meanwhile: Taxi." in text
    assert slug_of(photo) == "taxi"
    decide(as_reviewer, photo, label="car")
    assert slug_of(photo) == "car"


def test_a_decision_is_undone_in_place(as_reviewer: Client, photo: Photo) -> None:
    decide(as_reviewer, photo, label="car")
    made = photo.decisions.first()
    text = text_of(undo(as_reviewer, decision=made.id, suggested="car"))
    assert "Keep Dog" in text
    assert "Change to Car" in text
    assert slug_of(photo) == "dog"


def test_what_somebody_else_decided_since_is_not_undone(
    as_reviewer: Client, photo: Photo, superuser: User
) -> None:
    decide(as_reviewer, photo, label="car")
    made = photo.decisions.first()
    labelling.decide(photo.id, label("taxi"), superuser, Via.QUEUE)
    assert "Somebody else decided" in text_of(undo(as_reviewer, decision=made.id))
    assert slug_of(photo) == "taxi"


@pytest.mark.parametrize("decision", ["", "nonsense", NO_ID])
def test_what_is_not_there_cannot_be_undone(as_reviewer: Client, decision: str) -> None:
    assert undo(as_reviewer, decision=decision).status_code == 404


def test_another_persons_decision_is_not_undone(
    as_reviewer: Client, photo: Photo, superuser: User
) -> None:
    theirs = labelling.decide(photo.id, label("car"), superuser, Via.SUSPECTS)
    assert undo(as_reviewer, decision=theirs.id).status_code == 404
    assert slug_of(photo) == "car"


def test_a_photo_that_is_gone_is_not_found(as_reviewer: Client, photo: Photo) -> None:
    Photo.objects.filter(id=photo.id).delete()
    response = as_reviewer.post(f"{PAGE}{photo.id}/", {"keep": "on"})
    assert response.status_code == 404


@pytest.mark.parametrize("seen", ["nonsense", "\x00", NO_ID])
def test_what_was_seen_may_be_nonsense(as_reviewer: Client, photo: Photo, seen: str) -> None:
    text_of(decide(as_reviewer, photo, keep="on", seen=seen))
    assert not Decision.objects.filter(via=Via.SUSPECTS).exists()


def test_without_javascript_the_page_comes_back(as_reviewer: Client, photo: Photo) -> None:
    seen = photo.decisions.first().id
    response = as_reviewer.post(f"{PAGE}{photo.id}/", {"keep": "on", "seen": seen})
    assert response["Location"] == PAGE
    assert photo.decisions.first().via == Via.SUSPECTS


def test_the_empty_page_says_what_it_takes(as_reviewer: Client) -> None:
    text = text_of(as_reviewer.get(PAGE))
    assert "Nobody has searched yet" in text
    assert "with five photos each" in text


def test_a_search_is_asked_for(as_reviewer: Client) -> None:
    assert "A search is about to begin" in text_of(as_reviewer.post(SEARCH, follow=True))
    assert suspects.last_search().is_asked_for


def test_the_page_takes_as_many_queries_for_ten_as_for_one(
    as_reviewer: Client,
    uploader: User,
    reviewer: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(10):
        suspect(uploader, reviewer, number)
    with django_assert_max_num_queries(16):
        assert len(names(as_reviewer)) == 10


# Rights


def doors(photo: Photo) -> list[tuple[str, str]]:
    return [("get", PAGE), ("post", f"{PAGE}{photo.id}/"), ("post", UNDO), ("post", SEARCH)]


def test_uploaders_and_strangers_stay_outside(client: Client, uploader: User, photo: Photo) -> None:
    for _ in range(2):  # a stranger, then an uploader
        for method, door in doors(photo):
            response = getattr(client, method)(door, {"label": "car"})
            assert response.status_code == 302
            assert "/login/" in response["Location"]
        client.force_login(uploader, "django.contrib.auth.backends.ModelBackend")
    assert slug_of(photo) == "dog"
    assert not suspects.last_search().is_asked_for


def test_staff_without_the_permission_are_refused(client: Client, photo: Photo) -> None:
    user = User.objects.create_user("stan", is_staff=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    for method, door in doors(photo):
        assert getattr(client, method)(door, {"label": "car"}).status_code == 403


def test_reviewers_who_may_not_see_all_find_only_their_own(client: Client, photo: Photo) -> None:
    user = User.objects.create_user("stan", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="review"))
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    suspect(user, user, name="own")
    assert names(client) == ["own"]
    assert decide(client, photo, label="car").status_code == 404


def test_evidence_that_one_may_not_see_is_left_out(client: Client, photo: Photo) -> None:
    user = User.objects.create_user("stan", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="review"))
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    own = suspect(user, user)
    theirs = [{"photo": str(photo.id), "label": "dog"}]
    Suspect.objects.filter(photo=own).update(evidence={"similar": theirs})
    assert client.get(PAGE).context["page"].cards[0].similar == []
