"""The encoding "follows": a row is expected to hold what the last row with the same parent value held."""

from dataclasses import dataclass

from .byte_source import WORD

_MULTIPLIER = 0x9E3779B97F4A7C15
_SLOTS_MIN = 1024
_STEPS_MAX = 64


def slots_hold(distinct: list[int], most: int) -> bool:
    """Whether the table of FORMAT.md has a slot for each value, in the order in which they come."""
    bits = 10
    while 1 << bits < max(2 * most, _SLOTS_MIN):
        bits += 1
    taken = bytearray(1 << bits)
    for value in distinct:
        slot = ((value ^ value >> 32) * _MULTIPLIER & WORD) >> 64 - bits
        steps = 0
        while taken[slot]:
            steps += 1
            if steps > _STEPS_MAX:
                return False
            slot = slot + 1 & (1 << bits) - 1
        taken[slot] = 1
    return True


def parent_groups(parent: list[int] | None, rows: int) -> list[int]:
    """What the rows are grouped by: the parent's values, or one group where the parent is of no use."""
    most = rows // 2 + 1
    if parent is None:
        return [0] * rows
    distinct = list(dict.fromkeys(parent))
    if len(distinct) > most or not slots_hold(distinct, min(rows, most)):
        return [0] * rows
    return parent


@dataclass
class Follows:
    """Told values in the order of the rows; before each exception the number of rows that were as expected."""

    told: list[int]
    gaps: list[int]

    def join(self, groups: list[int]) -> list[int] | None:
        """The values of all rows, or None where the two lists do not fit the groups."""
        told, gaps = iter(self.told), iter(self.gaps)
        expected: dict[int, int] = {}
        values = []
        until_exception = next(gaps, -1)
        try:
            for group in groups:
                if group not in expected:
                    expected[group] = next(told)
                elif until_exception == 0:
                    expected[group] = next(told)
                    until_exception = next(gaps, -1)
                else:
                    until_exception -= 1
                values.append(expected[group])
        except StopIteration:
            return None
        if until_exception >= 0 or next(told, None) is not None:
            return None
        return values

    @staticmethod
    def split(values: list[int], groups: list[int]) -> "Follows":
        told, gaps = [], []
        expected: dict[int, int] = {}
        as_expected = 0
        for value, group in zip(values, groups):
            if group not in expected:
                told.append(value)
            elif expected[group] != value:
                told.append(value)
                gaps.append(as_expected)
                as_expected = 0
            else:
                as_expected += 1
            expected[group] = value
        return Follows(told, gaps)
