"""What the OpenAPI description says of tokens and their scopes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from recognition.api import scopes


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "recognition.api.authentication.TokenAuthentication"
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "An API token, made on the site under *API tokens* and shown there once: "
                "`Authorization: Token ark_…` (the word `Bearer` serves as well). It may do what "
                "its scopes hold and its person may: `read` to look, `upload` to upload and delete "
                "photos, `review` to label, suggest and add labels, `train` for training runs and "
                "promotions. Otherwise the answer is 403 with the code `token_scope`."
            ),
        }


class ScopedSchema(AutoSchema):
    def get_description(self) -> str:  # type: ignore[override]
        """With the scope that a token needs for this call."""
        said = super().get_description()
        scope = scopes.needed(self.method, self.view)
        return f"{said}\n\nScope of a token: `{scope.value}`." if scope else said
