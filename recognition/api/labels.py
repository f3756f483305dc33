"""The labels that photos can carry."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError as ModelValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from recognition.api.scopes import MayCall, Scope
from recognition.api.serializers import LabelSerializer, NewLabelSerializer
from recognition.labels import tree
from recognition.models import Label


class MayAddLabels(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return request.method in SAFE_METHODS or request.user.has_perm("recognition.add_label")


class LabelViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Label]):
    """The labels that photos can carry."""

    queryset = Label.objects.filter(active=True).select_related("parent")
    serializer_class = LabelSerializer
    permission_classes = (MayCall, MayAddLabels)
    token_scope = Scope.REVIEW
    pagination_class = None

    @extend_schema(request=NewLabelSerializer, responses={201: LabelSerializer})
    def create(self, request: Request) -> Response:
        """Add a label (reviewers only)."""
        body = NewLabelSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            label = tree.add(**body.validated_data, by=cast(User, request.user))
        except ModelValidationError as error:
            raise ValidationError(error.message_dict) from error
        return Response(LabelSerializer(label).data, status=status.HTTP_201_CREATED)
