"""A reviewer says together with a decision that there is another one, as the owner suggests."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from recognition.core.locks import lock_photos
from recognition.labels import annotating
from recognition.models import Decision, Photo, Suggestion


@transaction.atomic
def agree(suggestion_id: UUID, decision: Decision, by: User) -> None:
    """Confirm a suggestion that this decision has settled; a part that it names gets its label.

    Doing it twice has no further effect; neither has it once the decision is undone, which takes
    all of it back (`suggestions.settle`).
    """
    lock_photos(Photo.objects.filter(id=decision.photo_id))
    settled = Suggestion.objects.filter(photo=decision.photo_id, decided=decision.at)
    another = settled.filter(id=suggestion_id, kind=Suggestion.Kind.ANOTHER)
    for suggestion in another.exclude(outcome=Suggestion.Outcome.CONFIRMED):
        suggestion.outcome = Suggestion.Outcome.CONFIRMED
        suggestion.save(update_fields=["outcome"])
        if suggestion.box:
            # Under the same id, so that an undo finds it.
            part = (suggestion.box, suggestion.label, by, suggestion.id)
            with suppress(annotating.TooMany):
                annotating.annotate(decision.photo_id, *part)
