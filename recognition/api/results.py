"""All results as one table."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from recognition.api.serializers import PhotoFilterSerializer
from recognition.core import audit
from recognition.photos import result_table, selectors
from recognition.photos.orders.filters import Filters


class ResultsView(APIView):
    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """Whatever is accepted gets the table, and only errors are JSON."""
        return JSONRenderer(), JSONRenderer.media_type

    @extend_schema(
        operation_id="photos_results",
        parameters=[PhotoFilterSerializer],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """What is known of the photos, newest first, as a CSV table: all of them that the filters
        leave, however many."""
        query = PhotoFilterSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        user = cast(User, request.user)  # MayCall let nobody else in
        visible = selectors.photos_visible_to(user)
        if user.has_perm("recognition.view_all"):
            audit.record(audit.Action.EXPORTED, user, "results of everybody's photos")
        photos = selectors.filter_photos(visible, **query.validated_data)
        table = result_table.table(photos, Filters())
        headers = {"Content-Disposition": f'attachment; filename="{result_table.FILE_NAME}"'}
        return StreamingHttpResponse(table, content_type=result_table.TYPE, headers=headers)
