from __future__ import annotations

import pytest
import torch

from recognition.cnn.finder.fetching import NanoDetFiles
from recognition.cnn.finder.nanodet import NanoDet
from recognition.cnn.finder.published_weights import nanodet_from_graph


def test_each_convolution_gets_its_own_numbers(published: NanoDetFiles, model: NanoDet) -> None:
    read = nanodet_from_graph(*published).state_dict()
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(read[name], tensor.half().float(), msg=name)


@pytest.mark.parametrize("graph", [b"{}", b'{"weightsManifest": []}', b"[]"])
def test_other_files_are_refused(graph: bytes, published: NanoDetFiles) -> None:
    with pytest.raises(ValueError, match="not the weights of NanoDet-g"):
        nanodet_from_graph(graph, published.numbers)


def test_numbers_that_end_too_soon_are_refused(published: NanoDetFiles) -> None:
    with pytest.raises(ValueError, match="buffer"):
        nanodet_from_graph(published.graph, published.numbers[:-2])
