"""The transparency log: that the steps of the question are in it, in order, and that it only grew."""

import hashlib
import json
from typing import Any

from . import fields, merkle, strict_cbor
from .pack_state import FILE_BYTES, Open, Pack, checkpoint, signed
from .refused import Refused, require

REQUEST, APPROVAL, QUESTION, RELEASE, DELIVERY = 1, 2, 4, 5, 6
_QUESTION_TEXTS = ("verb", "request", "address", "line", "service", "remote")


def log(pack: Pack) -> str:
    found = checkpoint(pack.files["log/checkpoint"], [pack.pins.log_key])
    require(found[2] == pack.pins.log, "foreign key", "another log")
    pack.checkpoint = found
    return f"{found[3]} entries"


def witness(pack: Pack) -> str:
    if not pack.pins.witnesses:
        raise Open("no witness's key was given")
    for data in pack.list("log/cosignatures"):
        seen = _cosigned(pack, data)
        if seen is not None and _same(seen, pack.checkpoint):
            return "cosigned"
    raise Refused("pack", "no pinned witness cosigned this size and root")


def entries(pack: Pack) -> str:
    found: dict[int, tuple[dict[int, Any], bytes]] = {}
    for data in pack.list("log/entries"):
        index, entry, nonce, content, path = fields.array(strict_cbor.decode(data, FILE_BYTES), 5)
        read = fields.keys(strict_cbor.decode(entry), 9)
        fields.version(read, 1)
        merkle.check_inclusion(merkle.leaf(entry), index, pack.checkpoint[3], path, pack.checkpoint[4])
        told = hashlib.sha256(b"\x03" + fields.octets(nonce, 32) + content).digest()
        require(told == read[6] and index not in found, "pack", "commitment")
        found[index] = (read, content)
    pack.entries = found
    return f"{len(found)} entries"


def order(pack: Pack) -> str:
    """Request, approvals, question, releases, delivery: logged as signed, in turn, the order in force."""
    asked_at, name = pack.seal[4], pack.request[2]
    require(pack.seal[3] == name, "pack", "sealed for another request")
    wanted = [(REQUEST, pack.files["order/request"])] + [(APPROVAL, data) for data in pack.list("order/approvals")]
    for kind, paper in wanted:
        found = any(i < asked_at and e[2] == kind and c == paper for i, (e, c) in pack.entries.items())
        require(found, "pack", "a paper is not in the log before the question")
    entry, content = pack.entries[asked_at]
    require(entry[2] == QUESTION, "pack", "no question")
    question = _question(content)
    before = 0
    for index in sorted(pack.entries):
        step = pack.entries[index][0]
        require(step[4] == name and step[3] >= before, "pack", "another request, or time goes back")
        answers = step[2] in (RELEASE, DELIVERY)
        require(not answers or (step[9] == asked_at and index > asked_at), "pack", "another question")
        before = step[3]
    in_force = entry[3] < pack.request[17] and all(time <= entry[3] for time in pack.approved)
    require(in_force, "pack", "the order was not in force")
    pack.question = question
    return "in turn"


def history(pack: Pack) -> str:
    seen = pack.list("log/seen")
    if not pack.pins.witnesses or not seen:
        raise Open("no witness's key was given, or no witness saw the log before")
    known = 0
    for data in seen:
        before_bytes, cosignature, path = fields.array(strict_cbor.decode(data), 3)
        before = checkpoint(before_bytes, [pack.pins.log_key])
        cosigned = _cosigned(pack, cosignature)
        if cosigned is None:
            continue
        require(_same(cosigned, before) and before[3] > 0, "pack", "another log was seen")
        merkle.check_consistency(before[3], before[4], pack.checkpoint[3], pack.checkpoint[4], path)
        known += 1
    if known == 0:
        raise Open("no pinned witness saw the log before")
    return f"{known} points"


def release(pack: Pack) -> str:
    if not pack.pins.witnesses:
        raise Open("no warden's key was given")
    asked_at = pack.seal[4]
    for entry, content in pack.entries.values():
        if entry[2] == RELEASE:
            said = fields.keys(signed(content, "release", pack.pins.witnesses), 8)
            require(said[3] == pack.request[2] and said[5] == asked_at, "pack", "another question")
            require(said[4] == pack.entries[asked_at][0][6], "pack", "another question")
            pack.released |= {(batch, section) for batch, section in said[8]}
    return f"{len(pack.released)} sections"


def _cosigned(pack: Pack, data: bytes) -> dict[int, Any] | None:
    """What a pinned witness signed; nothing where no such witness did."""
    try:
        return checkpoint(data, pack.pins.witnesses)
    except Refused:
        return None


def _same(one: dict[int, Any], other: dict[int, Any]) -> bool:
    """Log, size and root; when each was signed is its own."""
    return [one[i] for i in (2, 3, 4)] == [other[i] for i in (2, 3, 4)]


def _question(content: bytes) -> dict[str, Any]:
    said = json.loads(content.decode("utf-8"))
    question: dict[str, Any] = {}
    for name in _QUESTION_TEXTS:
        require(said[name] is None or isinstance(said[name], str), "pack", "no question")
        question[name] = said[name] or ""
    question["port"] = fields.number(said["port"], 0xFFFF)
    question["from_utc_us"], question["to_utc_us"] = (fields.number(said[n]) for n in ("from_utc_us", "to_utc_us"))
    return question
