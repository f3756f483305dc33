"""Guessing is slow, and nobody is ever locked out by somebody else's guesses.

An attempt counts as wrong until it is known to be right, so that many at once are no way around.

- One name from one address: after a few wrong ones each further one waits twice as long as the one
  before, at most MAX_WAIT_S.
- One address, whatever names it tries; and one name, whatever addresses it is tried from: so many
  wrong ones a minute. Both do not count for who has been let in with that name from that address
  before: neither an attacker in the same office nor one with a thousand addresses keeps them out.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata

from django.conf import settings

from recognition.core import client, rate_limits

MAX_WAIT_S = 30
WRONG_OF_ADDRESS = ((30, 60), (100, 3600))  # how many in how many seconds
WRONG_OF_NAME = (20, 60)
_FORGIVEN_AFTER_S = 15 * 60
_KNOWN_FOR_S = 30 * 24 * 60 * 60


def begin(name: str) -> int:
    """Before a password or a code is looked at: 0, or how many seconds to wait instead."""
    who, place = _who(name), _place()
    pair = f"{who}:{place}"
    _closed, left_s = rate_limits.look(f"gate:{pair}")
    if left_s:
        return math.ceil(left_s)
    if not _is_known(pair):
        wait = _hit_all(who, place)
        if wait:
            return wait
    wrong, _left_s = rate_limits.count_up(f"wrong:{pair}", _FORGIVEN_AFTER_S)
    closed_s = _wait_after(wrong)
    return rate_limits.hit(f"gate:{pair}", 1, closed_s) if closed_s else 0


def succeeded(name: str) -> None:
    """What `begin` let through was right."""
    who, place = _who(name), _place()
    pair = f"{who}:{place}"
    rate_limits.forget(f"gate:{pair}", f"wrong:{pair}")
    if not _is_known(pair):
        for key, _limit, _period_s in _shared_limits(who, place):
            rate_limits.take_back(key)
    rate_limits.forget(f"known:{pair}")
    rate_limits.count_up(f"known:{pair}", _KNOWN_FOR_S)


def _wait_after(wrong: int) -> int:
    too_many = wrong - settings.ARK_LOGIN_FAILURES
    return min(2**too_many, MAX_WAIT_S) if too_many >= 0 else 0


def _hit_all(who: str, place: str) -> int:
    limits = _shared_limits(who, place)
    return max(rate_limits.hit(key, limit, period_s) for key, limit, period_s in limits)


def _shared_limits(who: str, place: str) -> list[tuple[str, int, int]]:
    return [
        *((f"address:{place}:{period_s}", limit, period_s) for limit, period_s in WRONG_OF_ADDRESS),
        (f"name:{who}", *WRONG_OF_NAME),
    ]


def _is_known(pair: str) -> bool:
    return rate_limits.look(f"known:{pair}")[0] > 0


def _who(name: str) -> str:
    """However it is written; what people type by mistake, a password perhaps, is not kept."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    return hashlib.sha256(f"{settings.SECRET_KEY}{plain}".encode()).hexdigest()[:32]


def _place() -> str:
    return client.shared_by(client.address.get() or "") or "here"
