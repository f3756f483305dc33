"""The HTTP API."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "recognition.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["recognition.api.scopes.MayCall"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "recognition.api.parsers.BoundedJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["recognition.api.throttling.PerMinuteThrottle"],
    "DEFAULT_SCHEMA_CLASS": "recognition.api.schema.ScopedSchema",
    "EXCEPTION_HANDLER": "recognition.api.errors.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ark",
    "DESCRIPTION": "Recognises vehicles and animals in photographs.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Links to single calls would stand within the buttons that open them.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False, "syntaxHighlight": False},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "recognition.models.Kind",
        "SuggestionKindEnum": "recognition.models.Suggestion.Kind",
        "StateEnum": "recognition.models.State",
        "RunStateEnum": "recognition.models.RunState",
    },
}
