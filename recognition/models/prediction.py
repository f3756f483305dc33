"""What a version of the network says about a photo; also the queue of what is still to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid
from recognition.models.label import Kind, Label
from recognition.models.model_version import ModelVersion
from recognition.models.photo import Photo


class State(models.TextChoices):
    PENDING = "pending", _("waiting")
    RUNNING = "running", _("being recognised")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Weight(models.IntegerChoices):
    """Whether the photo takes long to decode. A number: along an index SQLite finds no booleans."""

    LIGHT = 0
    HEAVY = 1


class Review(models.IntegerChoices):
    """Why a prediction waits for a person; null if it does not."""

    WAITING = 1, _("to review")
    CHECK = 2, _("to check")  # accepted by machine, and in the sample that people check


class ConfidenceBand(models.IntegerChoices):
    """Steps of confidence, so that lists can filter by it along an index."""

    DOUBTFUL = 1, _("below 50 %")
    LIKELY = 2, _("50 to 80 %")
    SURE = 3, _("80 to 95 %")
    VERY_SURE = 4, _("95 % and more")


def _waiting(*fields: str, name: str) -> models.Index:
    """An index for an ordering of the review queue."""
    return models.Index(fields=fields, name=name, condition=Q(review__isnull=False))


class Prediction(models.Model):
    """Pending and running rows are the queue; a lease says which worker holds a running one."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    # The foreign keys' own indexes would repeat those below.
    photo = models.ForeignKey(
        Photo,
        models.CASCADE,
        verbose_name=_("photo"),
        related_name="predictions",
        db_index=False,
    )
    # An upload waits without a version, for the one that is live when its turn comes. A row that
    # waits with a version is to be predicted again, when no upload waits.
    model_version = models.ForeignKey(
        ModelVersion,
        models.PROTECT,
        null=True,
        verbose_name=_("version"),
        related_name="predictions",
        db_index=False,
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    # Pending rows are claimed by turn (photos/turns.py), heavy ones apart from others: their photos
    # take long to decode.
    turn = models.FloatField(default=0.0)
    weight = models.PositiveSmallIntegerField(choices=Weight, default=Weight.LIGHT)

    lease_owner = models.CharField(_("worker"), max_length=100, blank=True)
    lease_expires = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    label = models.ForeignKey(
        Label, models.PROTECT, verbose_name=_("label"), null=True, db_index=False, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, blank=True)
    confidence = models.FloatField(_("confidence"), null=True)
    band = models.GeneratedField(
        expression=Case(
            When(confidence__gte=0.95, then=ConfidenceBand.VERY_SURE),
            When(confidence__gte=0.8, then=ConfidenceBand.SURE),
            When(confidence__gte=0.5, then=ConfidenceBand.LIKELY),
            When(confidence__gte=0, then=ConfidenceBand.DOUBTFUL),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
        verbose_name=_("confidence"),
        choices=ConfidenceBand,
    )
    top = models.JSONField(_("top five"), default=list)
    fine = models.CharField(_("fine-grained name"), max_length=100, blank=True)
    milliseconds = models.FloatField(_("milliseconds"), null=True)
    embedding = models.BinaryField(
        null=True,
        help_text=_(
            "of the main subject, or of the whole photo where there is none: float16 numbers, "
            "little endian; how many depends on the network"
        ),
    )
    # Of an answer that was sure at first sight, or is about another box than people now say: when
    # a predictor may look closer. A predictor that does puts it off for as long as its lease lasts.
    look_due = models.DateTimeField(null=True)
    error = models.CharField(
        _("error"), max_length=30, blank=True, help_text=_("a code of photos/refusals.py")
    )

    # Fields of the review; only a photo's shown prediction has any of them.
    review = models.PositiveSmallIntegerField(_("review"), choices=Review, null=True)
    margin = models.FloatField(
        _("margin"), null=True, help_text=_("confidence minus that of the second label")
    )
    disagreement = models.FloatField(
        _("disagreement"),
        null=True,
        help_text=_("confidence minus that of the label that people set, where it is another one"),
    )
    accepted = models.DateTimeField(_("accepted by machine"), null=True)
    analysis_due = models.DateTimeField(null=True, help_text=_("the analyst has not been here yet"))
    suggested = models.DateTimeField(
        _("suggested"), null=True, help_text=_("since when a suggestion of the owner waits")
    )
    novelty = models.FloatField(
        _("novelty"),
        null=True,
        help_text=_("1 minus the cosine similarity to the nearest labelled photo; 0 to 2"),
    )
    similar = models.JSONField(
        _("nearest labelled photos"),
        default=list,
        help_text=_(
            "photo, label (slug) and cosine similarity of the three nearest, nearest first"
        ),
    )

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        constraints = [
            models.UniqueConstraint(fields=["photo", "model_version"], name="one_per_version")
        ]
        indexes = [
            models.Index(fields=["-created", "-id"], name="prediction_newest"),
            models.Index(fields=["state", "created", "id"], name="prediction_queue"),
            models.Index(
                fields=["state", "weight", "turn", "created", "id"], name="prediction_turns"
            ),
            # Uploads alone, which have no version yet: among very many rows PostgreSQL would look
            # for these first, and sort all that wait for each claim.
            models.Index(
                fields=["state", "weight", "turn", "created", "id"],
                name="prediction_uploads",
                condition=Q(model_version__isnull=True),
            ),
            models.Index(fields=["kind", "-created", "-id"], name="prediction_kind"),
            models.Index(fields=["label", "-created", "-id"], name="prediction_label"),
            models.Index(fields=["band", "-created", "-id"], name="prediction_band"),
            models.Index(fields=["model_version", "-created", "-id"], name="prediction_version"),
            # "Is not null" is the only condition for which SQLite uses a partial index.
            _waiting("margin", "id", name="review_margin"),
            _waiting("-novelty", "id", name="review_novelty"),
            _waiting("-created", "-id", name="review_newest"),
            _waiting("label", "-confidence", "id", name="review_label"),
            models.Index(
                fields=["-disagreement", "id"],
                name="review_disagreement",
                condition=Q(disagreement__isnull=False),
            ),
            # The last two are counted along with it, without a look at the rows.
            models.Index(
                fields=["-accepted", "id", "review", "photo"],
                name="prediction_accepted_counted",
                condition=Q(accepted__isnull=False),
            ),
            models.Index(
                fields=["analysis_due", "id"],
                name="prediction_analysis_due",
                condition=Q(analysis_due__isnull=False),
            ),
            models.Index(
                fields=["look_due", "id"],
                name="prediction_look_due",
                condition=Q(look_due__isnull=False),
            ),
            models.Index(
                fields=["suggested", "id"],
                name="review_suggested",
                condition=Q(suggested__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.label or self.get_state_display())

    @property
    def is_settled(self) -> bool:
        return self.state in (State.DONE, State.FAILED)
