"""Vectors of what people, stores, wardens and witnesses sign: FORMAT.md, "Safeguards"."""

from typing import Any, Callable

from . import cose, fields, limits, pack_corrections, person, strict_cbor
from .refused import require

_STATEMENT = 4096


def judge(vector: dict[str, Any]) -> None:
    """Refuses as the object of the vector is to be refused; returns where it is accepted."""
    data = bytes.fromhex(vector["object"])
    points = [bytes.fromhex(point) for point in vector["keys"]]
    kind = vector["type"]
    if kind == "entry":
        _entry(strict_cbor.decode(data, limits.OBJECT_BYTES))
        return
    _PAYLOADS[kind](_signed(data, kind, points))


def _signed(data: bytes, kind: str, points: list[bytes]) -> Any:
    if kind in _OF_BOTH:
        return _two_signed(data, kind, points)
    one = person.read(data, kind) if kind in ("request", "approval") else cose.read(data, kind)
    require(one.kid == cose.key_id(points[0]), "foreign key")
    if kind in ("request", "approval"):
        require(one.cose is not None, "signature")
        return one.cose.verify(points[0])
    return one.verify(points[0])


def _two_signed(data: bytes, kind: str, points: list[bytes]) -> Any:
    """Each signature in turn: shape, key, signature, and that it follows the one before over the same bytes."""
    items = strict_cbor.decode(data, 2 * limits.OBJECT_BYTES)
    require(isinstance(items, list) and len(items) in (1, 2), "wrong structure")
    trusted = {cose.key_id(point): point for point in points}
    before: cose.Signed | None = None
    for item in items:
        one = cose.from_item(item, kind)
        require(one.kid in trusted, "foreign key")
        one.check_signature(trusted[one.kid])
        require(before is None or (before.kid < one.kid and before.payload == one.payload), "control signers")
        before = one
    require(len(items) == 2 and before is not None, "control signers")
    return strict_cbor.decode(before.payload)


def _keys(payload: Any, last: int) -> dict[int, Any]:
    said = fields.keys(payload, last)
    fields.version(said, 1)
    return said


def _statement(value: Any) -> str:
    require(isinstance(value, str) and len(value.encode("utf-8")) <= _STATEMENT, "wrong structure")
    return value


def _rules(payload: Any) -> None:
    said = _keys(payload, 5)
    fields.text(said[2]), fields.digest(said[3]), fields.number(said[4]), fields.text(said[5])


def _keeping(payload: Any) -> None:
    said = _keys(payload, 7)
    kind, days, begin = fields.number(said[2], 4), fields.u32(said[5]), fields.number(said[7])
    fields.identity(said[3]), fields.number(said[4]), _statement(said[6])
    require(kind != 0 and (kind == 1) == (days > 0) and (kind < 3 or begin == 0), "wrong structure")
    require(kind != 4 or said[3] == bytes(16), "wrong structure")


def _request(payload: Any) -> None:
    said = _keys(payload, 22)
    for key in (2, 3, 19):
        fields.identity(said[key])
    for key in (4, 5, 6, 8):
        fields.text(said[key])
    require(1 <= fields.number(said[7], 4), "wrong structure")
    names = [fields.text(fields.array(pair, 2)[0]) for pair in said[9]]
    [_statement(pair[1]) for pair in said[9]]
    require(names == sorted(set(names)), "wrong structure")
    require(isinstance(said[11], bool), "wrong structure")
    begin, end = fields.number(said[13]), fields.number(said[14])
    fields.number(said[15], 2), fields.number(said[16]), fields.number(said[17])
    fields.keys(said[12], 4)
    require(begin <= end, "wrong structure")
    fields.optional(said[18], fields.number), fields.optional(said[22], fields.point)


def _approval(payload: Any) -> None:
    said = _keys(payload, 8)
    fields.identity(said[2]), fields.digest(said[3]), fields.identity(said[4])
    require(isinstance(said[5], bool) and isinstance(said[7], bool), "wrong structure")
    fields.number(said[6]), _statement(said[8])


def _checkpoint(payload: Any) -> None:
    said = _keys(payload, 5)
    fields.identity(said[2]), fields.number(said[3]), fields.digest(said[4]), fields.number(said[5])


def _release(payload: Any) -> None:
    said = _keys(payload, 8)
    fields.identity(said[2]), fields.identity(said[3]), fields.digest(said[4]), fields.number(said[5])
    fields.point(said[6]), fields.number(said[7])
    for place in said[8]:
        batch, section = fields.array(place, 2)
        fields.digest(batch)
        require(1 <= fields.number(section, 2), "wrong structure")


def _search(payload: Any) -> None:
    said = _keys(payload, 13)
    fields.identity(said[2]), fields.identity(said[3]), fields.digest(said[4]), fields.digest(said[13])
    for key in (5, 6, 8, 9, 12):
        fields.number(said[key])
    begin, end = (fields.number(time) for time in fields.array(said[7], 2))
    releases = [fields.number(index) for index in said[10]]
    require(begin <= end and releases == sorted(set(releases)), "wrong structure")
    for missing in said[11]:
        device, first, last, cause = fields.array(missing, 4)
        fields.identity(device), fields.number(first), fields.number(last), fields.text(cause)


def _destroy(payload: Any) -> None:
    said = _keys(payload, 4)
    fields.identity(said[2]), fields.number(said[3])
    for gone in said[4]:
        device, notice, section, day, role, kid = fields.array(gone, 6)
        fields.identity(device), fields.identity(notice), fields.u32(day), fields.octets(kid, 8)
        require(1 <= fields.number(section, 2) and 1 <= fields.number(role, 3), "wrong structure")


def _hold(payload: Any) -> None:
    said = _keys(payload, 10)
    for key in (2, 3, 4):
        fields.identity(said[key])
    fields.digest(said[5]), fields.number(said[6]), fields.point(said[7]), fields.number(said[8])
    fields.number(said[9])
    if said[10] is not None:
        destroyed, cause = fields.array(said[10], 2)
        fields.number(destroyed)
        require(1 <= fields.number(cause, 2), "wrong structure")


def _acceptance(payload: Any) -> None:
    said = _keys(payload, 5)
    number, identity = fields.array(said[3], 2)
    fields.identity(said[2]), fields.u32(number), fields.identity(identity), fields.digest(said[5])
    if said[4] is not None:
        [fields.number(part) for part in fields.array(said[4], 2)]


def _entry(payload: Any) -> None:
    said = _keys(payload, 9)
    require(1 <= fields.number(said[2], 9) and 1 <= fields.number(said[5], 7), "wrong structure")
    fields.number(said[3]), fields.identity(said[4]), fields.digest(said[6]), fields.number(said[7], 4)
    [fields.number(count) for count in fields.array(said[8], 2)]
    fields.optional(said[9], fields.number)


_OF_BOTH = ("enrolment", "rules", "keeping", "correction")
_PAYLOADS: dict[str, Callable[[Any], Any]] = {
    "enrolment": person.enrolment, "rules": _rules, "keeping": _keeping, "correction": pack_corrections.correction,
    "request": _request, "approval": _approval, "checkpoint": _checkpoint, "release": _release, "search": _search,
    "destroy": _destroy, "hold": _hold, "acceptance": _acceptance}
