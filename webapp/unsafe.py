"""Ways to start Ark that endanger who uses it. They need ARK_INSECURE=yes."""

from __future__ import annotations

import ipaddress
import os
import sys

from webapp import env

_AS_A_USER = (
    "Run it as an ordinary user, or name one that its processes become: ARK_USER=ark make run."
)


def refuse(host: str) -> None:
    """Raises SystemExit with what is unsafe about serving at `host`, and what to do."""
    problems = [] if is_this_machine(host) else list(_problems(host))
    if problems and not env.boolean("ARK_INSECURE", False):
        raise SystemExit(
            "Ark does not start like this:\n"
            + "".join(f"  - {problem}\n" for problem in problems)
            + "Whoever knows that nobody else can reach it starts it with ARK_INSECURE=yes."
        )


def warn_root() -> None:
    if os.geteuid() == 0:
        print(f"Ark runs as root, which it need not be. {_AS_A_USER}", file=sys.stderr)


def is_this_machine(host: str) -> bool:
    """Whether only programs on this machine reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _problems(host: str) -> list[str]:
    problems = []
    if not env.boolean("ARK_HTTPS", True):
        problems.append(
            f"HOST={host} with ARK_HTTPS=false: passwords and photos would cross the network for "
            "everybody to read. Leave HOST alone and put a proxy with TLS in front, with "
            "ARK_HTTPS=true (docs/operations.md)."
        )
    if env.boolean("DEBUG", False):
        problems.append(
            f"HOST={host} with DEBUG=true: error pages would show settings and code to everybody. "
            "Set DEBUG=false."
        )
    if os.geteuid() == 0:
        problems.append(f"HOST={host} as root: whoever breaks in would have all. {_AS_A_USER}")
    return problems
