"""BMP: its size, against what the file holds."""

from __future__ import annotations

from recognition.cnn.pixels.outlines.outline import OTHER_NS, Bytes, Outline, too_complex, unpack
from recognition.cnn.pixels.unreadable import UnreadablePhoto

# Pillow unpacks run lengths in Python: a pixel takes as long as sixty do otherwise.
MAX_RUN_LENGTH_BYTES = 1 << 20
MAX_RUN_LENGTH_PIXELS = 4_000_000
_RUN_LENGTH = (1, 2)


def outline(data: Bytes) -> Outline:
    start, header_bytes = unpack("<II", data, 10)
    if header_bytes == 12:
        width, height, _, bits = unpack("<HHHH", data, 18)
        compression = 0
    elif header_bytes >= 40:
        width, height, _, bits, compression = unpack("<iiHHI", data, 18)
    else:
        raise UnreadablePhoto("unsupported_format")
    width, height = abs(width), abs(height)
    cost_ns = width * height * OTHER_NS
    if compression in _RUN_LENGTH:
        if len(data) > MAX_RUN_LENGTH_BYTES or width * height > MAX_RUN_LENGTH_PIXELS:
            raise too_complex()
        return Outline("BMP", width, height, cost_ns)
    row_bytes = (width * bits + 31) // 32 * 4
    return Outline("BMP", width, height, cost_ns, start + row_bytes * height <= len(data))
