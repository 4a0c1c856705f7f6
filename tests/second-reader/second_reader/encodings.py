"""The seven encodings of a column, in both directions: the decoder is believed only where encoding again gives the
same bytes. Level 0 is a column, 1 a list in it, 2 a list in such a list; each level knows fewer encodings."""

from .byte_source import (WORD, ByteSource, CutOff, bits, equal_bits, signed, unzigzag, varint, width_of, zigzag)
from .follows import Follows, parent_groups, slots_hold

BLOCK = 128
CONSTANT, PACKED, BLOCKS, DELTAS, SCALED, DICTIONARY, FOLLOWS = range(7)
_DICTIONARY_ROWS_MIN = 16
_DICTIONARY_WIDTH_MIN = 3
_DICTIONARY_WIDTH_END = 17
_ENCODINGS_OF_LEVEL = (range(7), range(6), range(5))


def decode(source: ByteSource, count: int, parent: list[int] | None, level: int) -> list[int]:
    """One content of so many values; nothing where there are none."""
    if count == 0:
        return []
    encoding = source.u8()
    if encoding not in _ENCODINGS_OF_LEVEL[level]:
        raise CutOff
    if encoding == CONSTANT:
        return [source.varint()] * count
    if encoding == PACKED:
        return _read_packed(source, count)
    if encoding == BLOCKS:
        return [v for size in _blocks(count) for v in _read_packed(source, size)]
    if encoding == DELTAS:
        return _read_deltas(source, count)
    if encoding == SCALED:
        return _read_scaled(source, count)
    if encoding == DICTIONARY:
        return _read_dictionary(source, count, level)
    return _read_follows(source, count, parent)


def encode(values: list[int], parent: list[int] | None, level: int) -> bytes:
    """The one content of these values: the shortest, of equally short ones the lowest number."""
    if not values:
        return b""
    if min(values) == max(values):
        return bytes([CONSTANT]) + varint(values[0])
    tried = [_write_packed(values), _write_blocks(values), _write_deltas(values), _write_scaled(values)]
    if level <= 1:
        tried += _write_dictionary(values, min(len(content) for content in tried) + 1, level)
    best = min(range(len(tried)), key=lambda i: len(tried[i]))
    content = bytes([PACKED + best]) + tried[best]
    if level == 0:
        follows = _write_follows(values, parent)
        if follows is not None and len(follows) + 1 < len(content):
            content = bytes([FOLLOWS]) + follows
    return content


def _blocks(count: int) -> list[int]:
    return [min(BLOCK, count - start) for start in range(0, count, BLOCK)]


def _read_packed(source: ByteSource, count: int) -> list[int]:
    least, width = source.varint(), source.u8()
    return [least + value & WORD for value in source.equal_bits(count, width)]


def _write_packed(values: list[int]) -> bytes:
    least = min(values)
    above = [value - least for value in values]
    width = width_of(above)
    return varint(least) + bytes([width]) + equal_bits(above, width)


def _write_blocks(values: list[int]) -> bytes:
    return b"".join(_write_packed(values[start:start + BLOCK]) for start in range(0, len(values), BLOCK))


def _read_deltas(source: ByteSource, count: int) -> list[int]:
    values = [source.varint()]
    for size in _blocks(count - 1):
        least, width = unzigzag(source.varint()), source.u8()
        for above in source.equal_bits(size, width):
            values.append(values[-1] + least + above & WORD)
    return values


def _write_deltas(values: list[int]) -> bytes:
    differences = [signed(now - before & WORD) for before, now in zip(values, values[1:])]
    out = [varint(values[0])]
    for start in range(0, len(differences), BLOCK):
        part = differences[start:start + BLOCK]
        least = min(part)
        above = [difference - least for difference in part]
        width = width_of(above)
        out += [varint(zigzag(least)), bytes([width]), equal_bits(above, width)]
    return b"".join(out)


def _read_scaled(source: ByteSource, count: int) -> list[int]:
    least, width = source.u8(), source.u8()
    lengths = [least + above for above in source.equal_bits(count, width)]
    if max(lengths) > 64:
        raise CutOff
    rests = source.bits([max(length - 1, 0) for length in lengths])
    return [rest | 1 << length - 1 if length else 0 for rest, length in zip(rests, lengths)]


def _write_scaled(values: list[int]) -> bytes:
    lengths = [value.bit_length() for value in values]
    least = min(lengths)
    above = [length - least for length in lengths]
    width = width_of(above)
    rests = [value & ~(1 << length - 1) if length else 0 for value, length in zip(values, lengths)]
    return bytes([least, width]) + equal_bits(above, width) + bits(rests, [max(n - 1, 0) for n in lengths])


def _read_dictionary(source: ByteSource, count: int, level: int) -> list[int]:
    distinct = source.varint()
    if not 1 <= distinct <= count:
        raise CutOff
    steps = decode(source, distinct, None, level + 1)
    words = steps[:1]
    for step in steps[1:]:
        words.append(words[-1] + step + 1 & WORD)
    numbers = source.equal_bits(count, (distinct - 1).bit_length())
    if max(numbers) >= distinct:
        raise CutOff
    return [words[number] for number in numbers]


def _write_dictionary(values: list[int], shortest: int, level: int) -> list[bytes]:
    """The content as a list of one, or of none where it is not tried."""
    rows = len(values)
    if rows < _DICTIONARY_ROWS_MIN or (max(values) - min(values)).bit_length() < _DICTIONARY_WIDTH_MIN:
        return []
    most = _distinct_max(rows, shortest)
    distinct = list(dict.fromkeys(values))
    if len(distinct) > most or not slots_hold(distinct, min(rows, most)):
        return []
    words = sorted(distinct)
    steps = words[:1] + [now - before - 1 for before, now in zip(words, words[1:])]
    number = {word: i for i, word in enumerate(words)}
    width = (len(words) - 1).bit_length()
    return [varint(len(words)) + encode(steps, None, level + 1) + equal_bits([number[v] for v in values], width)]


def _distinct_max(rows: int, shortest: int) -> int:
    """How many distinct values could pay if each took a byte."""
    def numbers_bytes(width: int) -> int:
        return (rows * width + 7) // 8

    width = 1
    while width < _DICTIONARY_WIDTH_END and 2**width + numbers_bytes(width + 1) < shortest:
        width += 1
    return max(2, min(max(shortest - numbers_bytes(width), 0), 2**width, rows))


def _read_follows(source: ByteSource, count: int, parent: list[int] | None) -> list[int]:
    told, exceptions = source.varint(), source.varint()
    if exceptions > told or told > count:
        raise CutOff
    values = decode(source, told, None, 1)
    gaps = decode(source, exceptions, None, 1)
    joined = Follows(values, gaps).join(parent_groups(parent, count))
    if joined is None:
        raise CutOff
    return joined


def _write_follows(values: list[int], parent: list[int] | None) -> bytes | None:
    split = Follows.split(values, parent_groups(parent, len(values)))
    if len(split.told) > len(values) // 2:
        return None
    return (varint(len(split.told)) + varint(len(split.gaps)) + encode(split.told, None, 1)
            + encode(split.gaps, None, 1))
