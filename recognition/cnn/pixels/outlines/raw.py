"""Cameras' raw files that are TIFFs by their structure: DNG, NEF, ARW, CR2, PEF and others.

Read as a TIFF, most of them show nothing but a thumbnail.
"""

from __future__ import annotations

from recognition.cnn.pixels.outlines.directory import Directory
from recognition.cnn.pixels.outlines.outline import Bytes
from recognition.cnn.pixels.unreadable import UnreadablePhoto

MAX_INSIDE = 16  # directories that are looked at
_COMPRESSION, _PHOTOMETRIC, _INSIDE, _DNG_VERSION = 259, 262, 330, 50706
_MOSAIC, _LINEAR = 32803, 34892  # one colour a pixel, as the sensor has it; or put together
_CAMERAS_OWN = {32767, 32769, 32770, 32772, 34713, 65000, 65535}  # ways of compressing


def is_raw(data: Bytes, directory: Directory) -> bool:
    """directory: the first one."""
    if _DNG_VERSION in directory.entries or _is_of_a_sensor(directory):
        return True
    for start in directory.numbers(_INSIDE)[:MAX_INSIDE]:
        try:
            if _is_of_a_sensor(Directory(data, start)):
                return True
        except UnreadablePhoto:  # a broken one does no harm: it is not read
            continue
    return False


def _is_of_a_sensor(directory: Directory) -> bool:
    return (
        directory.number(_PHOTOMETRIC) in (_MOSAIC, _LINEAR)
        or directory.number(_COMPRESSION) in _CAMERAS_OWN
    )
