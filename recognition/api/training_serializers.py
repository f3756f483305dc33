"""The shapes of training runs, as docs/api.md and the OpenAPI schema describe them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recognition.models import Mode, ModelVersion, RunState, Stage, TrainingEpoch, TrainingRun
from recognition.training import failures

_MAX_NUMBER = 2**31 - 1


class NewTrainingRunSerializer(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(
        Mode.choices,
        # Without what was sent, which may be no text that can be sent back.
        error_messages={"invalid_choice": gettext_lazy("There is no such way of training.")},
    )
    parent: Any = serializers.IntegerField(
        min_value=1,
        max_value=_MAX_NUMBER,
        required=False,
        allow_null=True,
        help_text="the number of the version to teach or fine-tune; by default the live one",
    )
    network = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="the network of the catalogue to train from scratch",
    )
    network_options: Any = serializers.DictField(
        required=False, help_text="how the network is built, where its page offers a choice"
    )
    parameters: Any = serializers.DictField(
        required=False, help_text="those that shall differ from their defaults"
    )

    def validate_parent(self, number: int | None) -> ModelVersion | None:
        if number is None:
            return None
        version = ModelVersion.objects.filter(number=number).first()
        if version is None:
            raise serializers.ValidationError(_("There is no such version."))
        return version

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["mode"] == Mode.FROM_SCRATCH and not given.get("network"):
            raise serializers.ValidationError({"network": [_("Name a network.")]})
        return given


class TrainingEpochSerializer(serializers.ModelSerializer[TrainingEpoch]):
    class Meta:
        model = TrainingEpoch
        fields = (
            *("number", "train_loss", "validation_loss", "validation_accuracy"),
            *("learning_rate", "seconds"),
        )


class PhotosOfSplitsSerializer(serializers.Serializer[dict]):
    train = serializers.IntegerField()
    validation = serializers.IntegerField()
    test = serializers.IntegerField()


class DataSetSerializer(serializers.Serializer[Any]):
    """The photos, frozen when the run was launched."""

    created = serializers.DateTimeField()
    fingerprint = serializers.CharField()
    labels = serializers.DictField(child=PhotosOfSplitsSerializer(), source="summary.labels")
    unlabelled = serializers.IntegerField(source="summary.unlabelled")


class RunErrorSerializer(serializers.Serializer[dict]):
    code = serializers.CharField()
    detail = serializers.CharField()


class TrainingRunInListSerializer(serializers.Serializer[TrainingRun]):
    id = serializers.UUIDField()
    mode = serializers.ChoiceField(Mode.choices)
    network = serializers.CharField()
    parent: Any = serializers.IntegerField(source="parent.number", allow_null=True, default=None)
    state = serializers.ChoiceField(RunState.choices)
    stage = serializers.ChoiceField(Stage.choices, allow_blank=True)
    progress = serializers.FloatField()
    seconds_left = serializers.FloatField(allow_null=True)
    score = serializers.FloatField(
        allow_null=True, help_text="accuracy on the validation split, 0 to 1"
    )
    model_version = serializers.IntegerField(
        source="model_version.number", allow_null=True, default=None
    )
    error = serializers.SerializerMethodField()
    created = serializers.DateTimeField()
    started = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(RunErrorSerializer(allow_null=True))
    def get_error(self, run: TrainingRun) -> Any:
        return {"code": run.error, "detail": failures.explain(run)} if run.error else None


class TrainingRunSerializer(TrainingRunInListSerializer):
    parameters: Any = serializers.DictField()
    dataset = DataSetSerializer()
    epochs = TrainingEpochSerializer(many=True)
    notes = serializers.ListField(child=serializers.DictField())
