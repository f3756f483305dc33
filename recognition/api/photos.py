"""Uploads, photos and batches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from recognition.api import scopes, serializers, upload_serializers
from recognition.api.errors import Refused
from recognition.api.parsers import BoundedJSONParser
from recognition.api.scopes import MayCall, Scope
from recognition.api.waiting import when_settled
from recognition.labels import annotating, labelling
from recognition.models import Batch, Label, Photo, Via
from recognition.photos import batches, deletion, intake, selectors
from recognition.photos.uploads import takes_files

MAX_WAIT_S = 30
WAIT = OpenApiParameter(
    "wait",
    OpenApiTypes.NUMBER,
    description="answer when the photo is done or failed, after at most so many seconds "
    f"({MAX_WAIT_S} at the most)",
)


class NewestFirst(CursorPagination):
    """Pages that stay quick however many photos there are: nothing is counted or skipped."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-created", "-id")

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Raises NotFound for a position that is no time, with which Django would fail."""
        cursor = super().decode_cursor(request)
        if cursor is None or cursor.position is None:
            return cursor
        try:
            position: Any = str(datetime.fromisoformat(str(cursor.position)).astimezone(UTC))
        except (ValueError, OverflowError):
            raise NotFound(self.invalid_cursor_message) from None
        return cursor._replace(position=position)


class IsReviewer(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user.has_perm("recognition.review")


class PhotoViewSet(
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Photo],
):
    """Photos and what the network says about them. Somebody else's photo is not found."""

    queryset = Photo.objects.none()  # tells the schema what `id` is
    serializer_class = serializers.PhotoSerializer
    pagination_class = NewestFirst
    parser_classes = (MultiPartParser,)
    token_scope = Scope.UPLOAD

    def get_queryset(self) -> QuerySet[Photo]:
        photos = selectors.with_subjects(selectors.photos_visible_to(_user(self.request)))
        if self.action != "list":
            return photos
        query = serializers.PhotoFilterSerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return selectors.filter_photos(photos, **query.validated_data)

    @extend_schema(
        request={"multipart/form-data": upload_serializers.UploadSerializer},
        responses={200: serializers.PhotoSerializer, 202: serializers.PhotoSerializer},
        parameters=[WAIT],
    )
    @takes_files
    def create(self, request: Request) -> Response:
        """Upload one photo. It is predicted in the background; with `wait` the answer is 200 if
        that is over in time."""
        wait_s = _wait_s(request)
        upload = request.FILES.get("image")
        if upload is None:
            raise ValidationError({"image": [_("Send the photo as the file `image`.")]})
        label = _label_to_set(request)
        [outcome] = intake.accept([(upload, label)], _user(request))
        if outcome.refusal:
            raise Refused(outcome.refusal)
        stored = cast(Photo, outcome.photo)  # it was not refused

        def answer() -> Response:
            """The photo as it is by now, if nobody has deleted it."""
            photo = stored
            if wait_s or outcome.is_duplicate:
                photo = _seen_by(_user(request), stored.id)
            is_answered = wait_s and selectors.is_settled(photo)
            return Response(
                self.get_serializer(photo).data,
                status=status.HTTP_200_OK if is_answered else status.HTTP_202_ACCEPTED,
            )

        response = when_settled(request, stored.id, wait_s, answer)
        response["Location"] = reverse("photo-detail", [stored.id], request=request)
        return response

    @extend_schema(
        request={"multipart/form-data": upload_serializers.BulkUploadSerializer},
        responses={202: upload_serializers.BulkResultSerializer},
    )
    @action(detail=False, methods=["post"])
    @takes_files
    def bulk(self, request: Request) -> Response:
        """Upload many photos, or a ZIP of them. Each one is accepted or rejected by itself."""
        images = request.FILES.getlist("images")
        archive = request.FILES.get("archive")
        if not images and archive is None:
            raise ValidationError({"images": [_("Send files as `images`, or a ZIP as `archive`.")]})
        labels = _labels_of_archive(request)
        batch = intake.open_batch(_user(request))
        outcomes = batches.add(batch, images, archive, labels)
        if outcomes and outcomes[0].is_archive:  # it came alone
            batch.delete()
            raise Refused(*(outcome.refusal for outcome in outcomes if outcome.refusal))
        return Response(_bulk_result(batch, outcomes), status=status.HTTP_202_ACCEPTED)

    @extend_schema(parameters=[WAIT], responses={200: serializers.PhotoDetailSerializer})
    def retrieve(self, request: Request, pk: str) -> Response:
        """One photo."""
        photo = self.get_object()
        wait_s = _wait_s(request)

        def answer() -> Response:
            seen = _seen_by(_user(request), photo.id) if wait_s else photo
            return Response(
                serializers.PhotoDetailSerializer(seen, context={"request": request}).data
            )

        return when_settled(request, photo.id, wait_s, answer)

    @extend_schema(parameters=[serializers.PhotoFilterSerializer])
    def list(self, request: Request) -> Response:
        """Photos, newest first."""
        return super().list(request)

    def perform_destroy(self, photo: Photo) -> None:
        """Into the trash, where it can be restored from for a while."""
        user = _user(self.request)
        if not selectors.may_delete(user, photo):
            raise PermissionDenied
        deletion.delete_photo(photo, user)

    @extend_schema(
        request=serializers.SetLabelSerializer, responses={200: serializers.PhotoDetailSerializer}
    )
    @action(
        detail=True,
        methods=["put"],
        permission_classes=[MayCall, IsReviewer],
        token_scope=Scope.REVIEW,
        parser_classes=[BoundedJSONParser],
    )
    def label(self, request: Request, pk: str) -> Response:
        """Confirm or correct the label of a photo, and say what it is about."""
        photo = self.get_object()
        body = serializers.SetLabelSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            labelling.decide(photo.id, by=_user(request), via=Via.API, **body.validated_data)
        except Photo.DoesNotExist:  # deleted meanwhile
            raise NotFound from None
        said = serializers.PhotoDetailSerializer(self.get_object(), context={"request": request})
        return Response(said.data)

    @extend_schema(
        request=serializers.NewAnnotationSerializer,
        responses={201: serializers.AnnotationSerializer},
    )
    @action(
        detail=True,
        methods=["post"],
        permission_classes=[MayCall, IsReviewer],
        token_scope=Scope.REVIEW,
        parser_classes=[BoundedJSONParser],
    )
    def annotations(self, request: Request, pk: str) -> Response:
        """Label a further part of a photo. The same part again gets the new label."""
        photo = self.get_object()
        body = serializers.NewAnnotationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            made = annotating.annotate(photo.id, by=_user(request), **body.validated_data)
        except Photo.DoesNotExist:  # deleted meanwhile
            raise NotFound from None
        annotation = serializers.AnnotationSerializer(made).data
        return Response(annotation, status=status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[OpenApiParameter("annotation_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        request=None,
        responses={204: None},
    )
    @action(
        detail=True,
        methods=["delete"],
        url_path=r"annotations/(?P<annotation_id>[0-9a-f-]+)",
        permission_classes=[MayCall, IsReviewer],
        token_scope=Scope.REVIEW,
    )
    def annotation(self, request: Request, pk: str, annotation_id: str) -> Response:
        """Take the label of a further part back."""
        made = get_object_or_404(self.get_object().annotations, id=annotation_id)
        annotating.remove_annotation(made.id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BatchViewSet(viewsets.GenericViewSet[Batch]):
    """Photos that were submitted together."""

    queryset = Batch.objects.none()  # as above
    serializer_class = upload_serializers.BatchProgressSerializer

    def get_queryset(self) -> QuerySet[Batch]:
        return selectors.batches_visible_to(_user(self.request))

    def retrieve(self, request: Request, pk: str) -> Response:
        """How far the photos of a batch are."""
        return Response(selectors.batch_progress(self.get_object()))


def _user(request: Request) -> User:
    return cast(User, request.user)  # MayCall let nobody else in


def _bulk_result(batch: Batch, outcomes: Iterable[intake.Outcome]) -> dict[str, Any]:
    outcomes = list(outcomes)
    return {
        "batch": batch.id,
        "accepted": sum(bool(o.photo) and not o.is_duplicate for o in outcomes),
        "duplicates": sum(o.is_duplicate for o in outcomes),
        "rejected": [
            {"name": o.name, "code": o.refusal.code, "detail": o.refusal.detail}
            for o in outcomes
            if o.refusal
        ],
        "left_out": batches.count_left_out(outcomes),
    }


def _labels_of_archive(request: Request) -> batches.Labels:
    labelled, creates = (_is_on(request, name) for name in ("labelled", "create_labels"))
    if labelled or creates:
        _must_review(request)
    if creates and not labelled:
        raise ValidationError({"create_labels": [_("Send `labelled` as well.")]})
    if creates and not request.user.has_perm("recognition.add_label"):
        raise PermissionDenied(_("You may not add labels."))
    return batches.Labels(from_folders=labelled, creates=creates)


def _is_on(request: Request, name: str) -> bool:
    return str(request.POST.get(name, "")).lower() in ("1", "true", "on")


def _label_to_set(request: Request) -> Label | None:
    slug = request.POST.get("label")
    if not slug:
        return None
    _must_review(request)
    body = serializers.SetLabelSerializer(data={"label": slug})
    body.is_valid(raise_exception=True)
    return body.validated_data["label"]


def _must_review(request: Request) -> None:
    scopes.require(request, Scope.REVIEW)
    if not request.user.has_perm("recognition.review"):
        raise PermissionDenied(_("Only reviewers may set labels."))


def _wait_s(request: Request) -> float:
    try:
        return min(max(0, float(request.query_params.get("wait", 0))), MAX_WAIT_S)
    except ValueError:
        raise ValidationError({"wait": [_("Expected a number of seconds.")]}) from None


def _seen_by(user: User, photo_id: UUID) -> Photo:
    """The photo as it is by now."""
    try:
        return selectors.photo_visible_to(user, photo_id)
    except Photo.DoesNotExist:  # somebody has deleted it meanwhile
        raise NotFound from None
