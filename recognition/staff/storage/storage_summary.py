"""The last storage check in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.models import Photo
from recognition.storage import checking, space
from recognition.storage.findings import DAMAGED, KINDS, LEFT_OVER, MISSING

_RESTORE = gettext_lazy(
    "Put the file back from a backup: there it lies in the folder objects, named by the photo's "
    "sha256. Where there is no backup, delete the photo, and have it uploaded again."
)
_REMOVE = gettext_lazy("Nobody needs them. What is older than a day can be removed.")
_TEXTS = {
    MISSING: (gettext_lazy("Originals that are missing"), _RESTORE),
    DAMAGED: (gettext_lazy("Originals that are damaged"), _RESTORE),
    "versions_damaged": (
        gettext_lazy("Versions that are damaged or missing"),
        gettext_lazy("Put the version's folder back from a backup, or import its bundle."),
    ),
    "versions_unknown": (
        gettext_lazy("Folders of versions that nobody knows"),
        gettext_lazy(
            "They lie in models_store without a row in the database. If no other instance uses "
            "them, delete them."
        ),
    ),
    "orphaned": (gettext_lazy("Originals without a photo"), _REMOVE),
    "renditions": (gettext_lazy("Small pictures without a photo"), _REMOVE),
    "explanations": (gettext_lazy("Explanations without a photo"), _REMOVE),
    "incoming": (gettext_lazy("Uploads that broke off"), _REMOVE),
    "exports": (gettext_lazy("Exports and imports that are left over"), _REMOVE),
    "training": (gettext_lazy("Files of training that are left over"), _REMOVE),
}
_USES = {
    "originals": gettext_lazy("Originals"),
    "renditions": gettext_lazy("Small pictures"),
    "explanations": gettext_lazy("Explanations of answers"),
    "versions": gettext_lazy("Versions"),
    "database": gettext_lazy("Database"),
    "training": gettext_lazy("Training"),
    "exports": gettext_lazy("Exports and imports"),
    "incoming": gettext_lazy("Uploads on their way"),
}


@dataclass(frozen=True)
class Item:
    """link: to the photo, if it is one that is there."""

    name: str
    why: str
    link: str = ""


@dataclass(frozen=True)
class Finding:
    """unnamed: how many more there are than items."""

    title: str
    advice: str
    is_bad: bool
    number: int
    items: list[Item]

    @property
    def unnamed(self) -> int:
        return self.number - len(self.items)


@dataclass(frozen=True)
class Use:
    """share: of all that is used, 0 to 1."""

    name: str
    size_bytes: int
    share: float


@dataclass(frozen=True)
class Summary:
    """at: when the last check ended; None before the first one."""

    free_bytes: int
    total_bytes: int
    at: datetime | None
    photos: int
    digests: int
    removed: int
    findings: list[Finding]
    uses: list[Use]
    can_repair: bool

    @property
    def is_scarce(self) -> bool:
        return self.free_bytes < 0.05 * self.total_bytes


def summary() -> Summary:
    job = checking.last()
    result = job.result if job else {}
    found, named = result.get("found", {}), result.get("named", {})
    seen = result.get("seen", {})
    return Summary(
        free_bytes=space.free_bytes(),
        total_bytes=space.total_bytes(),
        at=job.finished if job else None,
        photos=seen.get("photos", 0),
        digests=seen.get("digests", 0),
        removed=sum(result.get("removed", {}).values()),
        findings=[
            _finding(kind, found[kind], named.get(kind, [])) for kind in KINDS if kind in found
        ],
        uses=_uses(result.get("used", {})),
        can_repair=any(kind in found for kind in LEFT_OVER),
    )


def _finding(kind: str, number: int, named: list[list[str]]) -> Finding:
    title, advice = _TEXTS[kind]
    items = _photos(named) if kind in (MISSING, DAMAGED) else [_item(*entry) for entry in named]
    return Finding(str(title), str(advice), kind not in LEFT_OVER, number, items)


def _item(name: str, why: str = "") -> Item:
    return Item(name, why)


def _photos(named: list[list[str]]) -> list[Item]:
    """With the names that people gave them, if they are still there."""
    ids = [UUID(name) for name, *_why in named]
    photos = Photo.objects.in_bulk(ids)
    return [_photo(id_, photos.get(id_), *why) for id_, (_id, *why) in zip(ids, named, strict=True)]


def _photo(id_: UUID, photo: Photo | None, why: str = "") -> Item:
    told = "" if why == "sha256" else why
    if photo is None:
        return Item(_("%(id)s, deleted or in the trash") % {"id": id_}, told)
    named = f"sha256 {photo.sha256}"  # as its file is called in a backup
    return Item(photo.name, f"{named} · {told}" if told else named, reverse("photo", args=[id_]))


def _uses(used: dict[str, int]) -> list[Use]:
    total = sum(used.values()) or 1
    known = [(name, used[name]) for name in _USES if used.get(name)]
    return [
        Use(str(_USES[name]), size_bytes, size_bytes / total)
        for name, size_bytes in sorted(known, key=lambda pair: -pair[1])
    ]
