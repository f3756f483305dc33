"""What people call the browser that a User-Agent header speaks of."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

# The first that is found; most name their forebears, too.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "MicroMessenger": "WeChat",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrom": "Chrome",
    "Safari": "Safari",
    "curl": "curl",
    "python-requests": "Python",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def name_of(user_agent: str) -> str:
    """Such as "Firefox on Windows"."""
    browser = _first(_BROWSERS, user_agent) or _("Unknown browser")
    system = _first(_SYSTEMS, user_agent)
    if not system:
        return browser
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}


def _first(names: dict[str, str], text: str) -> str:
    return next((name for sign, name in names.items() if re.search(re.escape(sign), text)), "")
