"""Rows: the fields that the columns of a section make, and the canonical bytes that the leaves are hashes of."""

from dataclasses import dataclass
from typing import Any

from . import strict_cbor
from .byte_source import WORD, signed
from .columns import BLOCK, COLUMNS, FLOW, GAP, KINDS, SESSION, Section

_SCHEMA = 1
_NO_BOUND = 2**32 - 1
_NOT_KNOWN = WORD

Fields = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One row of a section; times are TAI microseconds, an end that is open is None."""

    kind: int
    fields: Fields


def rows(section: Section) -> list[Row]:
    """All rows of the section in the order of their numbers."""
    found = []
    for kind in KINDS:
        columns = COLUMNS.get((section.number, kind), [])
        for i in range(section.counts[kind]):
            raw = {column.name: section.strings[values[i]] if column.is_string else values[i]
                   for column, values in zip(columns, section.values[kind])}
            found.append(Row(kind, _MAKERS[section.number, kind](raw)))
    return found


def canonical(section: Section) -> list[bytes]:
    """Canonical bytes of all rows of the section, in the same order."""
    return [strict_cbor.encode([section.number, _SCHEMA, row.kind] + _ORDERS[section.number, row.kind](row.fields))
            for row in rows(section)]


def _address(raw: Fields, name: str) -> bytes:
    """Two columns of 64 bits; IPv4 is ::ffff:a.b.c.d, none is 0."""
    both = raw[f"{name}-low"] | raw[f"{name}-high"] << 64
    content = both.to_bytes(16, "big")
    if both == 0:
        return b""
    return content[12:] if content[:12] == bytes(10) + b"\xff\xff" else content


def _end(code: int, reference: int) -> int | None:
    """end - reference + 1, 0 for an end of 0; where an end falls on the code that 0 would have had by the formula, the
    two change places."""
    if code == 0:
        return None
    if code == 1 - reference & WORD:
        code = 0
    return signed(code + reference - 1 & WORD)


def _flow_attribution(raw: Fields) -> Fields:
    start = signed(raw["start"])
    last = signed(start + raw["last"] & WORD)
    first = (raw["first-epoch"], raw["first-seq"], raw["first-row"])
    return {
        "first": first if any(first) else None, "kind": raw["kind"], "protocol": raw["protocol"],
        "subscriber": raw["subscriber"], "realm": raw["realm"],
        "subscriber-address": _address(raw, "subscriber-ip"), "subscriber-port": raw["subscriber-port"],
        "public-address": _address(raw, "public-ip"),
        "public-port": raw["public-port"] + raw["subscriber-port"] & 0xFFFF,
        "start": start, "last": last, "end": _end(raw["end"], last),
        "bound": None if raw["bound"] == _NO_BOUND else raw["bound"], "clock-state": raw["clock-state"],
        "translation": raw["translation"], "attribution": raw["attribution"], "evidence": raw["evidence"],
        "candidates": raw["candidates"], "group": raw["group"], "witnesses": raw["witnesses"],
        "conflict": raw["conflict"] == 1, "end-reason": raw["end-reason"], "leg": raw["leg"], "route": raw["route"]}


def _flow_attribution_order(f: Fields) -> list[Any]:
    return [
        f["first"], f["kind"], f["protocol"], f["subscriber"], f["realm"], f["subscriber-address"],
        f["subscriber-port"], f["public-address"], f["public-port"], f["start"], _after(f["last"], f["start"]),
        _after(f["end"], f["start"]), f["bound"], f["clock-state"], f["translation"], f["attribution"], f["evidence"],
        f["candidates"], f["group"], f["witnesses"], f["conflict"], f["end-reason"], f["leg"], f["route"]]


def _flow_contact(raw: Fields) -> Fields:
    return {"remote-address": _address(raw, "remote-ip"), **raw}


def _flow_contact_order(f: Fields) -> list[Any]:
    return [f["remote-address"], f["remote-port"], f["service"], f["service-source"], f["packets-up"],
            f["packets-down"], f["bytes-up"], f["bytes-down"]]


def _session(raw: Fields) -> Fields:
    start = signed(raw["start"])
    return {**raw, "address": _address(raw, "ip"), "start": start, "end": _end(raw["end"], start)}


def _session_order(f: Fields) -> list[Any]:
    return [f["subscriber"], f["subscriber-type"], f["realm"], f["address"], f["prefix-length"], f["start"],
            _after(f["end"], f["start"]), f["source"], f["equipment"], f["access"]]


def _block(raw: Fields) -> Fields:
    start = signed(raw["start"])
    return {"realm": raw["realm"], "inside-address": _address(raw, "inside-ip"),
            "public-address": _address(raw, "public-ip"), "port-first": raw["port-first"],
            "port-last": raw["port-last"] + raw["port-first"] & 0xFFFF, "start": start,
            "end": _end(raw["end"], start), "source": raw["source"]}


def _block_order(f: Fields) -> list[Any]:
    return [f["realm"], f["inside-address"], f["public-address"], f["port-first"], f["port-last"], f["start"],
            _after(f["end"], f["start"]), f["source"]]


def _gap(raw: Fields) -> Fields:
    begin = signed(raw["from"])
    return {"from": begin, "to": signed(begin + raw["to"] & WORD), "leg": raw["leg"], "cause": raw["cause"],
            "estimate": None if raw["estimate"] == _NOT_KNOWN else raw["estimate"]}


def _gap_order(f: Fields) -> list[Any]:
    return [f["from"], _after(f["to"], f["from"]), f["leg"], f["cause"], f["estimate"]]


def _after(time: int | None, start: int) -> int | None:
    return None if time is None else signed(time - start & WORD)


def _nothing(_: Fields) -> Fields:
    return {}


def _no_fields(_: Fields) -> list[Any]:
    return []


_MAKERS = {(1, FLOW): _flow_attribution, (2, FLOW): _flow_contact, (1, SESSION): _session, (1, BLOCK): _block,
           (1, GAP): _gap, (2, SESSION): _nothing, (2, BLOCK): _nothing, (2, GAP): _nothing}

_ORDERS = {(1, FLOW): _flow_attribution_order, (2, FLOW): _flow_contact_order, (1, SESSION): _session_order,
           (1, BLOCK): _block_order, (1, GAP): _gap_order, (2, SESSION): _no_fields, (2, BLOCK): _no_fields,
           (2, GAP): _no_fields}
