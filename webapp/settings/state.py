"""Where things are kept: the database and folders below ARK_HOME."""

import dj_database_url

from webapp import env
from webapp.home import ARK_HOME
from webapp.server.limits import MAX_UNASKED_BYTES
from webapp.settings.ark import ARK_MAX_BULK_FILES

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Whether a pooler lends connections for one transaction each, as PgBouncer does with
# pool_mode=transaction: what outlives that would be somebody else's (webapp/statement_limits.py).
ARK_DATABASE_POOLED = env.boolean("ARK_DATABASE_POOLED", False)
DATABASES = {
    "default": dj_database_url.parse(
        env.url(
            "DATABASE_URL",
            f"sqlite:///{ARK_HOME / 'db.sqlite3'}",
            ("sqlite", "postgres", "postgresql"),
        ),
        conn_max_age=600,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers take their turn at once instead of failing half-way; readers are never blocked.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": ("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = ARK_DATABASE_POOLED
    # A server that is gone must show as an error, not as a request that hangs; and a client that is
    # gone to the server, or what it has locked stays so for hours. A pooler sees to that itself.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options.update(connect_timeout=2, tcp_user_timeout=10_000)
    _options.update(keepalives_idle=10, keepalives_interval=3, keepalives_count=3)
    # Named twice, a server is asked twice (libpq, "Specifying Multiple Hosts"): when the network
    # was just mended, the first connection may be reset while its way is still thought given up.
    _host = DATABASES["default"]["HOST"]
    if _host and not _host.startswith("/") and "," not in _host:
        DATABASES["default"]["HOST"] = f"{_host},{_host}"
    if not ARK_DATABASE_POOLED:
        # Nobody probes a connection on which an answer is on its way: hence the last one.
        _noticed = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}
        _noticed["user_timeout"] = 20_000
        _said = " ".join(f"-c tcp_{name}={at}" for name, at in _noticed.items())
        _options["options"] = f"{_options.get('options', '')} {_said}".strip()
# Of web processes (webapp/statement_limits.py); 0: no limit
ARK_STATEMENT_TIMEOUT_S = env.integer("ARK_STATEMENT_TIMEOUT_S", 30)
MEDIA_ROOT = ARK_HOME / "media"
ARK_INCOMING = ARK_HOME / "incoming"  # uploads while they arrive, on the same disk as MEDIA_ROOT
FILE_UPLOAD_HANDLERS = ["recognition.photos.uploads.SpoolUploadHandler"]
ARK_TRAINING = ARK_HOME / "training"  # checkpoints of training runs
ARK_EXPORTS = ARK_HOME / "exports"  # versions to download
ARK_PHOTO_MAP = ARK_HOME / "map"  # where photos stand on the map; what numba compiled for it
ARK_IMPORTS = ARK_HOME / "imports"  # bundles from elsewhere, until they are checked
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_UNASKED_BYTES
DATA_UPLOAD_MAX_NUMBER_FILES = ARK_MAX_BULK_FILES
# When rows and files are compared each night, in TZ; "none": only when asked
ARK_STORAGE_CHECK_HOUR = env.choice(
    "ARK_STORAGE_CHECK_HOUR", "3", ("none", *(str(hour) for hour in range(24)))
)
