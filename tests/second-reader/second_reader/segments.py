"""Segments on flash, as host/Appliance.Journal/FORMAT.md draws them: the whole frames, and what else is there."""

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

_BLOCK = 4096
_HEADER = struct.Struct("<4sBBBBQIIHHIIII16sI")
_CHECKED_BYTES = 60
_MAGIC = b"ICRF"
_VERSION = 0
_COPY = 1
_NAME = re.compile(r"segment-(\d{10})\.icr")

BLANK, EPOCH_STATEMENT, BATCH, CHECKPOINT, RECEIPT = range(5)


@dataclass(frozen=True)
class Frame:
    segment: int
    offset: int
    kind: int
    is_copy: bool
    commit: int
    blocks: int
    payload: bytes
    is_whole: bool


@dataclass(frozen=True)
class Damage:
    """Something that had been durable and is not whole any more."""

    segment: int
    offset: int


def read(folder: Path) -> Iterator[Frame | Damage]:
    """Whole frames of all segments in order, and what has rotted. What a power cut tore is passed over: it was never
    promised to anybody."""
    found = sorted((int(match[1]), path) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name)))
    for number, path in found:
        data = path.read_bytes()
        frames = list(_frames(data, number))
        last_commit = max((frame.commit for frame in frames), default=0)
        is_last = number == found[-1][0]
        if not frames and not is_last and any(data):
            yield Damage(number, 0)
        for frame in frames:
            had_been_durable = (frame.commit < last_commit or not is_last or len(data) < frame.blocks * _BLOCK)
            if frame.is_whole and frame.kind != BLANK:
                yield frame
            elif not frame.is_whole and had_been_durable:
                yield Damage(number, frame.offset)


def _frames(data: bytes, number: int) -> Iterator[Frame]:
    """Frames with a good header. Behind a bad one the next is looked for block by block."""
    offset = expected = 0
    while offset + _HEADER.size <= len(data):
        frame = _frame(data, offset, number)
        if frame is None:
            offset += _BLOCK
            continue
        if offset != expected:
            yield Frame(number, expected, BLANK, False, frame.commit - 1, frame.blocks, b"", False)
        yield frame
        offset += -(-(_HEADER.size + len(frame.payload)) // _BLOCK) * _BLOCK if frame.is_whole else _BLOCK
        expected = offset


def _frame(data: bytes, offset: int, number: int) -> Frame | None:
    (magic, version, kind, flags, _, segment, block, length, commit, blocks, _, _, _, _, digest, checksum) = \
        _HEADER.unpack_from(data, offset)
    if magic != _MAGIC or crc32c(data[offset:offset + _CHECKED_BYTES]) != checksum:
        return None
    if version != _VERSION or segment != number or block * _BLOCK != offset or kind > RECEIPT or flags > _COPY:
        return None
    begin = offset + _HEADER.size
    payload = data[begin:begin + length]
    is_whole = len(payload) == length and hashlib.sha256(payload).digest()[:16] == digest
    return Frame(segment, offset, kind, flags == _COPY, commit, blocks, payload, is_whole)


def crc32c(data: bytes) -> int:
    """CRC-32C (RFC 3720 appendix B.4), bit by bit: headers are short."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
