"""The networks that one can send a photo through: versions, and those of the catalogue."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from recognition.cnn.networks.summaries import summaries
from recognition.explanations.walks import Way, subject_box
from recognition.models import ModelVersion, Photo

_MOST_VERSIONS = 20  # the newest
SUBJECT = "subject"


class Choice(NamedTuple):
    """value: in the page's address. version: under which the result is kept. network: of the
    catalogue, or "" for the version's own. of_subject: as in `walks.Way`."""

    value: str
    title: str
    version: ModelVersion
    network: str = ""
    of_subject: bool = False

    @property
    def way(self) -> Way:
        return Way(self.network, self.of_subject)

    @property
    def query(self) -> str:
        """What the page's address says of it."""
        seen = {"sees": SUBJECT} if self.of_subject else {}
        return urlencode({"network": self.value, **seen})


class Choices(NamedTuple):
    """has_subject: whether there is a main subject that they can look at."""

    versions: list[Choice]
    networks: list[Choice]
    has_subject: bool = False

    def chosen(self, value: str, sees: str) -> Choice | None:
        """The first one if nothing is chosen; None if there is no such one."""
        every = [*self.versions, *self.networks]
        if value:
            every = [choice for choice in every if choice.value == value]
        of_subject = sees == SUBJECT and self.has_subject
        return every[0]._replace(of_subject=of_subject) if every else None


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
        subject_box(photo) is not None,
    )


def _version(version: ModelVersion, answered: ModelVersion | None) -> Choice:
    title = _("Version %(number)s: %(name)s") % {"number": version.number, "name": version.name}
    if answered and version.pk == answered.pk:
        title = _("%(version)s, which answered") % {"version": title}
    elif version.live:
        title = _("%(version)s, live") % {"version": title}
    return Choice(str(version.number), title, version)
