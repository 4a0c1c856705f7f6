"""What a pack says is wrong in its records: times that a clock took back, lines that two people corrected."""

import re
from typing import Any

from . import fields
from .disclosed import FLOW, SESSION, Row
from .flow_csv import address_text
from .pack_state import Pack, two_signed
from .refused import require

_CLOCK = 5
_NO_BOUND = 0xFFFFFFFF
_SESSION_SLACK = 2_000_000
_DOUBT_MAX = 3_600_000_000
_WORDS = re.compile(r"times from (-?[0-9]+) to (-?[0-9]+) hold within ([0-9]+) us")


def doubt(kind: int, text: str) -> tuple[int, int, int] | None:
    """(from, to, bound) of an event that takes times back; None of any other."""
    for part in text.split("; ") if kind == _CLOCK else []:
        found = _WORDS.fullmatch(part)
        if found and int(found[1]) <= int(found[2]) and int(found[3]) <= _NO_BOUND:
            return int(found[1]), int(found[2]), int(found[3])
    return None


def bound(pack: Pack, row: Row) -> int | None:
    """Half width that holds around a flow's times; None where nothing does."""
    widest = _NO_BOUND if row.said["bound_us"] is None else row.said["bound_us"]
    place = tuple(int(part) for part in row.place.split("-")[:2])
    times = [time for time in (row.said["start"], row.said["last"], row.said["end"]) if time is not None]
    for manifest in pack.manifests.values():
        if manifest.device.hex() != row.device or (manifest.epoch[0], manifest.sequence) < place:
            continue
        for _, kind, text in manifest.events:
            told = doubt(kind, text)
            if told and any(told[0] <= time <= told[1] for time in times):
                widest = max(widest, told[2])
    return None if widest == _NO_BOUND else widest


def is_stale(pack: Pack, said: dict[str, Any], row: Row) -> bool:
    recorded = row.said["bound_us"] if row.kind == FLOW else None
    return recorded is not None and said.get("bound_us") == recorded and bound(pack, row) != recorded


def lines(pack: Pack) -> list[dict[int, Any]]:
    """Corrections of lines, each signed by operator and custodian."""
    papers = pack.list("order/corrections") if "order/corrections" in pack.files else []
    return [correction(two_signed(paper, "correction", pack.pins)) for paper in papers]


def correction(payload: Any) -> dict[int, Any]:
    said = fields.keys(payload, 8)
    fields.version(said, 1)
    fields.identity(said[2])
    begin, end = fields.number(said[3], (1 << 63) - 1), fields.number(said[4], (1 << 63) - 1)
    named = [_named(one) for one in fields.array_up_to(said[5], 64)]
    require(len(named) == 1 or all(len(one) == 3 for one in named), "wrong structure")
    line, reason = fields.text(said[6]), said[7]
    fields.number(said[8])
    require(isinstance(reason, str) and 0 < len(reason.encode()) <= 4096, "wrong structure")
    require(begin <= end and named == sorted(set(named)) and (not line or bool(named)), "wrong structure")
    return {**said, 5: named}


def _named(item: Any) -> tuple[Any, ...]:
    """A flow by the position of its first record, or a session by realm, address, length and its begin's stretch."""
    if len(fields.array_up_to(item, 5)) == 3:
        return tuple(fields.u32(number) for number in item)
    realm, address, length, first, last = fields.array(item, 5)
    mapped = isinstance(address, bytes) and address.startswith(bytes(10) + b"\xff\xff")
    require(isinstance(address, bytes) and len(address) in (4, 16) and not mapped, "wrong structure")
    require(fields.number(length, 128) <= 8 * len(address) and address != bytes(16), "wrong structure")
    require(0 <= fields.tai(last) - fields.tai(first) <= 60_000_000, "wrong structure")
    return fields.text(realm).encode(), address, length, first, last


def line_of(corrections: list[dict[int, Any]], row: Row, time: int) -> str:
    """The line that a record names at a time, as it is known now; empty where it is not. The latest counts."""
    for one in sorted(corrections, key=lambda said: -said[8]):
        is_meant = not one[5] or any(_is(named, row) for named in one[5])
        if is_meant and one[2].hex() == row.device and one[3] <= time <= one[4]:
            return one[6]
    return row.said["subscriber"]


def _is(named: tuple[Any, ...], row: Row) -> bool:
    """Whether a correction names what this is a record of, whichever record of it this is."""
    if len(named) == 3:
        first = row.said.get("first") or tuple(int(part) for part in row.place.split("-"))
        return row.kind == FLOW and named == first
    realm, address, length, begin, end = named
    return (row.kind == SESSION and row.said["realm"].encode() == realm and begin <= row.said["start"] <= end
            and row.said["address_or_prefix"] == f"{address_text(address)}/{length}")


def names(pack: Pack, corrections: list[dict[int, Any]], session: Row, line: str, begin: int, end: int) -> bool:
    """Whether a session names a line at some instant of a stretch, which is wider by what its times may be off."""
    slack = _slack(pack, session)
    begin, end = begin - slack, end + slack
    cuts = [begin, end, *(cut for one in corrections for cut in (one[3] - 1, one[3], one[4], one[4] + 1))]
    return any(begin <= time <= end and line_of(corrections, session, time) == line for time in cuts)


def holds(pack: Pack, session: Row, time: int) -> bool:
    """Whether a session may have been held at a time; the end of an open one is not known."""
    slack, end = _slack(pack, session), session.said["end"]
    return session.said["start"] - slack <= time and (end is None or time <= end + slack)


def _slack(pack: Pack, session: Row) -> int:
    """How late messages of sessions are, or how far the clock took back the times of this one."""
    slack = _SESSION_SLACK
    place = tuple(int(part) for part in session.place.split("-")[:2])
    times = [time for time in (session.said["start"], session.said["end"]) if time is not None]
    for manifest in pack.manifests.values():
        if manifest.device.hex() != session.device or (manifest.epoch[0], manifest.sequence) < place:
            continue
        for _, kind, text in manifest.events:
            told = doubt(kind, text)
            if told and any(told[0] <= time <= told[1] for time in times):
                slack = max(slack, min(told[2], _DOUBT_MAX))
    return slack
