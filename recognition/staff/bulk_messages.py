"""What people are told after they decided about many photos."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.models import BulkDecision
from recognition.predictions.backfill import Asked
from recognition.review.bulk import Left


def report_decided(request: HttpRequest, decision: BulkDecision) -> None:
    """Say how many photos were decided, with a link to undo it."""
    text = ngettext(
        "%(count)d photo was decided.", "%(count)d photos were decided as one.", decision.photos
    )
    link = format_html(
        '{} <a class="underline" href="{}">{}</a>',
        text % {"count": decision.photos},
        reverse("admin:recognition_bulkdecision_undo", args=[decision.id]),
        _("Undo …"),
    )
    messages.success(request, link)


def report_left(request: HttpRequest, left: Counter[Left]) -> None:
    """Say which photos were left as they are, and why."""
    for reason, count in left.items():
        text = ngettext(
            "%(count)d photo was left as it is: %(reason)s.",
            "%(count)d photos were left as they are: %(reason)s.",
            count,
        )
        messages.warning(request, text % {"count": count, "reason": reason.label})


def report_asked_again(request: HttpRequest, asked: Asked) -> None:
    """Say what becomes of photos that were to be predicted again."""
    for count, text in (
        (
            asked.waiting,
            ngettext(
                "%(count)d photo is predicted again, in the background.",
                "%(count)d photos are predicted again, in the background.",
                asked.waiting,
            ),
        ),
        (
            asked.shown,
            ngettext(
                "%(count)d photo shows what the live version predicted for it before.",
                "%(count)d photos show what the live version predicted for them before.",
                asked.shown,
            ),
        ),
        (
            asked.left,
            ngettext(
                "%(count)d photo has the live version's answer, or waits for it.",
                "%(count)d photos have the live version's answer, or wait for it.",
                asked.left,
            ),
        ),
    ):
        if count:
            messages.info(request, text % {"count": count})
