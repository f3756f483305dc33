"""A label as people type it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from recognition.labels.fields import LabelField
from recognition.models import Label

pytestmark = pytest.mark.usefixtures("version")


@pytest.mark.parametrize("text", ["dog", "Dog", "DOG", "狗", " dog "])
def test_any_of_its_names_will_do(text: str) -> None:
    label = LabelField().clean(text)
    assert label is not None
    assert label.slug == "dog"


@pytest.mark.parametrize(
    ("text", "code"), [("", "required"), ("unicorn", "unknown"), ("taxi", "unknown")]
)
def test_what_is_no_label_in_use_is_refused(text: str, code: str) -> None:
    Label.objects.filter(slug="taxi").update(active=False)
    with pytest.raises(ValidationError) as caught:
        LabelField().clean(text)
    assert caught.value.code == code


def test_two_of_one_name_are_told_apart_by_their_short_names() -> None:
    Label.objects.create(slug="cab", name_en="Taxi", name_zh="的士", kind="vehicle")
    with pytest.raises(ValidationError) as caught:
        LabelField().clean("Taxi")
    assert caught.value.code == "ambiguous"
    label = LabelField().clean("cab")
    assert label is not None
    assert label.name_zh == "的士"
