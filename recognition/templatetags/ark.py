"""What templates need beyond Django's own filters."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.db.models import Model
from django.template import Context
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, Prediction, State, Subject, TrashedPhoto
from recognition.photos import thumbnails, trash
from recognition.photos.contents import contents as describe
from recognition.photos.contents import exactly as name_exactly
from recognition.photos.parts import Part
from recognition.photos.refusals import Refusal
from recognition.photos.thumbnails import Thumbnail
from recognition.review.bulk import Snapshot
from recognition.site import doubt
from recognition.site.doubt import Doubt
from recognition.site.learn.glossary import terms
from recognition.staff import field_errors

register = template.Library()


@register.filter
def percent(probability: float) -> str:
    """Never claims certainty: what rounds to 100 or to 0 is shown as a bound."""
    if probability >= 0.995:
        return "> 99\u00a0%"
    if probability < 0.005:
        return "< 1\u00a0%"
    return f"{probability * 100:.0f}\u00a0%"


@register.simple_tag
def keeps_offline_page() -> bool:
    """Whether browsers are to keep a page for when there is no network (site/app/offline.py)."""
    return bool(settings.ARK_OFFLINE_PAGE)


@register.filter
def ago(at: datetime) -> str:
    """How long something is over, such as "5 minutes ago"."""
    if timezone.now() - at < timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(at)}


@register.filter
def points(share: float) -> str:
    """A difference of shares, in percentage points."""
    return f"{share * 100:+.1f}".replace("-", "\u2212")


@register.filter
def is_at_a_field(message: Message) -> bool:
    """Whether a field of the page shows it, instead of the top of the page."""
    return field_errors.TAG in message.tags


@register.simple_tag(takes_context=True)
def errors_at(context: Context, *field: object) -> list[Message]:
    """What recognition.staff.field_errors said of the field with this name, given in parts."""
    tag = field_errors.tag_of("".join(map(str, field)))
    return [message for message in context.get("messages") or () if tag in message.tags.split()]


@register.filter
def part_name(part: Part) -> str:
    """What a part of a photo is, and how sure the network is of it if nobody has said so."""
    if part.label is None:
        return _("Not looked at yet")
    if part.is_set or part.confidence is None:
        return f"{part.label} ✓" if part.is_set else str(part.label)
    return f"{part.label} {percent(part.confidence)}"


@register.filter
def seen(photo: Photo) -> str:
    """What a picture of the photo shows, in words, for people who do not see it. Of what was not
    read with the photo nothing is asked: a list has a hundred of them."""
    label, prediction = (_with_it(photo, name) for name in ("label", "prediction"))
    values = {"name": photo.name, "label": label}
    if label is not None:
        return _("Photo %(name)s: %(label)s, as a person said") % values
    if prediction is not None and prediction.state == State.FAILED:
        return _("Photo %(name)s, which could not be recognised") % values
    found = _with_it(prediction, "label") if prediction is not None else None
    if found is None:
        return _("Photo %(name)s") % values
    values |= {"label": found, "percent": percent(prediction.confidence)}
    return _seen_with(doubt.of(prediction)) % values


def _seen_with(found: Doubt) -> str:
    texts = {
        "guess": _("Photo %(name)s: a guess, %(label)s (%(percent)s)"),
        "perhaps": _("Photo %(name)s: perhaps %(label)s (%(percent)s)"),
        "probably": _("Photo %(name)s: probably %(label)s (%(percent)s)"),
    }
    return texts.get(found.level, _("Photo %(name)s: %(label)s (%(percent)s)"))


def _with_it(row: Model, name: str) -> Any:
    """What the row refers to by this name, if it was read with the row."""
    is_there = row._meta.get_field(name).is_cached(row)  # type: ignore[union-attr]
    return getattr(row, name) if is_there else None


@register.filter
def advice(code: str) -> str:
    """What a person can do about a photo that failed with this code."""
    return Refusal(code).detail


@register.filter
def contents(subjects: Iterable[Subject]) -> str:
    """What they are, in words: "2 dogs, 1 car"."""
    return describe(subject.label for subject in subjects)


@register.filter
def exactly(prediction: Prediction) -> str:
    """What the network saw, more exactly than its label says; empty if there is nothing to add."""
    return name_exactly(prediction)


@register.filter
def days_left(row: TrashedPhoto) -> int:
    """In the trash."""
    return trash.days_left(row)


@register.filter
def undoing(message: Message) -> list[tuple[str, str]]:
    """What a form sends to undo that of which a message tells; nothing if it cannot be undone."""
    is_undoable, _mark, query = (message.extra_tags or "").partition("undo?")
    return [] if is_undoable else parse_qsl(query)


@register.inclusion_tag("staff/_glossary.html")
def glossary(*slugs: str) -> dict[str, Any]:
    """Links to what these terms mean."""
    return {"terms": [terms()[slug] for slug in slugs]}


@register.filter
def thumbnail(photo: Photo, ratio: float) -> Thumbnail:
    """How the photo's thumbnail shows the main subject; ratio: width by height of what is shown."""
    return thumbnails.thumbnail(photo, ratio)


@register.filter
def doubted(prediction: Prediction | None) -> Doubt:
    """How sure an answer is, in a word."""
    return doubt.of(prediction)


@register.filter
def doubt_advice(found: Doubt) -> object:
    return doubt.ADVICE.get(found.level, "")


@register.filter
def snapshot(photo: Photo) -> Snapshot:
    """What a form sends of a chosen photo."""
    return Snapshot.of(photo)


@register.simple_tag(takes_context=True)
def narrower(context: Any, prediction: Prediction | None) -> Label | None:
    """The label that fits best, where the answer is a group above it (`LabelTree.narrower`). The
    tree is read once a request, and only if there may be such an answer."""
    if not prediction or not prediction.top or not prediction.label:
        return None
    if prediction.top[0]["label"] == prediction.label.slug:
        return None
    request = context.get("request")
    tree = getattr(request, "label_tree", None) or LabelTree()
    if request is not None:
        request.label_tree = tree
    return tree.narrower(prediction)
