"""The page of a comparison, over a comparison of made-up photos."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from recognition.cnn.taxonomy import Label as TaxonomyLabel
from recognition.models import ComparedPhoto, Comparison, Label, ModelVersion, Photo
from recognition.staff.versions import verdict_texts
from recognition.versions.comparison import comparing
from recognition.versions.comparison.answers import Answers
from recognition.versions.registry import register
from tests.support.pages import client_of
from tests.support.rows import manifest, predicted_photo
from tests.support.said import say

Outcome, Part, State = ComparedPhoto.Outcome, ComparedPhoto.Part, Comparison.State
PAGE = reverse("training-compare", args=[2, 1])
PHOTOS = reverse("training-compare-photos", args=[2, 1])


@pytest.fixture
def candidate(version: ModelVersion) -> ModelVersion:
    """Knows cats instead of taxis."""
    dog, car, _taxi, neither = manifest().labels
    cat = TaxonomyLabel("cat", "animal", "Cat", "猫", None, (2,))
    return register(2, manifest(name="With cats", labels=(dog, car, cat, neither)))


@pytest.fixture
def compare(
    candidate: ModelVersion, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Comparison]:
    """Makes a comparison in which the versions say these labels of these photos."""

    def make(*photos: tuple[Photo, str, str]) -> Comparison:
        def answers(asked: ModelVersion, photo_ids: list) -> Answers:
            column = 1 if asked.number == 1 else 2
            answers = {row[0].id: row[column] for row in photos}
            return say({photo_id: answers[photo_id] for photo_id in photo_ids})

        monkeypatch.setattr("recognition.versions.comparison.side_by_side.answers", answers)
        monkeypatch.setattr(comparing, "_speed", lambda comparison: None)
        monkeypatch.setattr(
            "recognition.versions.comparison.selection.split_of", lambda group: "test", raising=True
        )
        row = comparing.request(candidate, version)
        comparing.compare_pending()
        row.refresh_from_db()
        assert row.error == ""
        return row

    return make


def labelled(owner: User, slug: str) -> Photo:
    photo = predicted_photo(owner, slug, 0.5)
    Photo.objects.filter(id=photo.id).update(label=Label.objects.get(slug=slug))
    return photo


def text(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(strip_tags(response.content.decode()).split())


def thumbnails(client: Client, address: str) -> list[str]:
    return re.findall(r"/photos/([0-9a-f-]{36})/thumbnail", client.get(address).content.decode())


def test_two_that_were_never_compared_offer_to_be(
    as_superuser: Client, candidate: ModelVersion
) -> None:
    assert "These two have not been compared yet" in text(as_superuser)
    assert as_superuser.post(PAGE).status_code == 302
    assert Comparison.objects.get().state == State.QUEUED
    page = as_superuser.get(PAGE).content.decode()
    assert "are being compared" in page
    assert 'hx-trigger="load delay:1s"' in page


def test_the_headline_says_what_is_fixed_and_broken(
    as_superuser: Client, superuser: User, compare: Callable
) -> None:
    fixed = [(labelled(superuser, "car"), "dog", "car") for _ in range(3)]
    compare(*fixed, (labelled(superuser, "dog"), "dog", "car"))
    shown = text(as_superuser)
    assert "Version 2 fixes 3 photos and breaks 1 (p = 0.62)." in shown
    assert "It knows 1 more label; it forgets 1." in shown
    assert "may well be chance" in shown
    assert "load delay" not in as_superuser.get(PAGE).content.decode()  # it asks no more


def test_labels_that_it_would_no_longer_know_are_shown_in_red(
    as_superuser: Client, superuser: User, compare: Callable
) -> None:
    compare((labelled(superuser, "taxi"), "taxi", "car"))
    page = as_superuser.get(PAGE).content.decode()
    assert re.search(r'is-bad" role="alert"><strong>It would no longer know:</strong> Taxi', page)
    assert "Make it live …" in page  # which asks back
    assert "Make version 2 live" not in page


def test_both_versions_stand_side_by_side(
    as_superuser: Client, superuser: User, compare: Callable
) -> None:
    photos = [labelled(superuser, "car") for _ in range(4)]
    compare(*((photo, "dog" if photo is photos[0] else "car", "car") for photo in photos))
    shown = text(as_superuser)
    assert "75.0 %" in shown
    assert "+25.0" in shown
    assert "30.1 – 95.4 %" in shown  # Wilson's interval of 3 of 4


def test_a_cell_of_the_confusion_matrix_opens_its_photos(
    as_superuser: Client, superuser: User, compare: Callable
) -> None:
    wrong = labelled(superuser, "dog")
    compare((wrong, "dog", "car"), (labelled(superuser, "dog"), "dog", "dog"))
    page = as_superuser.get(PAGE).content.decode()
    cell = f"{PHOTOS}?part=test&amp;label=dog&amp;after=car"
    assert cell in page
    assert thumbnails(as_superuser, cell.replace("&amp;", "&")) == [str(wrong.id)]
    baseline = as_superuser.get(PAGE + "?matrix=baseline").content.decode()
    assert f"{PHOTOS}?part=test&amp;label=dog&amp;before=dog" in baseline
    assert cell not in baseline


def test_the_flip_report_has_a_tab_for_each_outcome(
    as_superuser: Client, superuser: User, compare: Callable
) -> None:
    fixed, broken = labelled(superuser, "car"), labelled(superuser, "dog")
    compare((fixed, "dog", "car"), (broken, "dog", "car"))
    assert thumbnails(as_superuser, f"{PHOTOS}?part=test&outcome=fixed") == [str(fixed.id)]
    assert thumbnails(as_superuser, f"{PHOTOS}?part=test&outcome=broken") == [str(broken.id)]
    # A taxi, of which there are 2 %, is a car.
    assert "Dog · 90 % → Car · 93 %" in text(as_superuser, f"{PHOTOS}?part=test")


def test_a_finer_answer_fixes_nothing(
    as_superuser: Client, superuser: User, compare: Callable
) -> None:
    photo = labelled(superuser, "taxi")
    compare((photo, "car", "taxi"))
    words = text(as_superuser)
    assert "Version 2 fixes 0 photos and breaks 0" in words
    assert "Right both times: 1 more finely now, 0 more broadly." in words
    assert "Right but broad" in words
    assert thumbnails(as_superuser, f"{PHOTOS}?part=test&outcome=finer") == [str(photo.id)]


def test_many_photos_are_paged(
    as_superuser: Client,
    superuser: User,
    compare: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("recognition.staff.versions.comparison_page.PER_PAGE", 2)
    compare(*((labelled(superuser, "car"), "dog", "car") for _ in range(3)))
    first = f"{PHOTOS}?part=test&outcome=fixed"
    shown = thumbnails(as_superuser, first)
    found = re.search(
        r'href="(\?part=test[^"]*since=\d+)"', as_superuser.get(first).content.decode()
    )
    rest = thumbnails(as_superuser, PHOTOS + found[1].replace("&amp;", "&"))
    assert len(shown) == 2
    assert len(rest) == 1
    assert not set(shown) & set(rest)


def test_the_replay_shows_where_they_disagree_and_can_be_longer(
    as_superuser: Client, superuser: User, compare: Callable
) -> None:
    unlabelled, same = predicted_photo(superuser, "dog", 0.5), predicted_photo(superuser, "dog", 1)
    compare((unlabelled, "dog", "car"), (same, "dog", "dog"))
    assert "the latest 2 uploads, labelled or not; 1 of them differently" in text(as_superuser)
    assert thumbnails(as_superuser, f"{PHOTOS}?part=replay") == [str(unlabelled.id)]
    as_superuser.post(PAGE, {"replay": "2000"})
    assert (Comparison.objects.get().replay, Comparison.objects.get().state) == (2000, "queued")


def test_what_was_found_stays_in_view_while_it_is_made_again(
    as_superuser: Client, superuser: User, compare: Callable
) -> None:
    compare((labelled(superuser, "car"), "dog", "car"))
    as_superuser.post(PAGE)
    shown = text(as_superuser)
    assert "are being compared" in shown
    assert "Version 2 fixes 1 photo and breaks 0" in shown


def test_without_test_photos_the_page_says_what_to_do(
    as_superuser: Client, compare: Callable
) -> None:
    compare()
    shown = text(as_superuser)
    assert "There are no photos to measure on" in shown
    assert "Label more photos" in shown


def test_a_failure_is_told(as_superuser: Client, candidate: ModelVersion) -> None:
    as_superuser.post(PAGE)
    for error, words in {**verdict_texts.FAILURES, "ValueError: 7": "nobody foresaw"}.items():
        Comparison.objects.update(state=State.FAILED, error=error)
        shown = text(as_superuser).replace("&#x27;", "'")
        assert "could not be compared." in shown
        assert str(words) in shown
        assert "ValueError" not in shown


@pytest.mark.parametrize(
    "address",
    [
        reverse("training-compare", args=[1, 1]),
        reverse("training-compare", args=[2, 77]),
        reverse("training-compare", args=[10**30, 1]),
        PHOTOS,
        f"{PHOTOS}?part=test&label=nothing",
        f"{PHOTOS}?part=test&since={10**30}",
        f"{PHOTOS}?part=test&since=x",
        f"{PHOTOS}?part=%00&outcome=%00",
    ],
)
def test_addresses_that_lead_nowhere(address: str, as_superuser: Client, compare: Callable) -> None:
    compare()
    assert as_superuser.get(address).status_code == 404


def test_a_malformed_replay_changes_nothing(as_superuser: Client, candidate: ModelVersion) -> None:
    assert as_superuser.post(PAGE, {"replay": "all"}).status_code == 302
    assert Comparison.objects.get().replay == 500


def test_only_who_may_see_versions_sees_comparisons(candidate: ModelVersion) -> None:
    guest = User.objects.create_user("guest", is_staff=True)
    for address in (PAGE, PHOTOS):
        assert client_of(guest).get(address).status_code == 403
    assert client_of(guest).post(PAGE).status_code == 403


def test_who_may_not_see_everybodys_photos_sees_figures_and_no_photos(
    superuser: User, compare: Callable
) -> None:
    compare((labelled(superuser, "car"), "dog", "car"))
    guest = User.objects.create_user("guest", is_staff=True)
    guest.user_permissions.add(Permission.objects.get(codename="view_modelversion"))
    client = client_of(guest)
    assert "fixes 1 photo" in text(client)
    assert thumbnails(client, PAGE) == []
    assert thumbnails(client, f"{PHOTOS}?part=test") == []
