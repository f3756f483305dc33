"""The networks that one can send a photo through: versions, and those of the catalogue."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from recognition.cnn.networks.summaries import summaries
from recognition.models import ModelVersion, Photo

_MOST_VERSIONS = 20  # the newest


class Choice(NamedTuple):
    """value: in the page's address. version: under which the result is kept. network: of the
    catalogue, or "" for the version's own."""

    value: str
    title: str
    version: ModelVersion
    network: str = ""


class Choices(NamedTuple):
    versions: list[Choice]
    networks: list[Choice]

    def chosen(self, value: str) -> Choice | None:
        """The first one if nothing is chosen; None if there is no such one."""
        every = [*self.versions, *self.networks]
        if not value:
            return every[0] if every else None
        return next((choice for choice in every if choice.value == value), None)


def choices_for(photo: Photo, user: User) -> Choices:
    """First the version that answered. Others may choose the live one, staff any."""
    live = ModelVersion.objects.filter(live=True).first()
    answered = photo.prediction.model_version if photo.prediction else None
    newest = ModelVersion.objects.all()[:_MOST_VERSIONS] if user.is_staff else ()
    versions = {each.pk: each for each in (answered, live, *newest) if each}
    if not versions:
        return Choices([], [])
    under = live or next(iter(versions.values()))
    return Choices(
        [_version(each, answered) for each in versions.values()],
        [
            Choice(name, f"{_(network.title)} ({network.year})", under, name)
            for name, network in summaries().items()
        ],
    )


def _version(version: ModelVersion, answered: ModelVersion | None) -> Choice:
    title = _("Version %(number)s: %(name)s") % {"number": version.number, "name": version.name}
    if answered and version.pk == answered.pk:
        title = _("%(version)s, which answered") % {"version": title}
    elif version.live:
        title = _("%(version)s, live") % {"version": title}
    return Choice(str(version.number), title, version)
