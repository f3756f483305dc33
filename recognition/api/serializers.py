"""The shapes of the API, as docs/api.md and the OpenAPI schema describe them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recognition.labels.tree import LabelTree
from recognition.models import (
    Annotation,
    Kind,
    Label,
    ModelVersion,
    Photo,
    Prediction,
    State,
    Subject,
)
from recognition.photos import selectors
from recognition.photos.capture import places
from recognition.photos.refusals import Refusal


class LabelSerializer(serializers.ModelSerializer[Label]):
    parent: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = Label
        fields = ("slug", "name", "kind", "parent")


class NewLabelSerializer(serializers.Serializer[Any]):
    """`name` stands for both names where one serves."""

    slug: Any = serializers.SlugField(
        max_length=50,
        required=False,
        allow_blank=True,
        default="",
        help_text="without one, it is made from the name",
    )
    name = serializers.CharField(max_length=60, required=False)
    name_en = serializers.CharField(max_length=60, required=False)
    name_zh = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="without one, Chinese pages show the English name",
    )
    kind = serializers.ChoiceField(
        Kind.choices,
        required=False,
        help_text="that of the parent, unless there is none",
        # Without what was sent, which may be no text that can be sent back.
        error_messages={"invalid_choice": gettext_lazy("There is no such kind.")},
    )
    parent: Any = serializers.SlugField(required=False, allow_null=True, allow_blank=True)

    def validate_parent(self, slug: str | None) -> Label | None:
        return _label_in_use(slug) if slug else None

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        name = given.pop("name", None)
        if not given.setdefault("name_en", name):
            raise serializers.ValidationError({"name_en": [_("Give the label a name.")]})
        given.setdefault("name_zh", name or "")
        if not given.get("kind") and not given.get("parent"):
            raise serializers.ValidationError({"kind": [_("Give a kind, or a parent.")]})
        return given


class ModelVersionSerializer(serializers.ModelSerializer[ModelVersion]):
    class Meta:
        model = ModelVersion
        fields = ("number", "name", "network", "view", "live", "labels", "metrics", "created")


class ConfidenceSerializer(serializers.Serializer[dict]):
    label: Any = serializers.CharField()
    confidence = serializers.FloatField()


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "number", "minimum": 0, "maximum": 1},
        "minItems": 4,
        "maxItems": 4,
        "description": "left, top, right and bottom in parts of 1 of the upright photo",
    }
)
class BoxField(serializers.Field):
    """What is sent is checked where it is stored, which refuses it with the code `invalid_box`."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class SubjectSerializer(serializers.Serializer[Subject]):
    box = BoxField()
    label: Any = serializers.CharField(source="label.slug")
    kind = serializers.ChoiceField(Kind.choices)
    confidence = serializers.FloatField()
    top = serializers.SerializerMethodField()

    @extend_schema_field(ConfidenceSerializer(many=True))
    def get_top(self, subject: Subject) -> Any:
        return subject.top  # stored in just this shape


class PredictionSerializer(serializers.Serializer[Prediction]):
    label: Any = serializers.CharField(source="label.slug")
    kind = serializers.ChoiceField(Kind.choices)
    confidence = serializers.FloatField()
    is_broad = serializers.SerializerMethodField(
        help_text="`label` is a group, because none of its labels is sure enough"
    )
    top = serializers.SerializerMethodField()
    fine = serializers.CharField()
    model = serializers.IntegerField(source="model_version.number")
    milliseconds = serializers.FloatField()
    subjects = serializers.SerializerMethodField()

    def to_representation(self, prediction: Prediction) -> dict[str, Any]:
        """By hand, as photos are."""
        version = prediction.model_version
        return {
            "label": prediction.label and prediction.label.slug,
            "kind": prediction.kind,
            "confidence": prediction.confidence,
            "is_broad": self.get_is_broad(prediction),
            "top": self.get_top(prediction),
            "fine": prediction.fine,
            "model": version and version.number,
            "milliseconds": prediction.milliseconds,
            "subjects": self.get_subjects(prediction),
        }

    def get_is_broad(self, prediction: Prediction) -> bool:
        label = prediction.label
        if label is None or not prediction.top or prediction.top[0]["label"] == label.slug:
            return False  # nearly always, and without reading the tree
        context: Any = self.context  # of the whole list
        tree = context.setdefault("tree", None) or LabelTree()
        context["tree"] = tree
        return tree.narrower(prediction) is not None

    @extend_schema_field(ConfidenceSerializer(many=True))
    def get_top(self, prediction: Prediction) -> Any:
        return prediction.top  # stored in just this shape

    @extend_schema_field(SubjectSerializer(many=True, allow_null=True))
    def get_subjects(self, prediction: Prediction) -> Any:
        """The main subject first; null if nobody has looked for subjects yet."""
        found: Any = selectors.subjects(prediction)
        return None if found is None else SubjectSerializer(found, many=True).data


class PhotoErrorSerializer(serializers.Serializer[dict]):
    code = serializers.CharField()
    detail = serializers.CharField()


class PlaceSerializer(serializers.Serializer[dict]):
    latitude = serializers.FloatField(help_text="degrees, north is positive")
    longitude = serializers.FloatField(help_text="degrees, east is positive")


_TIME: Any = serializers.DateTimeField()


class PhotoSerializer(serializers.Serializer[Photo]):
    """What is shown is put together by hand, for lists of 200 and for each upload: Django REST
    framework would copy all fields for each request. The fields are for the schema."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(State.choices, source="prediction.state")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    label: Any = serializers.CharField(source="label.slug", allow_null=True)
    prediction = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    created = serializers.DateTimeField()
    taken_at = serializers.DateTimeField(allow_null=True)
    camera = serializers.CharField(allow_null=True)
    place = serializers.SerializerMethodField()

    def to_representation(self, photo: Photo) -> dict[str, Any]:
        return {
            "id": str(photo.id),
            "name": photo.name,
            "state": photo.prediction and photo.prediction.state,
            "width": photo.width,
            "height": photo.height,
            "label": photo.label and photo.label.slug,
            "prediction": self.get_prediction(photo),
            "error": self.get_error(photo),
            "created": _TIME.to_representation(photo.created),
            "taken_at": _TIME.to_representation(photo.taken_at),
            "camera": photo.camera,
            "place": self.get_place(photo),
        }

    @extend_schema_field(PlaceSerializer(allow_null=True))
    def get_place(self, photo: Photo) -> Any:
        """Null where nobody knows it, and for all but the owner and reviewers."""
        place = places.shown_to(self.context["request"].user, photo)
        return place and {"latitude": place[0], "longitude": place[1]}

    @extend_schema_field(PredictionSerializer(allow_null=True))
    def get_prediction(self, photo: Photo) -> Any:
        if photo.prediction is None or photo.prediction.state != State.DONE:
            return None
        return PredictionSerializer(photo.prediction, context=self.context).data

    @extend_schema_field(PhotoErrorSerializer(allow_null=True))
    def get_error(self, photo: Photo) -> Any:
        if photo.prediction is None or photo.prediction.state != State.FAILED:
            return None
        refusal = Refusal(photo.prediction.error)
        return {"code": refusal.code, "detail": refusal.detail}


class AnnotationSerializer(serializers.Serializer[Annotation]):
    """A further part of a photo with a label of its own."""

    id = serializers.UUIDField()
    box = BoxField()
    label: Any = serializers.CharField(source="label.slug")


class PhotoDetailSerializer(PhotoSerializer):
    """A photo as it is shown alone."""

    box = BoxField(
        allow_null=True,
        help_text="what the label is about, as people said; null: the main subject",
    )
    annotations = AnnotationSerializer(many=True)

    def to_representation(self, photo: Photo) -> dict[str, Any]:
        annotations: Any = photo.annotations.all()
        return {
            **super().to_representation(photo),
            "box": photo.box,
            "annotations": AnnotationSerializer(annotations, many=True).data,
        }


class SetLabelSerializer(serializers.Serializer[Any]):
    label: Any = serializers.SlugField()
    box = BoxField(
        required=False,
        allow_null=True,
        default=None,
        help_text="what the label is about; without one, that stays as it is",
    )

    def validate_label(self, slug: str) -> Label:
        return _label_in_use(slug)


class NewAnnotationSerializer(serializers.Serializer[Any]):
    box = BoxField()
    label: Any = serializers.SlugField()

    def validate_label(self, slug: str) -> Label:
        return _label_in_use(slug)


_DAY_OR_TIME = ("iso-8601", "%Y-%m-%d")


class PhotoFilterSerializer(serializers.Serializer[dict]):
    """The query of a list of photos; each value narrows it."""

    state = serializers.ChoiceField(State.choices, required=False)
    kind = serializers.ChoiceField(Kind.choices, required=False)
    label: Any = serializers.SlugField(required=False, help_text="set by a person")
    predicted = serializers.SlugField(required=False, help_text="said by the network")
    batch = serializers.UUIDField(required=False)
    contains = serializers.SlugField(
        required=False, help_text="a subject has this label, or one below it"
    )
    taken_after = serializers.DateTimeField(
        required=False,
        input_formats=_DAY_OR_TIME,
        help_text="taken then or later; where the file does not say when, the upload counts",
    )
    taken_before = serializers.DateTimeField(
        required=False, input_formats=_DAY_OR_TIME, help_text="taken before"
    )
    camera = serializers.CharField(required=False, max_length=120, help_text="its whole name")


def _label_in_use(slug: str) -> Label:
    label = Label.objects.filter(slug=slug, active=True).first()
    if label is None:
        raise serializers.ValidationError(_("There is no such label."))
    return label
