"""CBOR in the one form of FORMAT.md: what is read is encoded again with cbor2 and must come out the same.

The item types are int, bytes, str, bool, None, list, dict with unsigned keys, and Tag.
"""

from dataclasses import dataclass
from typing import Any

import cbor2

from . import limits
from .refused import require

_END_MARK = 0xFF
_SIMPLE = {20: False, 21: True, 22: None}


@dataclass(frozen=True)
class Tag:
    number: int
    value: Any


class _Cursor:
    def __init__(self, data: bytes, items_max: int) -> None:
        self.data = data
        self.at = 0
        self.items_left = items_max

    def take(self, count: int) -> bytes:
        require(len(self.data) - self.at >= count, "not cbor", "cut off")
        part = self.data[self.at:self.at + count]
        self.at += count
        return part

    def require_room(self, items: int, bytes_least: int) -> None:
        """Refuses a number of items that the bytes left cannot hold, and then one beyond the limit."""
        require(bytes_least <= len(self.data) - self.at, "not cbor", "cut off")
        require(items <= self.items_left, "too large", "too many items")

    def next_type(self) -> int:
        """Major type of the next item, which is not taken yet."""
        require(self.at < len(self.data) and self.data[self.at] != _END_MARK, "not cbor", "an item is missing")
        return self.data[self.at] >> 5

    def head(self) -> tuple[int, int]:
        """Major type and argument of the next item; that its form is the shortest is seen when it is encoded again."""
        first = self.take(1)[0]
        major, short = first >> 5, first & 31
        if short < 24:
            return major, short
        require(short != 31 or major in (2, 3, 4, 5), "not cbor", "an end mark without a beginning")
        require(short != 31 and major != 7, "not canonical", "indefinite length, float or other simple value")
        require(short < 28, "not cbor", "reserved head")
        return major, int.from_bytes(self.take(1 << (short - 24)), "big")


def decode(data: bytes, bytes_max: int = limits.OBJECT_BYTES, items_max: int = limits.CBOR_ITEMS) -> Any:
    """The one item that the bytes hold; refuses anything else."""
    require(len(data) <= bytes_max, "too large")
    cursor = _Cursor(data, items_max)
    value = _item(cursor, 1)
    require(cursor.at == len(data), "trailing bytes")
    require(encode(value) == data, "not canonical", "another encoder writes it differently")
    return value


def encode(value: Any) -> bytes:
    """The one encoding of an item, by cbor2."""
    return cbor2.dumps(_for_cbor2(value), canonical=True)


def _for_cbor2(value: Any) -> Any:
    if isinstance(value, Tag):
        return cbor2.CBORTag(value.number, _for_cbor2(value.value))
    if isinstance(value, (list, tuple)):
        return [_for_cbor2(item) for item in value]
    if isinstance(value, dict):
        return {key: _for_cbor2(item) for key, item in value.items()}
    return value


def _item(cursor: _Cursor, depth: int) -> Any:
    require(depth <= limits.CBOR_DEPTH, "too deep")
    cursor.items_left -= 1
    require(cursor.items_left >= 0, "too large", "too many items")
    major, argument = cursor.head()
    if major == 0:
        return argument
    if major == 1:
        return -1 - argument
    if major == 2:
        return cursor.take(argument)
    if major == 3:
        # What is not UTF-8 does not come out the same when it is encoded again.
        return cursor.take(argument).decode("utf-8", "replace")
    if major == 4:
        cursor.require_room(argument, argument)
        return [_item(cursor, depth + 1) for _ in range(argument)]
    if major == 5:
        return _map(cursor, argument, depth)
    if major == 6:
        return Tag(argument, _item(cursor, depth + 1))
    require(argument in _SIMPLE, "not canonical", "only false, true and null are taken")
    return _SIMPLE[argument]


def _map(cursor: _Cursor, count: int, depth: int) -> dict[int, Any]:
    cursor.require_room(count, 2 * count)
    entries: dict[int, Any] = {}
    last = -1
    for _ in range(count):
        require(cursor.next_type() == 0, "not canonical", "keys are unsigned")
        key = cursor.head()[1]
        require(key > last, "not canonical", "keys ascend")
        last = key
        entries[key] = _item(cursor, depth + 1)
    return entries
