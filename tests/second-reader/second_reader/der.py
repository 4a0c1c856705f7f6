"""DER (ITU-T X.690) as far as time-stamp tokens need it: tags, lengths, and the few types in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Iterator

from .refused import Refused, require

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID = 0x01, 0x02, 0x03, 0x04, 0x06
GENERALIZED_TIME, SEQUENCE, SET = 0x18, 0x30, 0x31
_NAME = "der"
_BYTES_MAX = 1 << 20


def context(number: int, constructed: bool = True) -> int:
    """The tag [number]."""
    return 0x80 | (0x20 if constructed else 0) | number


@dataclass(frozen=True)
class Element:
    tag: int
    content: bytes
    whole: bytes

    def require(self, tag: int) -> "Element":
        require(self.tag == tag, _NAME, f"tag {self.tag:#x} where {tag:#x} is wanted")
        return self

    def children(self) -> "Children":
        require(bool(self.tag & 0x20), _NAME, "no constructed type")
        return Children(self.content)

    def number(self) -> int:
        self.require(INTEGER)
        return integer(self.content)

    def oid(self) -> str:
        self.require(OBJECT_ID)
        return _oid(self.content)

    def octets(self) -> bytes:
        return self.require(OCTET_STRING).content

    def time(self) -> datetime:
        """GeneralizedTime in UTC, with or without a fraction (RFC 3161 section 2.4.2)."""
        text = self.require(GENERALIZED_TIME).content.decode("ascii", "replace")
        whole, _, fraction = text.removesuffix("Z").partition(".")
        is_time = text.endswith("Z") and len(whole) == 14 and whole.isdigit()
        is_fraction = "." not in text or (fraction.isdigit() and not fraction.endswith("0"))
        require(is_time and is_fraction, _NAME, f"no time: {text}")
        try:
            seconds = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
        except ValueError:
            raise Refused(_NAME, f"no time: {text}") from None
        return seconds + timedelta(microseconds=int((fraction + "000000")[:6]))


class Children:
    """The elements in a constructed one, taken in order; whoever reads a type to its end calls `end`."""

    def __init__(self, content: bytes) -> None:
        self._left = list(_elements(content))

    def take(self, tag: int) -> Element:
        require(bool(self._left), _NAME, "an element is missing")
        return self._left.pop(0).require(tag)

    def take_any(self) -> Element:
        require(bool(self._left), _NAME, "an element is missing")
        return self._left.pop(0)

    def optional(self, tag: int) -> Element | None:
        return self._left.pop(0) if self._left and self._left[0].tag == tag else None

    def rest(self) -> list[Element]:
        left, self._left = self._left, []
        return left

    def end(self) -> None:
        require(not self._left, _NAME, "an element too many")


def parse(data: bytes) -> Element:
    """The one element that the bytes are."""
    require(len(data) <= _BYTES_MAX, _NAME, "too large")
    found = list(_elements(data))
    require(len(found) == 1, _NAME, "not one element")
    return found[0]


def integer(content: bytes) -> int:
    is_shortest = len(content) == 1 or (
        len(content) > 1 and (content[0], content[1] >> 7) not in ((0x00, 0), (0xFF, 1)))
    require(is_shortest, _NAME, "an integer is not in its shortest form")
    return int.from_bytes(content, "big", signed=True)


def _elements(data: bytes) -> Iterator[Element]:
    at = 0
    while at < len(data):
        require(len(data) - at >= 2 and data[at] & 31 != 31, _NAME, "cut off, or a long tag")
        begin, tag, length = at, data[at], data[at + 1]
        at += 2
        if length > 127:
            size = length & 127
            require(1 <= size <= 4 and len(data) - at >= size, _NAME, "a length is cut off or indefinite")
            length = int.from_bytes(data[at:at + size], "big")
            require(length > 127 and length >> 8 * (size - 1) > 0, _NAME, "a length is not in its shortest form")
            at += size
        require(len(data) - at >= length, _NAME, "cut off")
        yield Element(tag, data[at:at + length], data[begin:at + length])
        at += length


def _oid(content: bytes) -> str:
    require(bool(content) and content[-1] < 128, _NAME, "no object identifier")
    arcs, value = [], 0
    for byte in content:
        value = value << 7 | byte & 127
        if byte < 128:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in [first, arcs[0] - 40 * first] + arcs[1:])
