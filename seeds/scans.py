"""Small pictures that stand for scanned papers, so that demonstration files can be opened."""

from __future__ import annotations

import struct
import zlib

WIDTH, HEIGHT = 210, 297  # the proportions of an A4 sheet


def blank_sheet(mark: int) -> bytes:
    """A white sheet with ruled lines, as a PNG; another ``mark`` shifts the lines."""
    rows = bytearray()
    for y in range(HEIGHT):
        inside = 20 < y < HEIGHT - 20
        ruled = inside and (y + mark) % 18 == 0
        rows.append(0)
        for x in range(WIDTH):
            line = ruled and 20 < x < WIDTH - 20 - (y * 7 + mark) % 60
            rows.append(120 if line else 250)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    picture = zlib.compress(bytes(rows), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", picture)
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum
