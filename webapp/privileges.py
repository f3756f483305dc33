"""Started as root, Ark's processes become ARK_USER, if that is set; and what they write is theirs
alone."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from webapp import env


def reduce() -> None:
    """Each process does this first of all, before it has read or written anything."""
    os.umask(0o077)
    name = env.text("ARK_USER")
    if name and os.geteuid() == 0:
        become(name)


def become(name: str) -> None:
    """Raises SystemExit if there is no such user, or it may not do what it must."""
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise SystemExit(
            f"ARK_USER={name}: there is no such user. To make one: useradd --system {name}"
        ) from None
    from webapp.home import ARK_HOME, BASE_DIR, models_store

    for folder in (ARK_HOME, models_store()):
        _hand_over(folder, user)
    os.initgroups(name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ["HOME"] = user.pw_dir
    for file in (BASE_DIR / "manage.py", Path(os.__file__)):  # Python, too
        if not os.access(file, os.R_OK):
            raise SystemExit(f"ARK_USER={name} may not read {file.parent}: put it where it may.")
    if not os.access(ARK_HOME, os.R_OK | os.W_OK | os.X_OK):
        raise SystemExit(f"ARK_USER={name} may not use ARK_HOME={ARK_HOME}: it must be its own.")


def _hand_over(folder: Path, user: pwd.struct_passwd) -> None:
    """Once: what root had for itself becomes the user's, with all that is in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != 0 or user.pw_uid == 0:
        return
    for path, _folders, files in os.walk(folder):
        for name in files:
            os.chown(Path(path) / name, user.pw_uid, user.pw_gid, follow_symlinks=False)
        if Path(path) != folder:
            os.chown(path, user.pw_uid, user.pw_gid)
    os.chown(folder, user.pw_uid, user.pw_gid)  # last: broken off, it begins again
