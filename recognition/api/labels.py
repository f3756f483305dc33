from rest_framework import mixins, viewsets

from recognition.api.serializers import LabelSerializer
from recognition.models import Label


class LabelViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Label]):
    """The labels that photos can carry."""

    queryset = Label.objects.filter(active=True).select_related("parent")
    serializer_class = LabelSerializer
    pagination_class = None
