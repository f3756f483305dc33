"""How photos, predictions and their confidence look in the admin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from recognition.labels import boxes
from recognition.models import Photo, Prediction, State, Subject
from recognition.photos import selectors

STATE_COLOURS = {
    State.PENDING: "info",
    State.RUNNING: "warning",
    State.DONE: "success",
    State.FAILED: "danger",
}
_SIDE = 56  # pixels of a thumbnail in a list
_NAME_LENGTH = 24  # fits a phone


def in_list(photo: Photo, title: str, detail: str) -> list[Any]:
    """A cell with a thumbnail, as unfold's display(header=True) wants it."""
    thumbnail = {
        "path": reverse("thumbnail", args=[photo.id]),
        "width": _SIDE,
        "height": _SIDE,
        "squared": True,
        "borderless": True,
    }
    return [Truncator(title).chars(_NAME_LENGTH), detail, "", thumbnail]


def preview(photo: Photo) -> SafeString:
    """The picture on a row's own page, leading to the photo's page on the site."""
    return format_html(
        '<a href="{}"><img src="{}" alt="{}" class="max-w-full rounded-default"></a>',
        reverse("photo", args=[photo.id]),
        reverse("thumbnail", args=[photo.id]),
        photo.name,
    )


def many(photos: Iterable[Photo]) -> SafeString:
    """Small pictures side by side, each leading to the photo's page on the site."""
    tiles = format_html_join(
        "",
        '<a href="{}"><img src="{}" alt="{}" width="{}" height="{}" loading="lazy" '
        'class="object-cover rounded-default"></a>',
        (
            (
                reverse("photo", args=[photo.id]),
                reverse("thumbnail", args=[photo.id]),
                photo.name,
                96,
                96,
            )
            for photo in photos
        ),
    )
    return format_html('<div class="flex flex-wrap gap-2">{}</div>', tiles)


def percent(share: float | None) -> str:
    if share is None:
        return ""
    # Rounded before: `number_format` cuts decimals off.
    return number_format(round(100 * share, 1), 1) + "\N{NO-BREAK SPACE}%"


def short_percent(share: float) -> str:
    """With a decimal only where it is not zero: 98 %, 99.5 %."""
    hundredths = round(100 * share, 1)
    decimals = 0 if hundredths == int(hundredths) else 1
    return number_format(hundredths, decimals) + "\N{NO-BREAK SPACE}%"


def answer(prediction: Prediction | None) -> str:
    """The predicted label and its confidence."""
    if prediction is None:
        return ""
    if prediction.state != State.DONE:
        return prediction.get_state_display()
    return f"{prediction.label} · {percent(prediction.confidence)}"


def box(edges: Sequence[float]) -> str:
    """A part of a photo in words."""
    if boxes.same(edges, boxes.WHOLE):
        return _("the whole picture")
    left, top, right, bottom = map(short_percent, edges)
    return _("%(left)s to %(right)s across, %(top)s to %(bottom)s down") % {
        "left": left,
        "top": top,
        "right": right,
        "bottom": bottom,
    }


def top_five(prediction: Prediction | Subject) -> SafeString:
    return format_html_join(
        "",
        "<div>{} · {}</div>",
        ((label, percent(share)) for label, share in selectors.top_labels(prediction)),
    )
