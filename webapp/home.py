"""ARK_HOME, the folder that holds all state of one instance.

`python -m webapp.home` makes it, with a secret key that nobody else can read. It runs before
Django's settings are loaded, because they need the key.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from webapp import env

BASE_DIR = Path(__file__).resolve().parent.parent
ARK_HOME = env.path("ARK_HOME", BASE_DIR / "var")
REDIS_SOCKET = ARK_HOME / "redis.sock"
SECRET_KEY_FILE = ARK_HOME / "secret-key"
_MIN_SECRET_KEY = 50  # what `manage.py check --deploy` asks for
_OTHERS = 0o077  # what the group and everybody else may do
_STATE = (
    *("db.sqlite3*", "secret-key", "initial-admin-password", "dump.rdb", "*.log*", "media"),
    *("incoming", "training", "exports", "imports", "models_store"),
)
_MAX_SOCKET_PATH = 107  # bytes; sockaddr_un of Linux


def secret_key() -> str:
    """SECRET_KEY from the environment, else the one that `make run` made."""
    key = env.text("SECRET_KEY")
    if not key and SECRET_KEY_FILE.exists():
        key = SECRET_KEY_FILE.read_text().strip()
    if not key:
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set and {SECRET_KEY_FILE} does not exist. `make run` makes one; "
            "elsewhere set SECRET_KEY to a long random text and keep it secret."
        )
    if len(key) < _MIN_SECRET_KEY:
        raise ImproperlyConfigured(
            f"SECRET_KEY is too short to be a secret: at least {_MIN_SECRET_KEY} characters."
        )
    return key


def models_store() -> Path:
    """The default instance keeps its networks in the checkout, any other one in its home."""
    is_default = ARK_HOME == BASE_DIR / "var"
    return env.path("ARK_MODELS_STORE", (BASE_DIR if is_default else ARK_HOME) / "models_store")


def write_secret_file(path: Path, content: str) -> None:
    """Write a file that only its owner can read, never leaving half of it behind."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content + "\n")
    partial.replace(path)


def make_home() -> None:
    if len(str(REDIS_SOCKET)) > _MAX_SOCKET_PATH:
        raise SystemExit(f"ARK_HOME={ARK_HOME} is too long for Redis' socket; shorten it.")
    try:
        ARK_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not env.boolean("ARK_INSECURE", False):
            tighten(ARK_HOME)
        if not SECRET_KEY_FILE.exists():
            write_secret_file(SECRET_KEY_FILE, secrets.token_urlsafe(50))
    except OSError as error:
        raise SystemExit(f"ARK_HOME={ARK_HOME} cannot be used: {error}") from None


def tighten(home: Path) -> None:
    """Take from others what they may do in a home that was made without care. Raises OSError if it
    cannot be done."""
    for path in _open_to_others(home):
        try:
            path.chmod(path.stat().st_mode & 0o777 & ~_OTHERS)
        except OSError as error:
            raise OSError(
                f"others may read {path}, and that cannot be changed ({error.strerror}). "
                f"As its owner: chmod -R go= {home}"
            ) from None


def _open_to_others(home: Path) -> Iterator[Path]:
    """What is Ark's: the folder may hold other things as well."""
    for path in (home, *(path for pattern in _STATE for path in home.glob(pattern))):
        if not path.is_symlink() and path.stat().st_mode & _OTHERS:
            yield path


if __name__ == "__main__":
    make_home()
