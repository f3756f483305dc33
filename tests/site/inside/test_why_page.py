"""Why an answer: the page while it waits, with what was worked out, and when that failed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from recognition.cnn.explain.classes import ClassShare
from recognition.cnn.explain.explained import ClassMap, Explained, to_fields
from recognition.cnn.explain.faithfulness import Check
from recognition.explanations import kept
from recognition.explanations.asked_about import about
from recognition.labels.tree import LabelTree
from recognition.models import Job, Label, Photo, RunState
from tests.support.pages import client_of, text
from tests.support.rows import (
    add_photo,
    found_subject,
    give_label,
    predicted_photo,
)

FAITHFUL = Check(0.93, 0.01, 0.8, 0.2, 0.05, 0.9)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ARK_INCOMING = tmp_path / "incoming"


def page(client: Client, photo: Photo, query: str = "") -> HttpResponse:
    return client.get(reverse("why", args=[photo.id]) + query)


def explained(slug: str, check: Check | None = None, **shares: float) -> dict[str, Any]:
    values = np.array([[1.5, 0.5], [-0.25, 0.0]], np.float32)
    classes = tuple(
        ClassShare(number, name.replace("_", " "), share, share)
        for number, (name, share) in enumerate(shares.items())
    )
    return to_fields(Explained(slug, ClassMap(values, 2.5, 0.75, True), classes, check))


def work_out(photo: Photo, views: list[dict[str, Any]], **fields: Any) -> None:
    """Keep an explanation, as the explainer would."""
    asked = about(Photo.objects.get(id=photo.id), LabelTree())
    whole = {"about": asked.digest, "is_checked": True, "views": views, "pulled": None}
    kept.keep(photo.id, 1, "why", {**whole, **fields})


def view(*labels: dict[str, Any], children: Any = None) -> dict[str, Any]:
    return {"place": [0, 0, 1, 1], "box": None, "labels": list(labels), "children": children or {}}


def test_it_shows_itself_at_once_and_asks(client: Client, photo: Photo) -> None:
    for _look in range(2):
        assert "Being worked out" in text(page(client, photo))
    job = Job.objects.get()
    assert (job.kind, job.subject) == (Job.Kind.EXPLANATION, f"{photo.id.hex}:1:why")


def test_a_waiting_page_looks_again_less_often_and_not_for_ever(
    client: Client, photo: Photo
) -> None:
    assert "delay:250ms" in page(client, photo).content.decode()
    assert "delay:1s" in page(client, photo, "?tries=50").content.decode()
    assert "hx-trigger" not in page(client, photo, "?tries=300").content.decode()
    assert "has not been heard" in text(page(client, photo, "?tries=50"))


def test_what_was_worked_out_is_shown_and_nothing_asked_for(client: Client, photo: Photo) -> None:
    work_out(photo, [view(explained("dog", FAITHFUL, Airedale=0.6, beagle=0.4))])
    words = text(page(client, photo))
    parts = ["Why “Dog”?", "What speaks for …", "Only that fifth 80 % 5 %", "Airedale terrier 60 %"]
    parts += ["All that speaks for it 2.00", "against it -0.25", "no place 0.75", "92 %"]
    assert [part for part in parts if part not in words] == []
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("check", "verdict"),
    [
        (FAITHFUL, "with that fifth alone it stands"),
        (FAITHFUL._replace(alone=0.1), "Alone that fifth is not enough"),
        (FAITHFUL._replace(masked=0.9), "other places say the same"),
        (FAITHFUL._replace(alone=0.05, masked=0.88), "Trust this map little"),
        (FAITHFUL._replace(masked=0.01, random_masked=0.45), "with that fifth alone it stands"),
    ],
)
def test_the_check_says_what_the_map_is_worth(
    client: Client, photo: Photo, check: Check, verdict: str
) -> None:
    work_out(photo, [view(explained("dog", check))])
    assert verdict in text(page(client, photo))


def test_what_was_shown_stands_beside_what_the_network_then_says(
    client: Client, other_client: Client, photo: Photo
) -> None:
    left = {"alone": [["dog", 0.8], ["car", 0.1]], "masked": [["car", 0.6], ["dog", 0.2]]}
    work_out(photo, [{**view(explained("dog", FAITHFUL)), "shown": left}])
    words = text(page(client, photo))
    assert "With the hottest fifth alone it says: Dog 80 % Car 10 %" in words
    assert "Without it, it says: Car 60 % Dog 20 %" in words
    kept.keep(photo.id, 1, "other", {}, pictures={"why-0-alone": b"RIFF"})
    address = reverse("why-shown", args=[photo.id])
    assert b"".join(client.get(f"{address}?part=alone")) == b"RIFF"
    assert client.get(f"{address}?part=masked").status_code == 404
    assert client.get(f"{address}?part=../why").status_code == 404
    assert other_client.get(f"{address}?part=alone").status_code == 404


def test_until_it_is_checked_the_map_is_there_and_the_check_waits(
    client: Client, photo: Photo
) -> None:
    work_out(photo, [view(explained("dog"))], is_checked=False)
    answer = page(client, photo)
    assert "why-map" in answer.content.decode() or "map.webp" in answer.content.decode()
    assert 'hx-target="#why-check"' in answer.content.decode()
    assert Job.objects.get().kind == Job.Kind.EXPLANATION


def test_any_of_the_labels_and_of_the_subjects_can_be_chosen(client: Client, photo: Photo) -> None:
    found_subject(photo, [0.1, 0.1, 0.5, 0.5], "car")
    whole = view(explained("dog"), explained("neither"))
    work_out(photo, [whole, view(explained("car"), explained("taxi"))])
    words = text(page(client, photo, "?view=1&label=taxi"))
    assert "The whole photo 1 · Car" in words
    assert "gives “Taxi”" in words
    assert "gives “Dog”" in text(page(client, photo, "?view=7&label=nothing"))


def test_of_a_broader_answer_it_names_what_could_not_be_told_apart(
    client: Client, photo: Photo
) -> None:
    children = {"dog": {"shares": [["taxi", 0.5], ["car", 0.4]], "undecided": ["taxi", "car"]}}
    work_out(photo, [view(explained("dog"), children=children)])
    words = text(page(client, photo))
    assert "What “Dog” was made of" in words
    assert "Taxi not told apart 50 % Car not told apart 40 %" in words


def test_an_explanation_of_another_answer_is_not_shown(client: Client, photo: Photo) -> None:
    work_out(photo, [view(explained("dog"))], about="something else")
    assert "Being worked out" in text(page(client, photo))


def test_what_failed_says_why_and_is_asked_for_again_by_a_button(
    client: Client, photo: Photo
) -> None:
    page(client, photo)
    Job.objects.update(state=RunState.FAILED, error="unreadable")
    assert "original cannot be read" in text(page(client, photo))
    client.post(reverse("why-again", args=[photo.id]))
    assert Job.objects.filter(state=RunState.QUEUED).exists()
    assert "Being worked out" in text(page(client, photo))


@pytest.mark.usefixtures("version")
def test_a_photo_without_an_answer_has_nothing_to_explain(client: Client, uploader: User) -> None:
    waits = add_photo(uploader, prediction__state="failed", prediction__model_version=None)
    assert "nothing to explain" in text(page(client, waits))
    assert not Job.objects.exists()


@pytest.mark.usefixtures("version")
def test_only_who_sees_the_photo_sees_why(
    other_client: Client, reviewer_client: Client, photo: Photo
) -> None:
    addresses = [reverse(name, args=[photo.id]) for name in ("why", "why-map")]
    work_out(photo, [view(explained("dog"))])
    addresses[1] += "?label=dog"
    assert [other_client.get(address).status_code for address in addresses] == [404, 404]
    assert [reviewer_client.get(address).status_code for address in addresses] == [200, 200]


def test_the_map_is_as_wide_as_the_photo_and_clear_where_nothing_was_seen(
    client: Client, photo: Photo
) -> None:
    work_out(photo, [{**view(explained("dog")), "place": [0.25, 0, 0.75, 1]}])
    answer = client.get(reverse("why-map", args=[photo.id]) + "?view=0&label=dog")
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (photo.width, photo.height)
    alpha = np.asarray(picture.getchannel("A"))
    assert alpha[:, : photo.width // 5].max() == 0
    assert alpha.max() > 200
    for query in ("?view=1&label=dog", "?view=0&label=car", ""):
        address = reverse("why-map", args=[photo.id]) + query
        assert client.get(address).status_code == 404


# The nearest, and what pulled towards a wrong label


def test_the_nearest_labelled_photos_stand_below(
    client: Client, uploader: User, reviewer: User, photo: Photo
) -> None:
    near = predicted_photo(uploader, "car", 0.9)
    give_label([near], "car", reviewer)
    photo.prediction.similar = [{"photo": str(near.id), "label": "car", "similarity": 0.81}]
    photo.prediction.save()
    assert "look most like it Car alike: 81 %" in text(page(client, photo))


@pytest.fixture
def wrong(uploader: User, reviewer: User, photo: Photo) -> Photo:
    """Answered as a dog, labelled as a car; another photo pulled towards that."""
    give_label([photo], "car", reviewer)
    other = predicted_photo(uploader, "dog", 0.9)
    give_label([other], "dog", reviewer)
    pulled = {"taught": True, "photos": [{"photo": str(other.id), "similarity": 0.9}]}
    work_out(photo, [view(explained("dog"))], pulled=pulled)
    return other


def test_what_pulled_towards_a_wrong_label_is_named_with_who_set_it(
    client: Client, reviewer_client: Client, photo: Photo, wrong: Photo
) -> None:
    words = text(page(client, photo))
    assert "What pulled towards “Dog”" in words
    assert "The version learned from these photos" in words
    assert "set by staff on" in words
    assert "set by rita on" in text(page(reviewer_client, photo))


def test_a_reviewer_corrects_its_label_there(
    reviewer_client: Client, client: Client, photo: Photo, wrong: Photo
) -> None:
    address = reverse("why-label", args=[photo.id])
    assert address not in page(client, photo).content.decode()
    html = page(reviewer_client, photo).content.decode()
    seen = html.split('name="seen" value="')[1].split('"')[0]
    fields = {"photo": str(wrong.id), "seen": seen, "label": "car"}
    assert client.post(address, fields).status_code == 403
    answer = reviewer_client.post(address, fields)
    assert answer["Location"] == reverse("why", args=[photo.id]) + "#pulled"
    wrong.refresh_from_db()
    assert wrong.label == Label.objects.get(slug="car")
    fields["label"] = "no such label"
    assert "There is no label" in text(reviewer_client.post(address, fields, follow=True))
    fields["label"] = "dog"  # decided without having seen the last decision
    assert "look again" in text(reviewer_client.post(address, fields, follow=True))


def test_the_pages_speak_chinese(uploader: User, photo: Photo) -> None:
    work_out(photo, [view(explained("dog", FAITHFUL, Airedale=0.6, beagle=0.4))])
    client = client_of(uploader)
    answer = client.get(reverse("why", args=[photo.id]), headers={"Accept-Language": "zh-hans"})
    assert "万能梗" in text(answer)
