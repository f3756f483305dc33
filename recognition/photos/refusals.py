"""Why a file was not accepted or could not be predicted, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_FORMATS = _("JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP")  # those of cnn/decoding.py
_TEXTS = {
    "not_an_image": _("This file is not a photo. Upload a %(formats)s file."),
    "unsupported_format": _(
        "This kind of picture is not supported. Save it as %(formats)s and upload that."
    ),
    "truncated": _(
        "The file is damaged or incomplete. Copy or export it again and upload the new file."
    ),
    "too_large": _("The file is larger than %(max_mb)d MB. Make it smaller and upload it again."),
    "too_many_pixels": _(
        "The photo has more than %(max_megapixels)d million pixels. "
        "Make it smaller and upload it again."
    ),
    "request_too_large": _(
        "The request is larger than %(max_bulk_mb)d MB or has more than %(max_files)d files. "
        "Send several smaller ones."
    ),
    "not_an_archive": _("This file is not a ZIP archive, or it is damaged. Pack the photos again."),
    "encrypted": _("The file is encrypted. Pack the archive without a password."),
    "unsupported_compression": _(
        "The file is packed in an unusual way. Pack the photos as an ordinary ZIP archive."
    ),
    "unknown_label": _(
        "The folder's name is not a label that is in use. Rename the folder, or have somebody add "
        "the label."
    ),
    "unreadable": _("The file could not be read. Look at its permissions, and at the disk."),
    "disk_full": _(
        "The server has no room left, so nothing was stored. Try again later, and tell its "
        "administrator."
    ),
    "crashed": _(
        "The predictor stopped while it worked on this photo. Save it as JPEG and upload that."
    ),
    "not_repeated": _(
        "The photo was to be predicted again, and that was called off. Ask for it once more."
    ),
}


@dataclass(frozen=True)
class Refusal:
    """One of the codes above; programs read the code, people the detail."""

    code: str

    @property
    def detail(self) -> str:
        """In the language of the current request."""
        return gettext(_TEXTS[self.code]) % {
            "formats": gettext(_FORMATS),
            "max_mb": settings.ARK_MAX_UPLOAD_MB,
            "max_megapixels": settings.ARK_MAX_PIXELS / 1e6,
            "max_bulk_mb": settings.ARK_MAX_BULK_MB,
            "max_files": settings.ARK_MAX_BULK_FILES,
        }
