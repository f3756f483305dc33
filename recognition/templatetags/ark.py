"""What templates need beyond Django's own filters."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from recognition.models import Photo
from recognition.photos import thumbnails
from recognition.photos.parts import Part
from recognition.photos.refusals import Refusal
from recognition.photos.thumbnails import Thumbnail
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
def part_name(part: Part) -> str:
    """What a part of a photo is, and how sure the network is of it if nobody has said so."""
    if part.label is None:
        return _("Not looked at yet")
    if part.is_set or part.confidence is None:
        return f"{part.label} ✓" if part.is_set else str(part.label)
    return f"{part.label} {percent(part.confidence)}"


@register.filter
def advice(code: str) -> str:
    """What a person can do about a photo that failed with this code."""
    return Refusal(code).detail


@register.inclusion_tag("staff/_glossary.html")
def glossary(*slugs: str) -> dict[str, Any]:
    """Links to what these terms mean."""
    return {"terms": [terms()[slug] for slug in slugs]}


@register.filter
def thumbnail(photo: Photo, ratio: float) -> Thumbnail:
    """How the photo's thumbnail shows the main subject; ratio: width by height of what is shown."""
    return thumbnails.thumbnail(photo, ratio)
