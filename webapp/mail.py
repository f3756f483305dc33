"""ARK_EMAIL_URL: through which server mail goes out."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

# smtp: encrypted by STARTTLS; smtps: encrypted from the start; smtp+plain: not at all, for a server
# on the same machine; file: into a folder; none: no mail.
SCHEMES = ("smtp", "smtps", "smtp+plain", "file", "none")
_PORTS = {"smtp": "587", "smtps": "465", "smtp+plain": "25"}
_BACKENDS = "django.core.mail.backends"


def configured(url: str) -> dict[str, str]:
    """What Django's settings need of it; nothing where no mail goes out."""
    parts = urlsplit(url)
    if parts.scheme == "none":
        return {}
    if parts.scheme == "file":
        return {
            "scheme": "file",
            "backend": f"{_BACKENDS}.filebased.EmailBackend",
            "folder": unquote(parts.path),
        }
    return {
        "scheme": parts.scheme,
        "backend": f"{_BACKENDS}.smtp.EmailBackend",
        "host": parts.hostname or "localhost",
        "port": str(parts.port or _PORTS[parts.scheme]),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }
