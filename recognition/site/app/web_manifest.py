"""The manifest that a browser reads to install the site, and the icon that it asks for unbidden."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

_GROUND = "#f6f7f5"  # --ground of static/site/frame.css, in the light
_ICONS = (
    ("img/logo.svg", "any", "image/svg+xml", "any"),
    ("img/icons/icon-192.png", "192x192", "image/png", "any"),
    ("img/icons/icon-512.png", "512x512", "image/png", "any"),
    ("img/icons/maskable-512.png", "512x512", "image/png", "maskable"),
)


@require_safe
def web_manifest(_request: HttpRequest) -> JsonResponse:
    home = reverse("home")
    manifest = {
        "id": home,
        "start_url": home,
        "scope": home,
        "name": "Ark",
        "short_name": "Ark",
        "description": _("Ark recognises vehicles and animals, on your own server."),
        "lang": get_language(),
        "display": "standalone",
        "background_color": _GROUND,
        "theme_color": _GROUND,
        "icons": [
            {"src": static(file), "sizes": sizes, "type": kind, "purpose": purpose}
            for file, sizes, kind, purpose in _ICONS
        ],
    }
    return JsonResponse(manifest, content_type="application/manifest+json")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    return redirect(static("img/icons/favicon.ico"))
