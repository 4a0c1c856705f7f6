"""Records of a pack, read from the canonical bytes that their proofs show."""

from dataclasses import dataclass
from typing import Any

from . import fields, strict_cbor
from .flow_csv import address_text
from .refused import require

FLOW, SESSION, BLOCK = 1, 2, 3


@dataclass(frozen=True)
class Row:
    """A row of one section; what the other section says of it is another row. Times are TAI microseconds."""

    batch: bytes
    section: int
    number: int
    kind: int
    device: str
    place: str
    said: dict[str, Any]


def read(batch: bytes, section: int, number: int, canonical: bytes, device: bytes, epoch: int, sequence: int) -> Row:
    items = strict_cbor.decode(canonical)
    require(isinstance(items, list) and len(items) >= 3 and items[1] == 1 and items[0] == section, "wrong structure")
    length, read_said = _KINDS[items[0], items[2]]
    require(len(items) == length, "wrong structure")
    return Row(batch, section, number, items[2], device.hex(), f"{epoch}-{sequence}-{number}", read_said(items[3:]))


def _flow(items: list[Any]) -> dict[str, Any]:
    start = _time(items[9])
    return {"first": None if items[0] is None else tuple(fields.u32(part) for part in fields.array(items[0], 3)),
            "realm": fields.text(items[4]), "translation": fields.number(items[14], 0xFF),
            "subscriber": fields.text(items[3]), "sub_ip": address_text(items[5]), "sub_port": _port(items[6]),
            "pub_ip": address_text(items[7]), "pub_port": _port(items[8]), "start": start,
            "last": start + _time(items[10]),
            "end": None if items[11] is None else start + _time(items[11]),
            "bound_us": fields.optional(items[12], fields.u32), "evidence_bits": _port(items[16]),
            "candidates": _port(items[17])}


def _contact(items: list[Any]) -> dict[str, Any]:
    return {"rem_ip": address_text(items[0]), "rem_port": _port(items[1]), "service": fields.text(items[2])}


def _session(items: list[Any]) -> dict[str, Any]:
    start = _time(items[5])
    return {"subscriber": fields.text(items[0]), "realm": fields.text(items[2]), "sub_ip": address_text(items[3]),
            "start": start,
            "end": None if items[6] is None else start + _time(items[6]),
            "address_or_prefix": f"{address_text(items[3])}/{fields.number(items[4], 128)}"}


def _block(items: list[Any]) -> dict[str, Any]:
    return {"subscriber": "", "realm": fields.text(items[0]), "sub_ip": address_text(items[1]), "pub_ip": address_text(items[2]),
            "port_first": _port(items[3]), "port_last": _port(items[4]), "start": _time(items[5])}


def _port(value: Any) -> int:
    return fields.number(value, 0xFFFF)


def _time(value: Any) -> int:
    require(isinstance(value, int) and not isinstance(value, bool), "wrong structure")
    return value


_KINDS = {(1, FLOW): (27, _flow), (2, FLOW): (11, _contact), (1, SESSION): (13, _session), (1, BLOCK): (11, _block)}
