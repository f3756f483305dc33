"""`python bin/deploy_secrets.py SITE FILE`: writes the secrets of a new instance into a file.

SITE is the name under which people reach it. The file is for containers (deploy/compose.yaml,
deploy/kustomize) and for systemd's EnvironmentFile alike. It is not overwritten: who loses
SECRET_KEY signs everybody out, and who loses the passwords loses the way to the database.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path


def content(site: str) -> str:
    """Letters and digits alone, which need no quotes in a URL, a shell or YAML."""
    database, broker = secrets.token_hex(24), secrets.token_hex(24)
    lines = {
        "ARK_ALLOWED_HOSTS": site,
        "SECRET_KEY": secrets.token_hex(32),
        "ARK_METRICS_TOKEN": secrets.token_hex(24),
        "POSTGRES_PASSWORD": database,
        "DATABASE_URL": f"postgres://ark:{database}@postgres/ark",
        "VALKEY_PASSWORD": broker,
        "REDIS_URL": f"redis://:{broker}@valkey:6379/0",
        "AWS_ACCESS_KEY_ID": secrets.token_hex(10),
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(24),
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    site, file = arguments[0], Path(arguments[1])
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"{file} is there already, and stays as it is.", file=sys.stderr)
        return 1
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(content(site))
    print(f"{file} holds the secrets now. Keep a copy of it in a safe place.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
