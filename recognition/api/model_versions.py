"""The versions of the network; which one is live can be changed here."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from recognition.api.scopes import MayCall, Scope
from recognition.api.serializers import ModelVersionSerializer, PhotoErrorSerializer
from recognition.models import ModelVersion
from recognition.versions import registry

_CANNOT = OpenApiResponse(PhotoErrorSerializer, "cannot_promote: the live version stays live")


class CannotPromote(APIException):
    status_code = 409
    default_code = "cannot_promote"
    default_detail = _("This version cannot go live.")


class MayPromote(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user.has_perm("recognition.promote")


_MAY_PROMOTE = [MayCall, MayPromote]


class ModelVersionViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ModelVersion]
):
    """The versions of the network; one of them is live."""

    queryset = ModelVersion.objects.all()
    serializer_class = ModelVersionSerializer
    lookup_field = "number"
    pagination_class = None
    token_scope = Scope.TRAIN

    @extend_schema(request=None, responses={200: ModelVersionSerializer, 409: _CANNOT})
    @action(detail=True, methods=["post"], permission_classes=_MAY_PROMOTE)
    def promote(self, request: Request, number: str) -> Response:
        """Make this version live (trainers only). Sent twice, it counts once."""
        version = self.get_object()
        try:
            registry.promote(version, cast(User, request.user))
        except registry.CannotPromote as error:
            raise CannotPromote(str(error)) from error
        return Response(self.get_serializer(version).data)

    @extend_schema(request=None, responses={200: ModelVersionSerializer, 409: _CANNOT})
    @action(
        detail=False,
        methods=["post"],
        url_path="roll-back",
        permission_classes=_MAY_PROMOTE,
    )
    def roll_back(self, request: Request) -> Response:
        """Make the version live again that was live before (trainers only)."""
        try:
            version = registry.roll_back(cast(User, request.user))
        except registry.CannotPromote as error:
            raise CannotPromote(str(error)) from error
        return Response(self.get_serializer(version).data)
