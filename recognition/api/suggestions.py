"""What owners say of the answers about their photos."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recognition.api.parsers import BoundedJSONParser
from recognition.api.scopes import Scope
from recognition.api.serializers import BoxField, PhotoErrorSerializer, SetLabelSerializer
from recognition.labels import suggestions
from recognition.models import Photo, Suggestion
from recognition.photos import selectors


class SuggestionSerializer(serializers.ModelSerializer[Suggestion]):
    label: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    box = BoxField(allow_null=True)

    class Meta:
        model = Suggestion
        fields = ("id", "kind", "label", "box", "outcome", "created", "decided")


class NewSuggestionSerializer(SetLabelSerializer):
    kind = serializers.ChoiceField(
        Suggestion.Kind.choices,
        # Without what was sent, which may be no text that can be sent back.
        error_messages={"invalid_choice": gettext_lazy("Say `wrong` or `another`.")},
    )
    box = BoxField(required=False, allow_null=True)


_CANNOT = OpenApiResponse(
    PhotoErrorSerializer, "not_answered, not_in_use or is_the_answer: nothing was stored"
)
_SETTLED = OpenApiResponse(PhotoErrorSerializer, "settled: a reviewer has decided already")


class SuggestionsView(APIView):
    """What the owner of a photo says of its answer, until a reviewer has decided."""

    parser_classes = (BoundedJSONParser,)
    token_scope = Scope.REVIEW

    @extend_schema(responses={200: SuggestionSerializer(many=True)})
    def get(self, request: Request, id: UUID) -> Response:
        """What the owner has suggested, newest first, and what became of it."""
        photo = get_object_or_404(selectors.photos_visible_to(_user(request)), id=id)
        return Response(SuggestionSerializer(suggestions.about(photo), many=True).data)

    @extend_schema(
        request=NewSuggestionSerializer, responses={201: SuggestionSerializer, 409: _CANNOT}
    )
    def post(self, request: Request, id: UUID) -> Response:
        """Say that the answer about a photo of one's own is wrong, or that there is another one. It
        replaces what waits of the same kind."""
        body = NewSuggestionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            made = suggestions.suggest(id, _user(request), **body.validated_data)
        except Photo.DoesNotExist:
            raise NotFound from None
        except suggestions.CannotSuggest as error:
            raise _conflict(error) from None
        return Response(SuggestionSerializer(made).data, status=status.HTTP_201_CREATED)


class SuggestionView(APIView):
    token_scope = Scope.REVIEW

    @extend_schema(responses={204: None, 409: _SETTLED})
    def delete(self, request: Request, id: UUID, suggestion_id: UUID) -> Response:
        """Withdraw what one has suggested."""
        try:
            suggestions.withdraw(id, suggestion_id, _user(request))
        except (Photo.DoesNotExist, Suggestion.DoesNotExist):
            raise NotFound from None
        except suggestions.CannotSuggest as error:
            raise _conflict(error) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


def _user(request: Request) -> User:
    return cast(User, request.user)  # MayCall let nobody else in


def _conflict(error: suggestions.CannotSuggest) -> APIException:
    refusal = APIException(str(error), error.code)
    refusal.status_code = status.HTTP_409_CONFLICT
    return refusal
