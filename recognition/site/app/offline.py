"""A page for when the server cannot be reached, and the service worker that shows it.

The worker stands at the root, because it may answer only for addresses below its own. What it does
is in static/site/service-worker.js.
"""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Kept by browsers, and so the same for everybody."""
    return render(request, "site/app/offline.html")


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """With another release it is another text, which makes browsers fetch the page again."""
    wanted = {
        "isWanted": settings.ARK_OFFLINE_PAGE,
        "page": reverse("offline"),
        "release": [static("site/frame.css"), static("site/ark.css")],
    }
    script = json.dumps(static("site/service-worker.js"))
    text = f"self.ark = {json.dumps(wanted)};\nimportScripts({script});\n"
    return HttpResponse(text, content_type="text/javascript")
