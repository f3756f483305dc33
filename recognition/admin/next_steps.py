"""What to do next: a few sentences with a link, chosen by the state of the instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition import figures, selectors
from recognition.admin.pictures import percent
from recognition.models import Photo
from recognition.review import promise
from recognition.review.queue import Ordering

MAX_STEPS = 4
WORTH_A_PROMISE = 0.05  # of the uploads


@dataclass(frozen=True)
class Step:
    """is_urgent: something is broken."""

    text: str
    link_text: str
    url: str
    is_urgent: bool = False


def next_steps(may_review: bool) -> list[Step]:
    """The most important steps, at most MAX_STEPS."""
    choices = [*_FOR_ALL, *_FOR_REVIEWERS] if may_review else _FOR_ALL
    return [step for choose in choices if (step := choose())][:MAX_STEPS]


def _start_a_predictor() -> Step | None:
    waiting = figures.waiting()
    if not waiting.number or selectors.is_predictor_heard():
        return None
    text = _("Photos wait for the network, and no predictor is running.")
    return Step(text, _("See what is wrong"), reverse("readyz"), is_urgent=True)


def _upload() -> Step | None:
    if Photo.objects.exists():
        return None
    return Step(_("No photo has come in yet."), _("Upload the first ones"), reverse("home"))


def _review() -> Step | None:
    remaining = figures.to_review()
    if not remaining.number:
        return None
    if not Photo.objects.filter(label__isnull=False).exists():
        text = _("Nothing is labelled yet. Each label that you confirm or correct is a lesson.")
        return Step(text, _("Start with the least certain photos"), reverse("review-queue"))
    text = ngettext(
        "%(photos)s photo waits for review.",
        "%(photos)s photos wait for review.",
        remaining.number,
    )
    text %= {"photos": remaining.in_words}
    return Step(text, _("Review the least certain first"), reverse("review-queue"))


def _look_at_suspects() -> Step | None:
    suspects = figures.suspects()
    if not suspects.number:
        return None
    text = ngettext(
        "%(labels)s label looks wrong.", "%(labels)s labels look wrong.", suspects.number
    )
    text %= {"labels": suspects.in_words}
    return Step(text, _("Look at the suspects"), reverse("review-suspects"))


def _look_at_contradicted() -> Step | None:
    contradicted = figures.contradicted()
    if not contradicted.number or figures.suspects().number:  # which tell more, about the same
        return None
    text = ngettext(
        "The network contradicts %(labels)s label.",
        "The network contradicts %(labels)s labels.",
        contradicted.number,
    )
    text %= {"labels": contradicted.in_words}
    query = urlencode({"order": Ordering.DISAGREEMENT})
    return Step(text, _("Compare them"), f"{reverse('review-queue')}?{query}")


def _let_the_machine_accept() -> Step | None:
    settings = promise.settings()
    outlook = promise.outlook(promise.tallies_in(promise.report()), settings.target)
    if settings.active or not outlook.share or outlook.share < WORTH_A_PROMISE:
        return None
    text = _("The accuracy promise could take %(share)s of the uploads off your hands.")
    text %= {"share": percent(outlook.share)}
    return Step(text, _("See what it means"), reverse("review-promise"))


def _nothing() -> Step | None:
    if figures.to_review().number or figures.contradicted().number or not Photo.objects.exists():
        return None
    text = _("Nothing waits for review. New photos appear here by themselves.")
    return Step(text, _("Look through all photos"), reverse("admin:recognition_photo_changelist"))


_FOR_ALL: tuple[Callable[[], Step | None], ...] = (_start_a_predictor, _upload)
_FOR_REVIEWERS: tuple[Callable[[], Step | None], ...] = (
    _review,
    _look_at_suspects,
    _look_at_contradicted,
    _let_the_machine_accept,
    _nothing,
)
