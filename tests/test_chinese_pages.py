"""Somebody who reads Chinese finds no English on a page but names and code, no English punctuation
between Chinese words, and is called by one word; the texts of Django's admin, of unfold and of
allauth are no exception."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.labels import labelling
from recognition.models import ApiToken, Decision, Label, RunState, Via
from recognition.people import tokens
from recognition.site.learn.tour import STEPS
from tests.support.addresses import addresses
from tests.support.rows import add_photo, predicted_photo, training_run
from tests.support.visible_words import latin_words, texts

NAMES = {
    *("Ark", "English", "Python", "JavaScript", "curl", "WebP", "Webhook", "Intel", "p", "ms"),
    *("OpenVINO", "torch", "torchvision", "timm", "safetensors", "openvino"),
    *("t", "x"),  # as formulas call numbers
    *("Esc", "Shift", "Enter", "Ctrl"),
    *("EfficientNet", "ResNet", "GoogLeNet", "AlexNet", "DenseNet", "Inception", "MobileNet"),
    *("NanoDet-g", "Lite", "ConvNeXt"),
    *("ConvNeXt-Tiny", "LeNet", "SimAM", "ReLU", "Softmax", "Mixup", "Transformer", "ImageNet"),
}
GIVEN = {"sue", "script", "Small"}  # names that this test gave
_HAN = "\u3400-\u9fff"
# A comma or colon of Latin script beside Chinese, or alone between two elements; "you" is 您 here.
SEAM = re.compile(rf"[{_HAN}”]\s*[,:;](\s|$)|(^|\s)[,:;]\s*[{_HAN}]|^[,:;](\s|$)|你")
ACRONYM = re.compile(r"[A-Z]{2,5}s?|[A-Z]")


def _is_allowed(word: str) -> bool:
    return word in NAMES | GIVEN or ACRONYM.fullmatch(word) is not None


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("sue", password="a long passphrase")


@pytest.fixture
def everything(superuser: User, version: object) -> list[str]:
    photos = [predicted_photo(superuser, slug, 0.9) for slug in ("car", "dog", "car")]
    for photo in photos[:2]:
        labelling.decide(photo.id, Label.objects.get(slug="dog"), superuser, Via.PAGE)
    waiting = add_photo(superuser, name="waiting.jpg")
    tokens.make(superuser, "script", tokens.Scope, None, None)
    run = training_run(epochs=2, state=RunState.SUCCEEDED)
    photo = photos[0]
    steps = [reverse("learn-step", args=[step.slug]) for step in STEPS]
    return steps + addresses(
        {
            "photo_id": photo.id, "batch_id": waiting.batch_id, "user_id": superuser.id,
            "number": 1, "candidate": 1, "baseline": 1, "name": "lite0", "run_id": run.pk,
            "recognition_photo": photo.id, "recognition_prediction": photo.prediction_id,
            "recognition_label": Label.objects.get(slug="car").id, "recognition_modelversion": 1,
            "recognition_decision": Decision.objects.all()[0].id, "auth_user": superuser.id,
            "recognition_apitoken": ApiToken.objects.all()[0].pk, "recognition_trainingrun": run.pk,
        }
    )  # fmt: skip


def test_chinese_pages_have_no_english_words_or_commas(
    superuser: User, everything: list[str]
) -> None:
    client, found = Client(), defaultdict(set)
    labels = {
        part for label in Label.objects.all() for part in (label.slug, *label.name_en.split())
    }
    seen_pages = 0
    for who in (None, superuser):
        if who:
            client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        for address in everything:
            if "logout" in address or "sign-out" in address:
                continue
            answer = client.get(address, headers={"Accept-Language": "zh-hans"})
            if not answer.get("Content-Type", "").startswith("text/html"):
                continue
            seen_pages += 1
            html = answer.content.decode()
            is_stock = address.startswith("/admin/recognition/") and address.endswith("/delete/")
            for text in filter(SEAM.search, () if is_stock else texts(html)):
                found[text].add(address)
            for word, text in latin_words(html):
                if word not in labels and not _is_allowed(word):
                    found[text].add(address)
    assert seen_pages > 60
    lines = [f"{text[:100]}  ({min(where)})" for text, where in sorted(found.items())]
    assert not lines, "\n".join(lines)
