"""The encoded columns of a section: reading, and writing again to see that the bytes are the one encoding."""

from dataclasses import dataclass

from . import encodings, limits
from .byte_source import ByteSource, CutOff, varint
from .refused import Refused, require

FLOW, SESSION, BLOCK, GAP = 1, 2, 3, 4
KINDS = (FLOW, SESSION, BLOCK, GAP)
_SCHEMA = 1
_U64 = 2**64 - 1
_U32 = 2**32 - 1
_U16 = 2**16 - 1


@dataclass(frozen=True)
class Column:
    """Parent is the number of the column that tells most about this one; strings are numbers into the table."""

    name: str
    most: int = _U64
    parent: int | None = None
    is_string: bool = False


def _string(name: str, parent: int | None = None) -> Column:
    return Column(name, parent=parent, is_string=True)


COLUMNS: dict[tuple[int, int], list[Column]] = {
    (1, FLOW): [
        Column("first-epoch", _U32), Column("first-seq", _U32), Column("first-row", _U32), Column("kind", 3),
        Column("protocol", 255), _string("subscriber"), Column("subscriber-ip-low", parent=5),
        Column("subscriber-ip-high", parent=6), _string("realm", 6), Column("subscriber-port", _U16),
        Column("public-ip-low", parent=6), Column("public-ip-high", parent=10), Column("public-port", _U16),
        Column("start"), Column("last"), Column("end"), Column("bound", _U32), Column("clock-state", 7),
        Column("translation", 9), Column("attribution", 6), Column("evidence", _U16), Column("candidates", _U16),
        Column("group", _U32), Column("witnesses", 31), Column("conflict", 1), Column("end-reason", 6),
        _string("leg"), _string("route")],
    (2, FLOW): [
        Column("remote-ip-low"), Column("remote-ip-high", parent=0), Column("remote-port", _U16, 0),
        _string("service", 0), Column("service-source", 4, 3), Column("packets-up"), Column("packets-down"),
        Column("bytes-up"), Column("bytes-down")],
    (1, SESSION): [
        _string("subscriber"), _string("subscriber-type"), _string("realm"), Column("ip-low"), Column("ip-high"),
        Column("prefix-length", 128), Column("start"), Column("end"), _string("source"), _string("equipment", 0),
        _string("access", 0)],
    (1, BLOCK): [
        _string("realm"), Column("inside-ip-low"), Column("inside-ip-high", parent=1),
        Column("public-ip-low", parent=1), Column("public-ip-high", parent=3), Column("port-first", _U16),
        Column("port-last", _U16), Column("start"), Column("end"), _string("source")],
    (1, GAP): [Column("from"), Column("to"), _string("leg"), _string("cause"), Column("estimate")],
}


@dataclass(frozen=True)
class Section:
    """What a section holds: rows of each kind, its strings (number 0 is the empty one), its columns as they are."""

    number: int
    counts: dict[int, int]
    strings: list[str]
    values: dict[int, list[list[int]]]


def decode(data: bytes, section: int) -> Section:
    """The section of these bytes. Refuses by the names of RowFault."""
    require(section in (1, 2), "wrong section")
    require(len(data) <= limits.SECTION_BYTES, "too large")
    require(len(data) >= 1 and data[0] == _SCHEMA, "unknown schema")
    require(len(data) >= 2 and data[1] == section, "wrong section")
    source = ByteSource(data)
    source.take(2)
    counts = _read_counts(source)
    texts = _read_strings(source)
    values = {kind: _read_columns(source, section, kind, counts[kind], len(texts)) for kind in KINDS}
    require(source.left() == 0, "trailing bytes")
    found = Section(section, counts, [""] + [text.decode("utf-8") for text in texts], values)
    require(_used(found) >= set(range(1, len(texts) + 1)), "bad strings", "a string that no row uses")
    require(_encode(found, texts) == data, "not canonical")
    return found


def _read_counts(source: ByteSource) -> dict[int, int]:
    try:
        counts = {kind: source.varint() for kind in KINDS}
    except CutOff:
        raise Refused("too large", "the numbers of rows are cut off") from None
    require(sum(counts.values()) <= limits.SECTION_ROWS, "too large")
    return counts


def _read_strings(source: ByteSource) -> list[bytes]:
    try:
        count = source.varint()
        require(count <= limits.SECTION_ROWS, "bad strings", "too many")
        shared = encodings.decode(source, count, None, 0)
        rest = encodings.decode(source, count, None, 0)
        texts: list[bytes] = []
        total = 0
        for common, length in zip(shared, rest):
            before = texts[-1] if texts else b""
            require(common <= len(before) and common + length <= limits.STRING_BYTES, "bad strings")
            text = before[:common] + source.take(length)
            total += len(text)
            require(before < text and total <= limits.STRINGS_BYTES, "bad strings", "out of order or too many")
            text.decode("utf-8")
            texts.append(text)
        return texts
    except (CutOff, UnicodeDecodeError):
        raise Refused("bad strings") from None


def _read_columns(source: ByteSource, section: int, kind: int, rows: int, strings: int) -> list[list[int]]:
    if rows == 0:
        return []
    values: list[list[int]] = []
    for number, column in enumerate(COLUMNS.get((section, kind), [])):
        try:
            require(source.u8() == number, "bad column", f"{column.name} is not in its place")
            content = ByteSource(source.take(source.varint()))
            parent = None if column.parent is None else values[column.parent]
            read = encodings.decode(content, rows, parent, 0)
        except CutOff:
            raise Refused("bad column", f"{column.name} cannot be read") from None
        require(content.left() == 0, "bad column", f"bytes behind the content of {column.name}")
        require(max(read) <= (strings if column.is_string else column.most), "bad column", f"range of {column.name}")
        values.append(read)
    return values


def _used(section: Section) -> set[int]:
    used: set[int] = set()
    for kind, values in section.values.items():
        for column, numbers in zip(COLUMNS.get((section.number, kind), []), values):
            if column.is_string:
                used.update(numbers)
    return used


def _encode(section: Section, texts: list[bytes]) -> bytes:
    out = [bytes([_SCHEMA, section.number])] + [varint(section.counts[kind]) for kind in KINDS]
    out += _encode_strings(texts)
    for kind, values in section.values.items():
        for number, column in enumerate(COLUMNS.get((section.number, kind), [])[:len(values)]):
            parent = None if column.parent is None else values[column.parent]
            content = encodings.encode(values[number], parent, 0)
            out += [bytes([number]), varint(len(content)), content]
    return b"".join(out)


def _encode_strings(texts: list[bytes]) -> list[bytes]:
    shared = [_common(before, text) for before, text in zip([b""] + texts, texts)]
    rests = [text[common:] for text, common in zip(texts, shared)]
    lengths = [len(rest) for rest in rests]
    return [varint(len(texts)), encodings.encode(shared, None, 0), encodings.encode(lengths, None, 0)] + rests


def _common(before: bytes, text: bytes) -> int:
    count = 0
    for left, right in zip(before, text):
        if left != right:
            break
        count += 1
    return count
