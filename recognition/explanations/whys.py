"""Why an answer: maps of what spoke for each label in each view, worked out and kept as JSON.

{"about": `About.digest`, "is_checked": whether the checks are in it yet, "views": [a view],
"pulled": what `pulling.found` makes, or null}, where a view is {"place": left, top, right and
bottom in parts of 1 of the photo, "box": of the subject or null, "labels": [what
`explained.to_fields` makes], "children": {slug: {"shares": [[slug, share]], "undecided": [slug]}},
"shown": of PARTS, which have a picture each: [[slug, probability]] of what the network then says}.
The maps are kept first, since they are quick; the checks and the pictures follow.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from PIL import Image

from recognition.cnn.engines import BrokenEngine
from recognition.cnn.explain.classes import children_of
from recognition.cnn.explain.explained import Explained, to_fields
from recognition.cnn.explain.seen import Seen, seen_of
from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.core import memory
from recognition.core.jobs import JobFailed
from recognition.explanations import asking, kept, pulling
from recognition.explanations.asked_about import About, View, about
from recognition.files import of_photos, of_versions
from recognition.labels.tree import LabelTree
from recognition.models import Job, ModelVersion, Photo

if TYPE_CHECKING:
    from recognition.cnn.explain.explainer import Explainer, Shown

MOST_CLASSES = 10  # of a label that are kept
MOST_CHILDREN = 8
PARTS = ("alone", "masked")  # the hot spot of the first label, and all but it

_loaded: dict[str, Explainer] = {}  # of the version last used, by its sha256


def work_on_asked() -> None:
    """The explainer's job."""
    asking.work_off(Job.Kind.EXPLANATION, explain)


def explain(photo: Photo, version: ModelVersion, what: str) -> None:
    """Explain the answer that the photo shows, unless that is done. Raises JobFailed."""
    asked = about(photo, LabelTree())
    if asked is None or asked.prediction.model_version_id != version.id:
        raise JobFailed("gone")
    document = kept.read(photo.id, version.number, what)
    if document and document["about"] == asked.digest and document["is_checked"]:
        return
    explainer = _explainer(version)
    seen = _seen(photo, explainer, asked)
    pulled = pulling.found(photo, version, asked) if asked.wrong else None
    for is_checked in (False, True):
        views: list[dict[str, Any]] = []
        pictures: dict[str, bytes] = {}
        for number, (view, one) in enumerate(zip(asked.views, seen, strict=True)):
            fields, shown = _explained(explainer, view, one, asked, is_checked)
            views.append(fields)
            pictures |= {picture_name(number, part): content for part, content in shown.items()}
        document = {"about": asked.digest, "is_checked": is_checked, "views": views}
        kept.keep(photo.id, version.number, what, {**document, "pulled": pulled}, pictures)


def picture_name(view: int, part: str) -> str:
    """As `kept` knows it."""
    return f"why-{view}-{part}"


def _explainer(version: ModelVersion) -> Explainer:
    """Of the version last used, it is in memory."""
    if version.sha256 not in _loaded:
        import torch

        from recognition.cnn.explain.explainer import Explainer

        torch.set_num_threads(1)
        _loaded.clear()
        try:
            loaded = Explainer.load(
                of_versions.folder(version), settings.ARK_ENGINE, "cpu", threads=1
            )
        except (CorruptCheckpoint, BrokenEngine, ValueError) as error:
            raise JobFailed("not_loaded", str(error)) from error
        _loaded[version.sha256] = loaded
        memory.keep_what_is_loaded()
    return _loaded[version.sha256]


def _seen(photo: Photo, explainer: Explainer, asked: About) -> list[Seen]:
    boxes = [Box(*view.box) for view in asked.views if view.box]
    size = (photo.width, photo.height)
    preprocessing = explainer.manifest.preprocessing
    try:
        original = of_photos.original(photo)
        return seen_of(original, size, preprocessing, boxes, settings.ARK_MAX_PIXELS)
    except (UnreadablePhoto, OSError) as error:
        raise JobFailed("unreadable", str(error)) from error


def _explained(
    explainer: Explainer, view: View, seen: Seen, asked: About, is_checked: bool
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A view, and its pictures by what they show."""
    groups = LabelGroups(explainer.manifest.labels, asked.counts_as)
    found = explainer.explain(
        seen.pixels, view.slugs, groups.labels, asked.parents, checked=int(is_checked)
    )
    children = {one.slug: _children(one, groups, asked) for one in found}
    shown: tuple[Shown, ...] = ()
    if is_checked and found:
        shown = explainer.alone_and_masked(seen.pixels, found[0], groups.labels, asked.parents)
    fields = {
        "place": list(seen.place),
        "box": view.box,
        "labels": [_fields(one) for one in found],
        "children": {slug: shares for slug, shares in children.items() if shares},
        "shown": {part: one.top for part, one in zip(PARTS, shown, strict=False)},
    }
    return fields, {part: _webp(one) for part, one in zip(PARTS, shown, strict=False)}


def _webp(shown: Shown) -> bytes:
    content = io.BytesIO()
    Image.fromarray(shown.pixels).save(content, "WEBP", quality=80)
    return content.getvalue()


def _fields(explained: Explained) -> dict[str, Any]:
    return to_fields(explained._replace(classes=explained.classes[:MOST_CLASSES]))


def _children(explained: Explained, groups: LabelGroups, asked: About) -> dict[str, Any] | None:
    """What was said of the labels below; None if there are none."""
    said = {share.number: share.probability for share in explained.classes}
    probabilities = np.array(
        [sum(said.get(number, 0.0) for number in label.classes) for label in groups.labels]
    )
    children = children_of(explained.slug, groups.labels, probabilities, asked.parents)
    if len(children.shares) < 2:
        return None
    shares = [[child.slug, child.share] for child in children.shares[:MOST_CHILDREN]]
    return {"shares": shares, "undecided": list(children.undecided[:MOST_CHILDREN])}
