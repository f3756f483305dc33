"""The trash: what was deleted, for as long as it can be restored."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from recognition.api.photos import NewestFirst
from recognition.api.scopes import Scope
from recognition.api.serializers import PhotoDetailSerializer, PhotoErrorSerializer
from recognition.models import Label, TrashedPhoto
from recognition.photos import selectors, trash

_CONFLICT = OpenApiResponse(
    PhotoErrorSerializer, "uploaded_again or original_gone: it stays in the trash"
)


class TrashedPhotoSerializer(serializers.ModelSerializer[TrashedPhoto]):
    label: Any = serializers.SerializerMethodField()
    trashed = serializers.DateTimeField(source="trashed_at")
    expires = serializers.SerializerMethodField()

    class Meta:
        model = TrashedPhoto
        fields = (
            *("id", "name", "width", "height", "size_bytes", "label"),
            *("created", "trashed", "expires"),
        )

    def get_label(self, row: TrashedPhoto) -> str | None:
        """That people had set when it was deleted."""
        context: Any = self.context
        slugs = context.setdefault("slugs", None) or dict(Label.objects.values_list("id", "slug"))
        context["slugs"] = slugs
        return slugs.get(row.kept.get("label"))

    def get_expires(self, row: TrashedPhoto) -> str:
        """When it is deleted for ever."""
        return trash.expires(row).isoformat()


class NewestInTrashFirst(NewestFirst):
    ordering = ("-trashed_at", "-id")


class TrashViewSet(
    mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[TrashedPhoto]
):
    """What was deleted. Who may delete everybody's photos may restore them, too."""

    queryset = TrashedPhoto.objects.none()  # tells the schema what `id` is
    serializer_class = TrashedPhotoSerializer
    token_scope = Scope.UPLOAD
    pagination_class = NewestInTrashFirst

    def get_queryset(self) -> QuerySet[TrashedPhoto]:
        is_list = self.action == "list"
        everybody = not is_list or self.request.query_params.get("whose") == "everybody"
        return trash.visible_to(_user(self.request), everybody)

    @extend_schema(parameters=[OpenApiParameter("whose", enum=["everybody"])])
    def list(self, request: Request) -> Response:
        """What is in the trash, what was deleted last first."""
        return super().list(request)

    def perform_destroy(self, row: TrashedPhoto) -> None:
        """Delete it for ever."""
        trash.delete_for_ever(TrashedPhoto.objects.filter(id=row.id), _user(self.request))

    @extend_schema(request=None, responses={200: PhotoDetailSerializer, 409: _CONFLICT})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring the photo back as it was. It is predicted again."""
        try:
            photo = trash.restore(self._photo_id(pk), _user(request))
        except TrashedPhoto.DoesNotExist:
            raise NotFound from None
        except trash.CannotRestore as refused:
            raise _conflict(refused) from None
        photos = selectors.with_subjects(selectors.photos_visible_to(photo.owner))
        return Response(
            PhotoDetailSerializer(photos.get(id=photo.id), context={"request": request}).data
        )

    def _photo_id(self, pk: str) -> UUID:
        """Of what is in the trash, or was restored already."""
        restored = selectors.photos_visible_to(_user(self.request)).filter(id=_uuid(pk)).first()
        if restored and selectors.may_delete(_user(self.request), restored):
            return restored.id
        return self.get_object().id


def _user(request: Request) -> User:
    return cast(User, request.user)  # IsAuthenticated let nobody else in


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _conflict(refused: trash.CannotRestore) -> APIException:
    texts = {
        "uploaded_again": _("The same file was uploaded again since."),
        "original_gone": _("The original is missing on the disk."),
    }
    conflict = APIException(texts[refused.code], refused.code)
    conflict.status_code = status.HTTP_409_CONFLICT
    return conflict
