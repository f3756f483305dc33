"""How hard drills and fuzzers try: a little in `make test`, a lot in `make drills`.

A drill that has a long form says how many rounds, seconds or cases each form takes:
`drills.times(3, long=100)`. A test that is for the long form alone, for it takes long, is marked
`@drills.only_long`.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

IS_LONG = os.environ.get("ARK_DRILLS") == "long"

only_long = pytest.mark.skipif(not IS_LONG, reason="only in the long drills: make drills")


def times(short: int, long: int) -> int:
    """How often to do something."""
    return long if IS_LONG else short


def fuzzed(short: int, long: int) -> settings:
    """Hypothesis' settings for so many cases. The short form tries the same ones every time; the
    long form others in each run, of which it remembers those that failed."""
    return settings(
        max_examples=times(short, long),
        derandomize=not IS_LONG,
        database=None if not IS_LONG else settings.default.database,
        deadline=None,  # machines differ; what hangs is ended by pytest-timeout
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        print_blob=True,
    )
