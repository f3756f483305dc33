from __future__ import annotations

import json

import numpy as np
import pytest

from recognition.cnn.explain.classes import ClassShare
from recognition.cnn.explain.explained import ClassMap, Explained, from_fields, to_fields
from recognition.cnn.explain.faithfulness import Check


@pytest.mark.parametrize("check", [None, Check(0.9, 0.01, 0.8, 0.2, 0.3, 0.85)])
def test_what_is_kept_of_an_explanation_is_all_of_it(check: Check | None) -> None:
    values = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    shares = (ClassShare(281, "tabby", 0.6, 0.7), ClassShare(282, "tiger cat", 0.25, 0.3))
    explained = Explained("cat", ClassMap(values, 2.0, 0.5, True), shares, check)
    again = from_fields(json.loads(json.dumps(to_fields(explained))))
    assert again.map.values.dtype == np.float32
    assert (again.map.values == values).all()
    assert again.map[1:] == explained.map[1:]
    assert (again.slug, again.classes, again.check) == ("cat", shares, check)
