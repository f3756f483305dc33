"""What a comparison says, as sentences: what is fixed and broken, and whether that is chance."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recognition.models import Comparison
from recognition.versions.comparison import comparing, judging
from recognition.versions.comparison.judging import Verdict

_VERDICTS = {
    Verdict.UNMEASURED: gettext_lazy(
        "About one photo in five is kept for the test. Label more photos, then compare."
    ),
    Verdict.SAME: gettext_lazy("Both are right and wrong on the same photos."),
    Verdict.CHANCE: gettext_lazy("A difference as small as this may well be chance."),
    Verdict.BETTER: gettext_lazy("It is better, and hardly by chance."),
    Verdict.FINER: gettext_lazy(
        "It is right as often, and answers more finely, which is hardly chance."
    ),
    Verdict.MIXED: gettext_lazy(
        "It makes fewer mistakes, but answers more broadly; neither is likely to be chance."
    ),
    Verdict.BROADER: gettext_lazy(
        "It is right as often, but answers more broadly, which is hardly chance."
    ),
    Verdict.WORSE: gettext_lazy("It is worse, and hardly by chance."),
}
_TRY_AGAIN = gettext_lazy(
    "Something went wrong that nobody foresaw. The teacher's log tells more; then compare again."
)
FAILURES = {
    comparing.CRASHED: gettext_lazy(
        "The teacher stopped several times while it worked on this. Look into its log."
    ),
    comparing.DAMAGED: gettext_lazy(
        "The files of one of them are damaged or missing. Restore its folder from a backup."
    ),
    comparing.NO_ENGINE: gettext_lazy("One of them cannot be run on this machine."),
    comparing.NO_MEMORY: gettext_lazy(
        "There was not enough memory. Close other programs, then compare again."
    ),
    comparing.BUG: _TRY_AGAIN,
}


def headline(comparison: Comparison) -> str:
    """The result in a sentence."""
    findings = comparison.findings
    if not findings["candidate"]["photos"]:
        return _("There are no photos to measure on: no labelled photo is in the test split.")
    fixes = ngettext(
        "Version %(number)d fixes %(photos)s photo", "Version %(number)d fixes %(photos)s photos",
        findings["fixed"],
    ) % {"number": comparison.candidate.number, "photos": _whole(findings["fixed"])}  # fmt: skip
    breaks = _("and breaks %(photos)s") % {"photos": _whole(findings["broken"])}
    p = p_value(judging.p_of_mistakes(findings))
    return _("%(fixes)s %(breaks)s (%(p)s).") % {"fixes": fixes, "breaks": breaks, "p": p}


def broad(comparison: Comparison) -> str:
    """How many photos only one of the two answers exactly, where the other one is right but broad;
    empty if there are none."""
    counts = {name: comparison.findings.get(name, 0) for name in ("finer", "broader", "broad")}
    if not any(counts.values()):
        return ""
    text = _(
        "Right both times: %(finer)s more finely now, %(broader)s more broadly. Wrong before and "
        "right but broad now: %(broad)s."
    )
    return text % {name: _whole(count) for name, count in counts.items()}


def verdict(comparison: Comparison) -> str:
    """Whether the difference means something."""
    return str(_VERDICTS[judging.judge(comparison.findings)])


def knows(comparison: Comparison) -> str:
    """What became of the labels."""
    gained, lost = len(comparison.findings["gained"]), len(comparison.findings["lost"])
    if not gained and not lost:
        return _("Both know the same labels.")
    more = ngettext(
        "It knows %(labels)s more label;", "It knows %(labels)s more labels;", gained
    ) % {"labels": _whole(gained)}
    if not gained:
        more = _("It knows no new label;")
    if not lost:
        return _two(more, _("it forgets none."))
    less = ngettext("it forgets %(labels)s.", "it forgets %(labels)s.", lost)
    return _two(more, less % {"labels": _whole(lost)})


def failure(comparison: Comparison) -> str:
    """Why it could not be made; empty unless it failed."""
    if comparison.state != Comparison.State.FAILED:
        return ""
    why = FAILURES.get(comparison.error, _TRY_AGAIN)
    return _two(_("The versions could not be compared."), str(why))


def p_value(p: float) -> str:
    if p < 0.0001:
        return "p < " + number_format(0.0001, 4)
    decimals = 4 if p < 0.01 else 2
    return "p = " + number_format(round(p, decimals), decimals)  # which cuts, and does not round


def _two(first: str, second: str) -> str:
    """Two sentences, or halves of one."""
    return _("%(first)s %(second)s") % {"first": first, "second": second}


def _whole(number: int) -> str:
    return number_format(number, force_grouping=True)
