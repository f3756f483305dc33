"""What the map's own JavaScript works out: which points a lasso holds, and which is under the
mouse. deck.gl draws them; tests/browser/test_map.py looks at that."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from webapp.home import BASE_DIR

NODE = Path(sys.executable).with_name("node")
POINTS = (BASE_DIR / "static/staff/map/points.js").as_uri()
SIDE = 1024
# A cross: the middle, and one point above, below and at each side of it.
PLACES = [(512, 512), (512, 256), (512, 768), (256, 512), (768, 512)]


def answer(script: str, not_labelled: tuple[int, ...] = ()) -> Any:
    """What this expression is; `points` are the five of the cross, of two labels in turn."""
    places = np.array(PLACES, float) / SIDE * 65535
    label_of = [number % 2 | (number in not_labelled) << 15 for number in range(len(PLACES))]
    sent = {
        "labels": [{"name": name, "slug": name, "kind": ""} for name in ("one", "two")],
        "ids": _text(b"".join(UUID(int=number).bytes for number in range(len(PLACES)))),
        "places": _text(np.rint(places).astype("<u2").tobytes()),
        "labelOf": _text(np.array(label_of, "<u2").tobytes()),
    }
    whole = f"""
        const {{ Points }} = await import({json.dumps(POINTS)});
        const points = new Points({json.dumps(sent)});
        console.log(JSON.stringify({script}));
    """
    command = [NODE, "--no-warnings", "--input-type=module", "--eval", whole]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_points_are_read_as_they_were_sent() -> None:
    places, ids = answer("[[...points.places], [0, 4].map((number) => points.id(number))]")
    assert np.allclose(np.reshape(places, (-1, 2)), PLACES, atol=SIDE / 65535)
    assert ids == [str(UUID(int=0)), str(UUID(int=4))]


def test_labelled_points_and_others_are_counted_by_label() -> None:
    counts = answer("points.counts()", not_labelled=(1, 2))
    assert counts == [{"labelled": 2, "waiting": 1}, {"labelled": 1, "waiting": 1}]


def test_a_lasso_holds_what_is_inside_it_however_it_is_bent() -> None:
    """A U around the middle: both sides and what is below, but neither the middle nor the top."""
    u = [[200, 450], [300, 450], [300, 700], [700, 700]]
    u += [[700, 450], [800, 450], [800, 800], [200, 800]]
    assert answer(f"points.inside({u})") == [2, 3, 4]
    assert answer(f"points.inside({u[::-1]})") == [2, 3, 4]


def test_what_is_hidden_is_neither_held_nor_under_the_mouse() -> None:
    hide = "points.isShown[0] = 0"
    all_of_it = [[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]]
    assert answer(f"({hide}, points.inside({all_of_it}))") == [1, 2, 3, 4]
    assert answer(f"({hide}, points.nearest([512, 512], 50))") == -1


def test_the_nearest_point_within_reach_is_under_the_mouse() -> None:
    assert answer("points.nearest([520, 300], 100)") == 1
    assert answer("points.nearest([520, 300], 10)") == -1
