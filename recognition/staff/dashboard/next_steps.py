"""What to do next: a few sentences with a link, chosen by the state of the instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.core import heartbeats
from recognition.labels.tree import labelled_photos
from recognition.models import Comparison, Mode, ModelVersion, Photo, RunState, TrainingRun, View
from recognition.review import promise, statistics
from recognition.review.queue import Ordering
from recognition.staff.formatting import percent, short_percent
from recognition.staff.training import run_text
from recognition.training import selection
from recognition.versions import finder, pretrained, registry
from recognition.versions.comparison import judging

MAX_STEPS = 4
WORTH_A_PROMISE = 0.05  # of the uploads
CANDIDATES_FOR = timedelta(days=7)  # who has not promoted one by then does not want to
BETTER_FIRST_FOR = timedelta(days=60)  # an upgrade is noticed later than what one asked for


@dataclass(frozen=True)
class Step:
    """is_urgent: something is broken."""

    text: str
    link_text: str
    url: str
    is_urgent: bool = False


def next_steps(may_review: bool, may_train: bool = False) -> list[Step]:
    """The most important steps, at most MAX_STEPS."""
    allowed = {ANYBODY: True, REVIEWERS: may_review, TRAINERS: may_train}
    found = (choose() for choose, who in _CHOICES if allowed[who])
    return list(islice(filter(None, found), MAX_STEPS))


def _start_a_predictor() -> Step | None:
    waiting = statistics.waiting()
    if not waiting.number or heartbeats.is_heard():
        return None
    text = _("Photos wait for a prediction, and no predictor is running.")
    return Step(text, _("See what is wrong"), reverse("readyz"), is_urgent=True)


def _add_the_finder() -> Step | None:
    if not finder.is_missing():
        return None
    text = _(
        "There is no finder, so that small subjects, those at the edge and all but one are "
        "missed. To add it, run manage.py add_finder on the server."
    )
    return Step(text, _("See why"), reverse("readyz"))


def _upload() -> Step | None:
    if Photo.objects.exists():
        return None
    return Step(_("No photo has come in yet."), _("Upload the first ones"), reverse("home"))


def _look_at_suggestions() -> Step | None:
    suggested = statistics.suggested()
    if not suggested.number:
        return None
    text = ngettext(
        "The owner of %(photos)s photo says otherwise than its label or prediction.",
        "The owners of %(photos)s photos say otherwise than their labels or predictions.",
        suggested.number,
    )
    text %= {"photos": suggested.in_words}
    return Step(text, _("They come first in the queue"), reverse("review-queue"))


def _review() -> Step | None:
    remaining = statistics.to_review()
    if not remaining.number:
        return None
    if not labelled_photos().exists():
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
    suspects = statistics.suspects()
    if not suspects.number:
        return None
    text = ngettext(
        "%(labels)s label looks wrong.", "%(labels)s labels look wrong.", suspects.number
    )
    text %= {"labels": suspects.in_words}
    return Step(text, _("Look at the suspect labels"), reverse("review-suspects"))


def _look_at_contradicted() -> Step | None:
    contradicted = statistics.contradicted()
    if not contradicted.number or statistics.suspects().number:  # which tell more, about the same
        return None
    text = ngettext(
        "The predictions contradict %(labels)s label.",
        "The predictions contradict %(labels)s labels.",
        contradicted.number,
    )
    text %= {"labels": contradicted.in_words}
    query = urlencode({"order": Ordering.DISAGREEMENT})
    return Step(text, _("Compare them"), f"{reverse('review-queue')}?{query}")


def _let_the_machine_accept() -> Step | None:
    settings, report = promise.settings(), promise.report()
    outlook = promise.outlook(promise.evidence_in(report), settings.target)
    if settings.active or not outlook.share or outlook.share < WORTH_A_PROMISE:
        return None
    if promise.checks_in(report).verdict(settings.target) == "broken":  # when it was on
        return None
    text = _("The accuracy promise could take %(share)s of the uploads off your hands.")
    text %= {"share": percent(outlook.share)}
    return Step(text, _("See what it means"), reverse("review-promise"))


def _nothing() -> Step | None:
    if (
        statistics.to_review().number
        or statistics.contradicted().number
        or statistics.suggested().number
        or not Photo.objects.exists()
    ):
        return None
    text = _("Nothing waits for review. New photos appear here by themselves.")
    return Step(text, _("Look through all photos"), reverse("admin:recognition_photo_changelist"))


def _watch_the_run() -> Step | None:
    unfinished = TrainingRun.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING))
    run = unfinished.select_related("parent").order_by("-state", "created").first()
    if run is None:
        return None
    values = {"run": run_text.title(run), "stage": run_text.stage(run)}
    if run.progress:
        text = _("%(run)s: %(stage)s, %(progress)s.")
        values["progress"] = short_percent(run.progress)
    else:
        text = _("%(run)s: %(stage)s.")
    return Step(text % values, _("Watch it"), reverse("training-run", args=[run.id]))


def _compare_the_candidate() -> Step | None:
    made = Comparison.objects.filter(
        state=Comparison.State.DONE,
        made__gte=timezone.now() - CANDIDATES_FOR,
        baseline__live=True,
        candidate__number__gt=F("baseline__number"),
    )
    newest = made.select_related("candidate", "baseline").order_by("-candidate__number").first()
    if newest is None or not judging.is_recommended(newest.findings):
        return None
    if registry.lost_labels(newest.candidate):  # as the page that makes it live would say
        return None
    numbers = (newest.candidate.number, newest.baseline.number)
    text = _("Version %(number)d fixes %(fixed)d photos, breaks %(broken)d and is not live yet.")
    if finer := newest.findings.get("finer"):
        text = _(
            "Version %(number)d fixes %(fixed)d photos, answers %(finer)d more finely, breaks "
            "%(broken)d and is not live yet."
        )
    text %= {"number": numbers[0], **newest.findings, "finer": finer}
    return Step(text, _("Compare and make live"), reverse("training-compare", args=numbers))


def _take_the_better_first() -> Step | None:
    """An instance of before has the present make of its first network beside it."""
    better = pretrained.better_first()
    live = ModelVersion.objects.filter(live=True).first()
    if better is None or live is None or live.view == View.SUBJECTS:
        return None
    is_old = better.created < timezone.now() - BETTER_FIRST_FOR
    if is_old or ModelVersion.objects.filter(parent=better).exists():
        return None
    if live.parent_id is None:
        made = Comparison.objects.filter(
            candidate=better, baseline=live, made__isnull=False
        ).first()
        if made and not judging.is_recommended(made.findings):
            return None
        text = _("A better first network is there: version %(number)d.")
        link_text = _("Compare and make live")
        url = reverse("training-compare", args=[better.number, live.number])
    else:  # it knows nothing of what the live version was taught
        text = _("A better first network is there: version %(number)d. Teach it your labels first.")
        link_text = _("Teach it")
        query = urlencode({"mode": Mode.TEACH, "parent": better.number})
        url = f"{reverse('training-launch')}?{query}"
    return Step(text % {"number": better.number}, link_text, url)


def _teach() -> Step | None:
    if _watch_the_run():
        return None
    new, is_first = statistics.new_labels()
    if not new.number or not selection.is_there_to_learn():
        return None
    if is_first:
        text = ngettext(
            "%(labels)s label is set, and no version has learnt from it yet.",
            "%(labels)s labels are set, and no version has learnt from them yet.",
            new.number,
        )
    else:
        text = ngettext(
            "%(labels)s new label since the last training.",
            "%(labels)s new labels since the last training.",
            new.number,
        )
    text %= {"labels": new.in_words}
    return Step(text, _("Teach the live version"), reverse("training-launch"))


ANYBODY, REVIEWERS, TRAINERS = "anybody", "reviewers", "trainers"
_CHOICES: tuple[tuple[Callable[[], Step | None], str], ...] = (
    (_start_a_predictor, ANYBODY),
    (_add_the_finder, ANYBODY),
    (_upload, ANYBODY),
    (_watch_the_run, TRAINERS),
    (_compare_the_candidate, TRAINERS),
    (_take_the_better_first, TRAINERS),
    (_look_at_suggestions, REVIEWERS),
    (_review, REVIEWERS),
    (_teach, TRAINERS),
    (_look_at_suspects, REVIEWERS),
    (_look_at_contradicted, REVIEWERS),
    (_let_the_machine_accept, REVIEWERS),
    (_nothing, REVIEWERS),
)
