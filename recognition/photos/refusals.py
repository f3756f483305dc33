"""Why a file was not accepted or could not be predicted, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_FORMATS = _("JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP")  # those of cnn/pixels/signatures.py
_OF_A_KIND = _("%(kind)s is not supported. Export the photo as a JPEG and upload that.")
_RARE = _(
    "This kind of %(kind)s is not supported. Export the photo as an ordinary JPEG and upload that."
)
_READ = {"HEIF": "HEIC"} | {kind: kind for kind in ("TIFF", "BMP", "JPEG", "AVIF", "PNG", "WEBP")}
_OF_KINDS = {  # those of cnn/pixels/signatures.py; all others are names that people know
    "RAW": _("A camera's RAW files are not supported. Export the photo as a JPEG and upload that."),
    "video": _("Videos are not supported. Save a single picture of it as a JPEG and upload that."),
}
_TEXTS = {
    "not_an_image": _("This file is not a photo. Upload a %(formats)s file."),
    "unsupported_format": _(
        "This kind of picture is not supported. Save it as %(formats)s and upload that."
    ),
    "truncated": _(
        "The file is damaged or incomplete. Copy or export it again and upload the new file."
    ),
    "too_complex": _(
        "The file has more parts, or takes more work to open, than a photo needs. "
        "Save it as an ordinary JPEG and upload that."
    ),
    "busy": _("Many of your photos are being opened just now. Upload this one again in a moment."),
    "too_large": _("The file is larger than %(max_mb)d MB. Make it smaller and upload it again."),
    "too_many_pixels": _(
        "The photo has more than %(max_megapixels)d million pixels. "
        "Make it smaller and upload it again."
    ),
    "request_too_large": _(
        "The request is larger than %(max_bulk_mb)d MB or has more than %(max_files)d files. "
        "Send several smaller ones."
    ),
    "body_too_large": _("The request is larger than %(max_body_mb)d MB. No files are taken here."),
    # A client that gives a photo no file's name sends it as one of them.
    "fields_too_large": _(
        "The request has more than %(max_body_mb)d MB of text, or too many fields. Send a photo as "
        "a file that has a name."
    ),
    "not_an_archive": _("This file is not a ZIP archive, or it is damaged. Pack the photos again."),
    "empty_archive": _("There is no photo in this archive. Pack the photos, and upload it again."),
    "encrypted": _("The file is encrypted. Pack the archive without a password."),
    "unsupported_compression": _(
        "The file is packed in an unusual way. Pack the photos as an ordinary ZIP archive."
    ),
    "bad_name": _(
        "The file's name in the archive cannot be used. Give it a shorter one, of ordinary "
        "characters, and pack it again."
    ),
    "unknown_label": _(
        "The folder's name is not a label that is in use. Rename the folder, or have somebody add "
        "the label."
    ),
    "ambiguous_label": _(
        "Several labels have the folder's name. Rename the folder to the slug of the one that is "
        "meant."
    ),
    "quota_exceeded": _(
        "There is no room for it: %(used)s of your %(limit)s are used. Delete photos that you need "
        "no more, or ask the administrator of this server for more."
    ),
    "storage_quota_exceeded": _(
        "There is no room for it: %(used)s of the %(limit)s for everybody's photos are used. Ask "
        "the administrator of this server."
    ),
    "account_closed": _(
        "Your account was closed while the photo was on its way. Ask the administrator of this "
        "server."
    ),
    "unreadable": _("The file could not be read. Look at its permissions, and at the disk."),
    "disk_full": _(
        "The server has no room left, so nothing was stored. Try again later, and tell its "
        "administrator."
    ),
    "table_not_text": _(
        "%(table)s: no text that can be read here. Save it as CSV in UTF-8 and try again."
    ),
    "table_broken": _("%(table)s, line %(line)d: the table cannot be read from here on."),
    "table_without_column": _(
        "%(table)s, line %(line)d: the column “%(value)s” is missing. Keep the columns of the "
        "export, or take the table out."
    ),
    "table_unknown_column": _(
        "%(table)s, line %(line)d: there is no column “%(value)s”. Correct its name, or delete it."
    ),
    "table_column_twice": _("%(table)s, line %(line)d: the column “%(value)s” is there twice."),
    "table_surplus": _("%(table)s, line %(line)d: “%(value)s” belongs to no column."),
    "table_no_file": _("%(table)s, line %(line)d: it does not say which file it is about."),
    "table_file_missing": _("%(table)s, line %(line)d: there is no file “%(value)s”."),
    "table_file_twice": _("%(table)s, line %(line)d: “%(value)s” has a line further up already."),
    "table_no_label": _("%(table)s, line %(line)d: it names no label."),
    "table_unknown_label": _(
        "%(table)s, line %(line)d: “%(value)s” is not a label that is in use."
    ),
    "table_bad_kind": _("%(table)s, line %(line)d: there is no kind “%(value)s”."),
    "table_bad_box": _(
        "%(table)s, line %(line)d: “%(value)s” is no box: left, top, right and bottom are numbers "
        "from 0 to 1, left before right and top before bottom."
    ),
    "table_bad_box_by": _(
        "%(table)s, line %(line)d: box_by is “person” or “network” where there is a box, not "
        "“%(value)s”."
    ),
    "table_bad_capture": _(
        "%(table)s, line %(line)d: “%(value)s” is no time or no place. A time looks like "
        "2026-05-31T14:05:00+02:00, a place like 47.3769 and 8.5417."
    ),
    "table_bad_split": _(
        "%(table)s, line %(line)d: split is “train”, “validation”, “test” or empty, not "
        "“%(value)s”."
    ),
    "table_more": _("%(value)s more lines are not understood."),
    "crashed": _(
        "The predictor stopped while it worked on this photo. Save it as JPEG and upload that."
    ),
    "not_repeated": _(
        "The photo was to be predicted again, and that was called off. Ask for it once more."
    ),
}


@dataclass(frozen=True)
class Refusal:
    """One of the codes above; programs read the code, people the detail.

    kind: which format is not supported, if people know it by a name.
    """

    code: str
    used_bytes: int = 0  # of a quota
    limit_bytes: int = 0
    kind: str = ""
    table: str = ""  # of a data set, with the line and the cell that is not understood
    line: int = 0
    value: str = ""

    def _text(self) -> str:
        if not self.kind:
            return _TEXTS[self.code]
        return _RARE if self.kind in _READ else _OF_KINDS.get(self.kind, _OF_A_KIND)

    @property
    def detail(self) -> str:
        """In the language of the current request."""
        return gettext(self._text()) % {
            "kind": _READ.get(self.kind, self.kind),
            "formats": gettext(_FORMATS),
            "max_mb": settings.ARK_MAX_UPLOAD_MB,
            "max_megapixels": settings.ARK_MAX_PIXELS / 1e6,
            "max_bulk_mb": settings.ARK_MAX_BULK_MB,
            "max_files": settings.ARK_MAX_BULK_FILES,
            "max_body_mb": settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1e6,
            "used": filesizeformat(self.used_bytes),
            "limit": filesizeformat(self.limit_bytes),
            "table": self.table,
            "line": self.line,
            "value": self.value,
        }
