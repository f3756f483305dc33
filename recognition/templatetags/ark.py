"""What templates need beyond Django's own filters."""

from collections.abc import Iterable
from typing import Any

from django import template

from recognition.models import Subject
from recognition.photos.contents import contents as describe
from recognition.photos.refusals import Refusal
from recognition.site.glossary import terms

register = template.Library()


@register.filter
def percent(probability: float) -> str:
    """Never claims certainty: what rounds to 100 or to 0 is shown as a bound."""
    if probability >= 0.995:
        return "> 99\u00a0%"
    if probability < 0.005:
        return "< 1\u00a0%"
    return f"{probability * 100:.0f}\u00a0%"


@register.filter
def advice(code: str) -> str:
    """What a person can do about a photo that failed with this code."""
    return Refusal(code).detail


@register.filter
def contents(subjects: Iterable[Subject]) -> str:
    """What they are, in words: "2 dogs, 1 car"."""
    return describe(subjects)


@register.inclusion_tag("staff/_glossary.html")
def glossary(*slugs: str) -> dict[str, Any]:
    """Links to what these terms mean."""
    return {"terms": [terms()[slug] for slug in slugs]}
