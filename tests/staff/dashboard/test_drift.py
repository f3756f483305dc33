"""Uploads that resemble nothing labelled, on the front page, and the way to them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.analysis import drift as analysis
from recognition.models import Label, Photo
from recognition.review import queue
from recognition.review.drift import Drift
from recognition.review.queue import Ordering
from tests.support.rows import add_photo, predicted_photo


def front_page(client: Client) -> str:
    text = client.get(reverse("admin:index")).content.decode()
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def drifting(owner: User, count: int = 3, drifts: bool = True) -> list[Photo]:
    photos = [predicted_photo(owner, "dog", 0.4) for _ in range(count)]
    analysis.record(Drift(50, 11, drifts, [photo.id for photo in photos]))
    return photos


def test_drift_is_said_with_the_photos_and_what_to_do(as_superuser: Client, uploader: User) -> None:
    photos = drifting(uploader)
    text = front_page(as_superuser)
    assert "22 % of the uploads of the last 7 days resemble nothing labelled" in text
    assert "11 of the newest 50 photos, as of" in text
    for photo in photos:
        assert reverse("thumbnail", args=[photo.id]) in text
    assert "Review these 3" in text
    for address in (f"{reverse('review-queue')}?order=drift", reverse("training-launch")):
        assert f'href="{address}"' in text


def test_without_drift_nothing_is_said(as_superuser: Client, uploader: User) -> None:
    assert "resemble nothing" not in front_page(as_superuser)
    drifting(uploader, drifts=False)
    assert "resemble nothing" not in front_page(as_superuser)


def test_what_was_labelled_since_is_not_shown(as_superuser: Client, uploader: User) -> None:
    first, *_others = drifting(uploader)
    Photo.objects.filter(id=first.id).update(label=Label.objects.get(slug="car"))
    text = front_page(as_superuser)
    assert reverse("thumbnail", args=[first.id]) not in text
    assert "Review these 2" in text


def test_who_does_not_train_is_not_sent_to_teach(as_reviewer: Client, uploader: User) -> None:
    drifting(uploader)
    text = front_page(as_reviewer)
    assert "Review these 3" in text
    assert "Then teach" not in text


def test_the_queue_hands_out_just_these(
    as_reviewer: Client, reviewer: User, uploader: User
) -> None:
    add_photo(uploader)
    others = [predicted_photo(uploader, "dog", 0.3) for _ in range(2)]
    photos = drifting(uploader)
    assert queue.progress(Ordering.DRIFT).remaining.number == 3
    claimed = queue.claim(reviewer, Ordering.DRIFT, 10)
    assert set(claimed) == {photo.id for photo in photos}
    assert not set(claimed) & {photo.id for photo in others}
    page = as_reviewer.get(reverse("review-queue"), {"order": "drift"})
    assert page.status_code == 200
    assert 'data-order="drift"' in page.content.decode()
