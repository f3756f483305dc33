"""Training runs: launched, looked at, cancelled, resumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from recognition.api.photos import NewestFirst
from recognition.api.scopes import MayCall, Scope
from recognition.api.training_serializers import (
    NewTrainingRunSerializer,
    TrainingRunInListSerializer,
    TrainingRunSerializer,
)
from recognition.models import TrainingRun
from recognition.training import runs
from recognition.training.failures import CannotTrain


class MayTrain(BasePermission):
    """To look at runs takes one right, to launch and cancel them another."""

    def has_permission(self, request: Request, view: Any) -> bool:
        right = "view_trainingrun" if request.method in SAFE_METHODS else "train"
        return request.user.has_perm(f"recognition.{right}")


class TrainingRunViewSet(
    mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[TrainingRun]
):
    """Training runs, newest first."""

    queryset = TrainingRun.objects.select_related("parent", "dataset", "model_version")
    permission_classes = (MayCall, MayTrain)
    token_scope = Scope.TRAIN
    pagination_class = NewestFirst

    def get_serializer_class(self) -> Any:
        return TrainingRunInListSerializer if self.action == "list" else TrainingRunSerializer

    @extend_schema(request=NewTrainingRunSerializer, responses={202: TrainingRunSerializer})
    def create(self, request: Request) -> Response:
        """Freeze the labelled photos as they are now, and queue a run that learns from them."""
        body = NewTrainingRunSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        by = cast(User, request.user)  # MayCall let nobody else in
        try:
            run = runs.launch(by, **body.validated_data)
        except CannotTrain as error:
            raise _refusal(error) from error
        return Response(
            self.get_serializer(run).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": reverse("training-run-detail", [run.id], request=request)},
        )

    @extend_schema(request=None, responses={202: TrainingRunSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop a run within seconds; its checkpoints stay. One that is over stays as it is."""
        return self._change(runs.cancel)

    @extend_schema(request=None, responses={202: TrainingRunSerializer})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Queue a failed or cancelled run again; it goes on from its last checkpoint."""
        return self._change(runs.resume)

    @extend_schema(request=None, responses={202: TrainingRunSerializer})
    @action(detail=True, methods=["post"], url_path="keep-best")
    def keep_best(self, request: Request, pk: str) -> Response:
        """Make a version of the best epoch of a failed or cancelled run."""
        return self._change(runs.keep_best)

    def _change(self, step: Callable[[TrainingRun], None]) -> Response:
        run = self.get_object()
        try:
            step(run)
        except CannotTrain as error:
            raise _refusal(error) from error
        return Response(self.get_serializer(run).data, status=status.HTTP_202_ACCEPTED)


def _refusal(error: CannotTrain) -> APIException:
    if error.code == "wrong_parameter":
        field = "network_options" if error.field == "network_options" else "parameters"
        # What was sent may be no text that can be sent back.
        return ValidationError({field: [error.cause.encode(errors="replace").decode()]})
    if error.code == "unknown_network":
        return ValidationError({"network": [error.detail]})
    refusal = APIException(error.detail, error.code)
    refusal.status_code = status.HTTP_409_CONFLICT
    return refusal
