"""What systems put beside photos: trash, thumbnails, indexes, and what a copy leaves behind.

static/site/system-files.js has the same lists for what is dropped into a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# In lower case; only the whole name counts, for people call folders "recycle" and "trash" too.
NAMES = frozenset(
    {
        *("@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "~snapshot"),
        *("$recycle.bin", "system volume information", "$extend", "$sysreset", "$winreagent"),
        *("$windows.~bt", "$windows.~ws", "pagefile.sys", "hiberfil.sys", "swapfile.sys"),
        *("thumbs.db", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db"),
        *("desktop.ini", "autorun.inf", "picasa.ini", "zbthumbnail.info", "lost+found"),
        *("__macosx", "icon\r", "network trash folder", "thevolumesettingsfolder"),
        *("lost.dir", "found.000", "found.001"),  # of a memory card, by Android; and by Windows
    }
)
ENDINGS = (":zone.identifier", "@synoeastream", "@synoresource")  # beside a file of that name
_STEPS = {".", ".."}
_SEPARATORS = re.compile(r"[\\/]")


def is_system_name(name: str) -> bool:
    """Whether a file or folder of this name is no person's: hidden on every system, as what begins
    with a dot, or one of those above."""
    lower = name.lower()
    is_hidden = name.startswith(".") and name not in _STEPS
    return is_hidden or lower in NAMES or lower.endswith(ENDINGS)


def is_system_file(parts: Iterable[str]) -> bool:
    """Whether any part of a path below what a person gave is such a name."""
    return any(is_system_name(part) for part in parts)


def is_system_path(path: str) -> bool:
    """The same for a path as an archive has it, with the separators of any system."""
    return is_system_file(_SEPARATORS.split(path))
