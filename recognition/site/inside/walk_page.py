"""Inside a network: a photo's walk through it, stage by stage."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from recognition.explanations import asking, walks
from recognition.models import Job, Label, Photo, RunState
from recognition.photos import selectors
from recognition.site.inside import walk_channel, walk_ending, walk_shown
from recognition.site.inside.choosing import Choice, choices_for
from recognition.site.inside.finder_names import FINDER_NAMES
from recognition.site.requests import SignedInRequest

_KEPT_FOR_S = 3600
_WIDTH = 1000
_FAILED = {
    "unreadable": gettext_lazy("The photo cannot be read any more."),
    "not_loaded": gettext_lazy("The version cannot be loaded: its files are damaged."),
}


@login_required
@require_GET
def inside(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """`part=channel` gives one channel alone; `look=due` nothing until there is something new."""
    photo = _visible_photo(request.user, photo_id)
    choices = choices_for(photo, request.user)
    chosen = choices.chosen(request.GET.get("network", ""), request.GET.get("sees", ""))
    if chosen is None:
        raise Http404
    walk = walks.read(photo, chosen.version, chosen.way)
    context: dict[str, Any] = {"photo": photo, "choices": choices, "chosen": chosen}
    if walk is None:
        return _waiting(request, context)
    shown = _Shown(photo, chosen, walk)
    channel = shown.channel(request.GET.get("stage", ""), request.GET.get("channel", ""))
    if request.GET.get("part") == "channel":
        if channel is None:
            raise Http404
        return render(request, "site/inside/_channel.html", {"channel": channel})
    return render(request, "site/inside/walk.html", {**context, **shown.context(channel)})


@login_required
@require_GET
@cache_control(private=True, max_age=_KEPT_FOR_S)
def inside_picture(
    request: SignedInRequest, photo_id: UUID, number: int, what: str, name: str
) -> HttpResponseBase:
    """One of the walk's pictures. what: as in `walks.Way`."""
    photo = _visible_photo(request.user, photo_id)
    try:
        content = walks.picture(photo.id, number, what, name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(content, content_type="image/webp")


def _visible_photo(user: User, photo_id: UUID) -> Photo:
    return get_object_or_404(selectors.photos_to_show(user), id=photo_id)


def _waiting(request: SignedInRequest, context: dict[str, Any]) -> HttpResponse:
    """The page at once, and a job that works out what it lacks."""
    chosen: Choice = context["chosen"]
    again = request.GET.get("again") == "yes"
    try:
        job = asking.ask(
            context["photo"],
            chosen.version,
            chosen.way.what,
            request.user,
            again and request.GET.get("look") != "due",
        )
    except asking.TooMany:
        return render(request, "site/inside/walk.html", {**context, "is_too_many": True})
    is_waiting = job.state != RunState.FAILED
    if is_waiting and request.GET.get("look") == "due":
        return HttpResponse(status=204)  # nothing to show yet
    failed = None if is_waiting else _why(job)
    return render(
        request, "site/inside/walk.html", {**context, "is_waiting": is_waiting, "failed": failed}
    )


def _why(job: Job) -> str | Promise:
    return _FAILED.get(job.error, _("Something went wrong that nobody foresaw."))


class _Shown:
    """A walk as the page shows it."""

    def __init__(self, photo: Photo, chosen: Choice, walk: dict[str, Any]) -> None:
        self.photo, self.chosen, self.walk = photo, chosen, walk

    def context(self, channel: dict[str, Any] | None) -> dict[str, Any]:
        """channel: the one to show opened; the first stage's strongest, if there is none."""
        if channel is None and (first := self.walk["stages"][0].get("channels")):
            channel = walk_channel.channel_of(self.walk, 0, first[0]["number"], self.picture)
        labels = {label.slug: label for label in Label.objects.filter(slug__in=self._slugs())}
        return {
            "network": self.walk["network"],
            "stages": walk_shown.stages_of(self.walk, self.picture, self.address),
            "ending": walk_ending.ending_of(self.walk, labels),
            "finder": walk_ending.finder_of(
                self.walk["finder"], self.picture, self._drawn(), FINDER_NAMES
            ),
            "input": self.picture("input"),
            "channel": channel,
        }

    def channel(self, stage: str, number: str) -> dict[str, Any] | None:
        if not (stage.isdecimal() and number.isdecimal()):
            return None
        return walk_channel.channel_of(self.walk, int(stage), int(number), self.picture)

    def picture(self, name: str) -> str:
        number, what = self.chosen.version.number, self.chosen.way.what
        address = reverse("inside-picture", args=[self.photo.id, number, what, name])
        return f"{address}?{urlencode({'of': self.walk['about'][:12]})}"

    def address(self, stage: int, channel: int) -> str:
        query = urlencode({"stage": stage, "channel": channel})
        return f"?{self.chosen.query}&{query}#stage-{stage + 1}"

    def _slugs(self) -> list[str]:
        return [label["slug"] for label in self.walk["ending"]["labels"]]

    def _drawn(self) -> tuple[int, int]:
        """Width and height of the photo in the finder's drawing."""
        return _WIDTH, round(_WIDTH * self.photo.height / self.photo.width)
