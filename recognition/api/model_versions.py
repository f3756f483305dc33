from rest_framework import mixins, viewsets

from recognition.api.serializers import ModelVersionSerializer
from recognition.models import ModelVersion


class ModelVersionViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ModelVersion]
):
    """The versions of the network; one of them is live."""

    queryset = ModelVersion.objects.all()
    serializer_class = ModelVersionSerializer
    lookup_field = "number"
    pagination_class = None
