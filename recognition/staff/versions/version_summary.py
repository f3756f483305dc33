"""What a version's page shows: a model card, with links to what it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.cnn.manifest import CorruptCheckpoint, Manifest
from recognition.cnn.store.card import FEW_PHOTOS
from recognition.cnn.store.manifest_schema import check_manifest
from recognition.files import of_versions
from recognition.labels.tree import LabelTree
from recognition.models import Label, LiveChange, ModelVersion, View
from recognition.photos import deletion
from recognition.staff.formatting import percent
from recognition.staff.line_charts import LinesChart
from recognition.staff.versions import comparison_summary, confidence_chart
from recognition.versions import registry
from recognition.versions.measured import Measure

_VERSIONS_OFFERED = 10
_NAMES_SHOWN = 12


@dataclass(frozen=True)
class Detail:
    name: str
    value: str
    interval: str = ""


@dataclass(frozen=True)
class Scores:
    """A label's precision, recall and F1, as text. is_few: too few photos to say much."""

    name: str
    photos: int
    shares: list[str]
    is_few: bool


def manifest_of(version: ModelVersion) -> Manifest | None:
    """None if its files are damaged, or are not here."""
    try:
        return check_manifest(of_versions.folder(version))
    except CorruptCheckpoint:
        return None


def accuracy(measure: Measure | None) -> str:
    """With its interval, as every page shows it."""
    if measure is None:
        return "–"
    between = comparison_summary.interval(measure.interval)
    return f"{percent(measure.accuracy)} ({between})" if between else percent(measure.accuracy)


def results(metrics: dict[str, Any]) -> list[Detail]:
    """Nothing if it was never measured."""
    if not metrics.get("photos"):
        return []
    neither = metrics["neither"]
    details = [
        _with_interval(_("Accuracy"), metrics, "accuracy"),
        _with_interval(_("Macro-F1"), metrics, "macro_f1"),
        Detail(_("Calibration error"), percent(metrics["calibration"]["ece"])),
    ]
    if neither["photos"]:
        details.append(Detail(_("Rejected rightly"), percent(neither["rejected"])))
    if neither["wrongly_rejected"] is not None:
        details.append(Detail(_("Rejected wrongly"), percent(neither["wrongly_rejected"])))
    return details


def scores(metrics: dict[str, Any], tree: LabelTree) -> list[Scores]:
    """Label by label, the weakest first."""
    per_label = metrics.get("per_label", {})
    return [
        Scores(
            comparison_summary.name(slug, tree),
            row["photos"],
            [comparison_summary.short(row[score]) for score in ("precision", "recall", "f1")],
            is_few=row["photos"] < FEW_PHOTOS,
        )
        for slug, row in sorted(per_label.items(), key=lambda item: item[1]["f1"])
    ]


def reliability(version: ModelVersion, metrics: dict[str, Any]) -> LinesChart | None:
    name = _("version %(number)d") % {"number": version.number}
    return confidence_chart.reliability([(name, metrics)] if metrics else [])


def labels_by_kind(version: ModelVersion, tree: LabelTree) -> list[tuple[str, list[Label]]]:
    known = set(version.labels)
    kinds: dict[str, list[Label]] = {}
    for label in tree.in_reading_order():
        if label.slug in known:
            kinds.setdefault(label.get_kind_display(), []).append(label)
    return list(kinds.items())


def making(version: ModelVersion, manifest: Manifest | None) -> list[Detail]:
    """How it was made, apart from what has a link of its own."""
    if manifest is None:
        return []
    training, pixels = manifest.training, manifest.preprocessing
    details = [
        Detail(_("Input"), _("%(side)d × %(side)d pixels") % {"side": pixels.crop}),
        Detail(_("What it looks at"), version.get_view_display()),
        Detail(_("Temperature"), number_format(round(manifest.temperature, 2), 2)),
        *(Detail(name, str(value)) for name, value in manifest.network_options.items()),
    ]
    if photos := training.get("photos"):
        details.append(Detail(_("Photos"), _splits(photos)))
    if "seed" in training:
        details.append(Detail(_("Seed"), str(training["seed"])))
    if fingerprint := training.get("fingerprint"):
        details.append(Detail(_("Fingerprint of the photos"), fingerprint[:12]))
    libraries = ", ".join(f"{name} {number}" for name, number in manifest.libraries.items())
    return [*details, Detail(_("Made with"), libraries)] if libraries else details


def examples(version: ModelVersion) -> str:
    """How many photos it was trained with, and how many of them are gone."""
    taught = deletion.taught(version)
    if taught is None:
        return _("It was not trained here.")
    if not taught.deleted:
        return _("%(photos)d photos, all of them still here") % {"photos": taught.photos}
    text = _("%(deleted)d of the %(photos)d photos it was trained with were deleted since.")
    return text % {"deleted": taught.deleted, "photos": taught.photos}


def limits(version: ModelVersion, metrics: dict[str, Any], tree: LabelTree) -> list[str]:
    """What one should not expect of it."""
    per_label = metrics.get("per_label", {})
    few = [slug for slug, row in per_label.items() if row["photos"] < FEW_PHOTOS]
    untested = [slug for slug in version.labels if slug not in per_label]
    texts = [
        _("Each photo gets one label, that of its main subject, even if it shows several.")
        if version.view == View.SUBJECTS
        else _("Each photo gets one label, even if it shows several things."),
        _(
            "Photos unlike those it was trained and tested on (another camera, drawings, night) are"
            " answered less reliably than the figures say."
        ),
    ]
    if not metrics.get("photos"):
        return [_("It was not measured on photos kept apart for the test."), *texts]
    if few:
        text = ngettext(
            "%(count)d label has fewer than %(few)d test photos, which says little: %(labels)s.",
            "%(count)d labels have fewer than %(few)d test photos, which says little: %(labels)s.",
            len(few),
        )
        names = _some(few, tree)
        texts.append(text % {"count": len(few), "few": FEW_PHOTOS, "labels": names})
    if untested:
        text = ngettext(
            "%(count)d label has no test photo at all: %(labels)s.",
            "%(count)d labels have no test photo at all: %(labels)s.",
            len(untested),
        )
        names = _some(untested, tree)
        texts.append(text % {"count": len(untested), "labels": names})
    return texts


def live_times(version: ModelVersion) -> list[LiveChange]:
    """When it went live, the last time first."""
    changes = LiveChange.objects.filter(model_version=version).select_related("by")
    return list(changes.order_by("-at")[:_VERSIONS_OFFERED])


def others(version: ModelVersion) -> list[ModelVersion]:
    """Versions to compare it with: the live one and its parent first."""
    rest = ModelVersion.objects.exclude(id=version.id).defer("metrics", "labels")
    rest = rest.exclude(id__in=registry.trials().values("id"))
    newest = list(rest.order_by("-live", "-number")[:_VERSIONS_OFFERED])
    parent = version.parent
    return newest if parent is None or parent in newest else [newest[0], parent, *newest[1:]]


def _some(slugs: list[str], tree: LabelTree) -> str:
    """Their names; of many, the first and how many more."""
    names = comparison_summary.names(sorted(slugs)[:_NAMES_SHOWN], tree)
    others = len(slugs) - _NAMES_SHOWN
    if others <= 0:
        return names
    return (
        names
        + " "
        + ngettext("and %(others)s more", "and %(others)s more", others) % {"others": others}
    )


def _with_interval(name: str, metrics: dict[str, Any], key: str) -> Detail:
    return Detail(
        name, percent(metrics[key]), comparison_summary.interval(metrics[f"{key}_interval"])
    )


def _splits(photos: dict[str, int]) -> str:
    names = {
        "train": _("training"),
        "validation": _("validation"),
        "test": _("test"),
        "unlabelled": _("unlabelled anchors"),
    }
    text = _("%(photos)s %(split)s")  # such as "120 training"
    return _(", ").join(
        text
        % {"photos": number_format(count, force_grouping=True), "split": names.get(split, split)}
        for split, count in photos.items()
    )
