"""From the embedding to the labels, step by step: the last layer, softmax, the sum of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from recognition.cnn.manifest import Manifest
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.taxonomy import Label
from recognition.cnn.walk.written_out import rounded, terms_of

_LABELS, _CLASSES = 5, 8


def ending_of(
    model: Recogniser, manifest: Manifest, embedding: Tensor, labels: Sequence[Label]
) -> dict[str, Any]:
    """For json.dumps. embedding: (embedding_size,). labels: those in use, with their classes.

    The numbers are those of `GroupedHead`; labels that are not in use leave theirs to the others.
    """
    head = model.head
    logits = head.fine(embedding[None])[0].double()
    sharpened = logits / head.temperature + head.log_class_weights
    probabilities = sharpened.softmax(dim=0)
    said = _labels(labels, probabilities, manifest)
    spoken = [each["classes"][0]["number"] for each in said]
    return {
        "last_layer": [
            {"class": _class(manifest, number), **terms_of(head.fine, embedding, number)}
            for number in spoken
        ],
        "softmax": _softmax(manifest, logits, sharpened, head.log_class_weights),
        "labels": said,
        "label_count": len(labels),
        "class_count": len(logits),
        "embedding_size": len(embedding),
        "temperature": head.temperature,
    }


def _softmax(
    manifest: Manifest, logits: Tensor, sharpened: Tensor, log_weights: Tensor
) -> dict[str, Any]:
    """Of the likeliest classes: the logit, divided by the temperature, with the class weight, as a
    power of e, and its share of the sum of all powers."""
    most = sharpened.max()
    powers = (sharpened - most).exp()
    total = powers.sum()
    rows = [
        {
            "class": _class(manifest, int(number)),
            "logit": rounded(logits[number]),
            "divided": rounded(logits[number] / manifest.temperature),
            "weight": rounded(log_weights[number].exp()),
            "sharpened": rounded(sharpened[number]),
            "power": rounded(powers[number]),
            "probability": rounded(powers[number] / total),
        }
        for number in sharpened.topk(min(_CLASSES, len(sharpened))).indices
    ]
    shown = sum(row["power"] for row in rows)
    return {
        "rows": rows,
        "most": rounded(most),
        "total": rounded(total),
        "others": rounded((total - shown).clamp_min(0)),
        "other_count": len(sharpened) - len(rows),
    }


def _labels(
    labels: Sequence[Label], probabilities: Tensor, manifest: Manifest
) -> list[dict[str, Any]]:
    """The likeliest labels, each with the classes that it is added up from."""
    known = [label for label in labels if label.classes]
    used = sum(float(probabilities[list(label.classes)].sum()) for label in known)
    sums = {label.slug: float(probabilities[list(label.classes)].sum()) for label in known}
    in_order = sorted(known, key=lambda label: -sums[label.slug])[:_LABELS]
    return [
        {
            "slug": label.slug,
            "probability": rounded(torch.tensor(sums[label.slug] / used)),
            "classes": _classes(label, probabilities / used, manifest),
            "class_count": len(label.classes),
        }
        for label in in_order
    ]


def _classes(label: Label, probabilities: Tensor, manifest: Manifest) -> list[dict[str, Any]]:
    own = sorted(label.classes, key=lambda number: -float(probabilities[number]))
    return [
        {**_class(manifest, number), "probability": rounded(probabilities[number])}
        for number in own[:_CLASSES]
    ]


def _class(manifest: Manifest, number: int) -> dict[str, Any]:
    return {"number": number, "name": manifest.fine_names[number]}
