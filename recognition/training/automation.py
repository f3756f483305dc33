"""What happens without a person, if somebody has switched it on: promotion by a rule, and teaching
by a schedule."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recognition.core import audit
from recognition.labels.tree import LabelTree
from recognition.models import (
    Comparison,
    Decision,
    LiveChange,
    Mode,
    ModelVersion,
    RunState,
    TrainingPolicy,
    TrainingRun,
)
from recognition.training import datasets, runs
from recognition.training.failures import CannotTrain
from recognition.versions import registry
from recognition.versions.comparison import judging
from recognition.versions.comparison.judging import Verdict

logger = logging.getLogger(__name__)

Schedule = TrainingPolicy.Schedule
_NOT_BETTER = (Verdict.SAME, Verdict.BROADER, Verdict.WORSE)


def settings() -> TrainingPolicy:
    """The policy as it is set, or its defaults."""
    return TrainingPolicy.objects.filter(pk=1).first() or TrainingPolicy(pk=1)


def change(by: User, **fields: Any) -> None:
    """Change the policy; fields are those of TrainingPolicy."""
    with transaction.atomic():
        changed = audit.changes(settings(), fields)
        TrainingPolicy.objects.update_or_create(pk=1, defaults={**fields, "changed_by": by})
        audit.record(audit.Action.SETTING_CHANGED, by, "automation", **changed)


# Promotion


def promote_by_rule() -> None:
    """The teacher's job: promote the best candidate that the rule allows.

    Only versions that were trained here, never live before, and compared with the present live
    version since the rule was set: so what a person rolled back stays back, and each is promoted
    once at most.
    """
    rule = settings()
    if not rule.promotes:
        return
    compared = Comparison.objects.select_related("candidate", "baseline").filter(
        state=Comparison.State.DONE,
        baseline__live=True,
        made__gte=rule.changed,
        candidate__training_run__isnull=False,
        candidate__livechange=None,
    )
    allowed = [comparison for comparison in compared if not objections(comparison, rule)]
    if not allowed:
        return
    best = max(allowed, key=lambda comparison: _gain(comparison.findings))
    try:
        registry.promote(best.candidate, None, LiveChange.How.RULE, over=best.baseline)
    except registry.CannotPromote as error:
        logger.error("the rule allows version %d: %s", best.candidate.number, error)


def objections(comparison: Comparison, rule: TrainingPolicy) -> list[str]:
    """Why the rule does not promote this candidate, in words; empty if it does."""
    findings = comparison.findings
    verdict = judging.judge(findings)
    if verdict == Verdict.UNMEASURED:
        return [_("There are no photos to measure on.")]
    found = []
    if verdict == Verdict.CHANCE:
        found.append(_("The difference may be chance."))
    if verdict == Verdict.MIXED:
        found.append(_("It answers more broadly."))
    if _gain(findings) < rule.min_gain or verdict in _NOT_BETTER:
        found.append(_("It is not better by enough."))
    if findings["lost"]:
        found.append(
            _("It would no longer know: %(labels)s.") % {"labels": _names(findings["lost"])}
        )
    if worse := _worse_labels(findings, rule.max_label_loss):
        found.append(_("It is worse at: %(labels)s.") % {"labels": _names(worse)})
    return found


def _gain(findings: Mapping[str, Any]) -> float:
    """Of accuracy on the test split, -1 to 1."""
    gain: float = findings["candidate"]["accuracy"] - findings["baseline"]["accuracy"]
    return gain


def _worse_labels(findings: Mapping[str, Any], most: float) -> list[str]:
    """Slugs of the labels whose recall falls by more than this."""
    before, after = findings["baseline"]["per_label"], findings["candidate"]["per_label"]
    return [
        slug
        for slug, scores in before.items()
        if slug in after and scores["recall"] - after[slug]["recall"] > most
    ]


def _names(slugs: list[str]) -> str:
    tree = LabelTree()
    return _(", ").join(tree[slug].name if slug in tree else slug for slug in slugs)


# Teaching


def launch_if_due() -> None:
    """The teacher's job: launch teaching when the schedule says so, and something new can be
    learnt. Never while another teaching waits or runs."""
    policy = settings()
    has_version = ModelVersion.objects.filter(live=True).exists()
    if policy.schedule == Schedule.OFF or not has_version or not _is_due(policy, timezone.now()):
        return
    launch = _prepared()
    with transaction.atomic():
        policy = TrainingPolicy.objects.select_for_update().get(pk=1)
        if not _is_due(policy, timezone.now()):
            return
        policy.launched = timezone.now()
        policy.save(update_fields=["launched"])
        if launch:
            runs.queue(*launch)


def _prepared() -> tuple[runs.Launch, datasets.Draft] | None:
    """Teaching, with the photos as they are now, which takes too long for a transaction; None if
    there is nothing to teach."""
    try:
        launch = runs.prepare(None, Mode.TEACH)
        draft = datasets.read(Mode.TEACH, launch.run.parent)
    except CannotTrain as error:
        logger.warning("teaching was due, but: %s", error)
        return None
    datasets.write(draft)
    return launch, draft


def _is_due(policy: TrainingPolicy, now: datetime) -> bool:
    teachings = TrainingRun.objects.filter(mode=Mode.TEACH)
    if teachings.filter(state__in=(RunState.QUEUED, RunState.RUNNING)).exists():
        return False
    taught = teachings.order_by("-created").first()
    times = (policy.changed, policy.launched, taught and taught.created)
    since = max(time for time in times if time)
    if policy.schedule == Schedule.NIGHTLY:
        return since < last_time(policy.hour, now) and _new_labels(since, 1)
    return policy.schedule == Schedule.AFTER_LABELS and _new_labels(since, policy.new_labels)


def last_time(hour: int, now: datetime) -> datetime:
    """When it was this hour of the day last."""
    today = timezone.localtime(now).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _new_labels(since: datetime, enough: int) -> bool:
    """Whether so many labels were set since then."""
    made = Decision.objects.filter(at__gte=since, to_label__isnull=False).order_by("-at", "-id")
    return made[:enough].count() == enough
