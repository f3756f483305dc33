"""A finder, from published weights to its folder. Imports torch when there is something to do."""

from __future__ import annotations

from pathlib import Path

from recognition.cnn.finder.catalogue import DEFAULT_FINDER, FINDERS
from recognition.cnn.finder.fetching import nanodet_files
from recognition.cnn.unavailable import WeightsUnavailable


def add_finder(
    folder: Path, name: str = DEFAULT_FINDER, source: Path | None = None, timeout_s: float = 600.0
) -> None:
    """Write a finder into `folder`; one that is there is replaced.

    source: published weights that somebody has downloaded: for nanodet_g see `nanodet_files`, for
        the others torchvision's file. None fetches them, nanodet_g's in at most `timeout_s`.
    Raises WeightsUnavailable, and OSError when the disk is full.
    """
    finder = FINDERS[name]
    if finder.weights:
        from recognition.cnn.finder.torchvision_weights import detector

        model = detector(finder, source)
    else:
        files = nanodet_files(source, timeout_s)
        from recognition.cnn.finder.published_weights import nanodet_from_graph

        try:
            model = nanodet_from_graph(*files)
        except ValueError as error:
            raise WeightsUnavailable(str(error)) from error
    from recognition.cnn.finder.store import save_finder

    save_finder(folder, finder, model)
