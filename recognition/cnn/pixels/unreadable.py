"""What is said of a photo whose pixels nobody gets. Knows no library, so that whoever only judges
uploads need not load one."""

from __future__ import annotations

DEFAULT_MAX_PIXELS = 100_000_000


class UnreadablePhoto(Exception):
    """This file cannot be predicted; `code` says why.

    not_an_image: no picture at all. unsupported_format: a picture of another kind, or a rare
    variant. truncated: damaged or incomplete. too_many_pixels: more than the caller allows.
    too_complex: more parts, more compressed metadata or more work than any photo needs.
    kind: the name of the format that is not supported, or of which this is a rare variant; empty
    where people do not know it by one.
    """

    def __init__(self, code: str, kind: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.kind = kind


class Busy(Exception):
    """So many photos of the same person wait to be decoded that this one had better come later."""
