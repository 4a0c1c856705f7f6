"""Bytes, varints and bits of the columns. What is cut off raises CutOff; the caller knows what that means."""

WORD = 2**64 - 1


class CutOff(Exception):
    """The content ends early, or a number is larger than it can be."""


class ByteSource:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        if count > self.left():
            raise CutOff
        part = self.data[self.at:self.at + count]
        self.at += count
        return part

    def u8(self) -> int:
        return self.take(1)[0]

    def varint(self) -> int:
        """Up to ten bytes; that the form is the shortest is seen when the section is encoded again."""
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
            if shift > 63:
                raise CutOff
        if value > WORD:
            raise CutOff
        return value

    def bits(self, widths: list[int]) -> list[int]:
        """Values of these widths side by side from the lowest bit on, then zeros up to a whole byte."""
        total = sum(widths)
        stream = int.from_bytes(self.take((total + 7) // 8), "little")
        return _split(stream, widths)

    def equal_bits(self, count: int, width: int) -> list[int]:
        if width > 64:
            raise CutOff
        stream = self.take((count * width + 7) // 8)
        if width == 0:
            return [0] * count
        # Eight values fill `width` whole bytes, which keeps the numbers that are shifted small.
        mask, values = (1 << width) - 1, []
        for start in range(0, len(stream), width):
            group = int.from_bytes(stream[start:start + width], "little")
            values += [group >> (width * i) & mask for i in range(8)]
        return values[:count]


def _split(stream: int, widths: list[int]) -> list[int]:
    # Halving keeps the shifted numbers short; one shift a value over the whole stream would cost time squared.
    if len(widths) <= 64:
        values = []
        for width in widths:
            values.append(stream & ((1 << width) - 1))
            stream >>= width
        return values
    half = len(widths) // 2
    low = sum(widths[:half])
    return _split(stream & ((1 << low) - 1), widths[:half]) + _split(stream >> low, widths[half:])


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def equal_bits(values: list[int], width: int) -> bytes:
    if width == 0:
        return b""
    out = bytearray()
    for start in range(0, len(values), 8):
        group = 0
        for i, value in enumerate(values[start:start + 8]):
            group |= value << (width * i)
        out += group.to_bytes(width, "little")
    return bytes(out[:(len(values) * width + 7) // 8])


def bits(values: list[int], widths: list[int]) -> bytes:
    stream = total = 0
    out = bytearray()
    for value, width in zip(values, widths):
        stream |= value << total
        total += width
        while total >= 64:
            out += (stream & WORD).to_bytes(8, "little")
            stream >>= 64
            total -= 64
    return bytes(out) + stream.to_bytes((total + 7) // 8, "little")


def width_of(values: list[int]) -> int:
    """The least width that holds the largest of these numbers."""
    return max(values).bit_length()


def signed(value: int) -> int:
    return value - 2**64 if value >> 63 else value


def zigzag(value: int) -> int:
    return (value << 1 ^ value >> 63) & WORD


def unzigzag(value: int) -> int:
    return value >> 1 ^ -(value & 1)
