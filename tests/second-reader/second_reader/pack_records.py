"""The disclosed records: in the batches that were signed, and what the answer says of them."""

import hashlib
import json
from typing import Any

from . import answer_claims, cose, disclosed, fields, leap_seconds, objects, pack_corrections, pack_lines, strict_cbor
from .answer_claims import Answer, Claim
from .batch import ATTRIBUTION, CONTACT
from .disclosed import BLOCK, FLOW, Row
from .pack_log import DELIVERY
from .pack_state import Open, Pack, signed
from .refused import Refused, require

_NOT_READ = (Refused, KeyError, ValueError, TypeError, AttributeError, json.JSONDecodeError)
# on-net, hairpin
_OTHER_CUSTOMERS = (7, 8)
_OWN_PURPOSE = 4
_BY_KIND = {
    FLOW: ("start", "last", "pub_ip", "pub_port", "sub_ip", "sub_port", "bound_us", "evidence_bits", "candidates"),
    disclosed.SESSION: ("start", "subscriber", "address_or_prefix"),
    BLOCK: ("start", "pub_ip", "port_first", "port_last")}


def records(pack: Pack) -> str:
    found = []
    for data in pack.list("records"):
        shown = objects.proof(data)
        manifest = pack.manifests[shown.batch]
        objects.check_proof(shown, shown.batch, manifest)
        found.append(disclosed.read(
            shown.batch, shown.section, shown.index, shown.canon, manifest.device, manifest.epoch[0],
            manifest.sequence))
    pack.rows = found
    return f"{len(found)} records"


def sections(pack: Pack) -> str:
    """Only what the wardens released, and of the sections that the question reaches."""
    asked = pack.question
    is_own = pack.request[7] == _OWN_PURPOSE
    told_by = ("services", "accessed", "subject-access")
    reaches_contact = asked["verb"] in told_by or asked["service"] != "" or asked["remote"] != ""
    customers = {(row.device, row.place) for row in pack.rows if row.said.get("translation") in _OTHER_CUSTOMERS}
    for row in pack.rows:
        require((row.batch, row.section) in pack.released, "pack", "a section was not released")
        require(row.section == ATTRIBUTION or reaches_contact, "pack", "the question does not reach what was contacted")
        is_other = is_own and row.section != ATTRIBUTION and (row.device, row.place) in customers
        require(not is_other, "pack", "it tells whom of the network's customers the person contacted")
    return "released"


def answer(pack: Pack) -> str:
    answer_claims.read(pack.files["answer.json"])
    digest = hashlib.sha256(pack.files["answer.json"]).digest()
    for entry, content in pack.entries.values():
        if entry[2] == DELIVERY:
            said = fields.keys(strict_cbor.decode(cose.read(content, "search").payload), 13)
            if said[13] == digest:
                return "delivered"
    raise Refused("pack", "no delivery is of this answer")


def search(pack: Pack) -> str:
    if pack.pins.store_key is None:
        raise Open("no store's key was given")
    for entry, content in pack.entries.values():
        if entry[2] == DELIVERY:
            said = fields.keys(signed(content, "search", [pack.pins.store_key]), 13)
            fields.version(said, 1)
            is_of_this = said[2] == pack.pins.store and said[3] == pack.request[2] and said[5] == pack.seal[4]
            require(is_of_this, "pack", "another store or question")
            return f"{said[8]} batches touch the time, {said[9]} were opened, {len(said[11])} gaps"
    raise Refused("pack", "no search statement")


def claims(pack: Pack) -> str:
    """Each record that the answer names is proven and says the same, and there is no other."""
    try:
        told = answer_claims.read(pack.files["answer.json"])
    except _NOT_READ:
        raise Open("the answer cannot be read") from None
    require(len(told.lines) <= pack.request[21], "pack", "more lines than the order")
    corrections = pack_corrections.lines(pack)
    used = sum(_prove(pack, claim, corrections) for claim in told.claims.values())
    require(used == len(pack.rows), "pack", "a record that the answer does not rely on")
    _require_lines(pack, told, {one[6] for one in corrections})
    return f"{len(told.claims)} records, {len(told.lines)} lines"


def clock(pack: Pack) -> str:
    """Bounds of the records' times, none larger than what its batch states as the worst of all."""
    flows = [row for row in pack.rows if row.section == ATTRIBUTION and row.kind == FLOW]
    for row in flows:
        bound, worst = row.said["bound_us"], pack.manifests[row.batch].clock.worst_bound_us
        require(bound is None or bound <= worst, "pack", "a record's bound is beyond what its batch states")
    if any(row.said["bound_us"] is None for row in flows):
        raise Open("a record has no bound")
    bounds = [pack_corrections.bound(pack, row) for row in flows]
    if None in bounds:
        raise Open("a record has no bound")
    return f"{max(bounds, default=0)} microseconds"


def _prove(pack: Pack, claim: Claim, corrections: list[dict[int, Any]]) -> int:
    """Number of rows that bear the claim out."""
    row = _find(pack, claim, ATTRIBUTION)
    require(row.kind == claim.kind, "pack", "a record of another kind")
    require(not pack_corrections.is_stale(pack, claim.said, row), "pack", "its time was taken back after the answer")
    require(pack_lines.agrees(pack, claim, row, corrections), "pack", "another line, or one that was corrected")
    inside = row.said["sub_ip"]
    require(row.kind != FLOW or not claim.inside or inside == claim.inside, "pack", "another inside address")
    for name in _BY_KIND[row.kind]:
        wanted = pack_corrections.bound(pack, row) if name == "bound_us" else row.said[name]
        _require_said(claim.said, name, wanted)
    if row.kind == FLOW and claim.said.get("recorded_bound_us") is not None:
        _require_said(claim.said, "recorded_bound_us", row.said["bound_us"])
    if not claim.has_contact:
        return 1
    contact = _find(pack, claim, CONTACT)
    for name in ("rem_ip", "rem_port", "service"):
        _require_said(claim.said, name, contact.said[name])
    return 2


def _find(pack: Pack, claim: Claim, section: int) -> Row:
    for row in pack.rows:
        if (row.device, row.place, row.section) == (claim.device, claim.place, section):
            return row
    raise Refused("pack", f"record {claim.place} is not proven")


def _require_said(said: dict[str, Any], name: str, wanted: Any) -> None:
    """What an answer leaves out it does not claim; what it says must be so."""
    if name not in said:
        return
    value = said[name]
    if name in ("start", "last"):
        good = isinstance(value, str) and answer_claims.utc_us(value) == leap_seconds.to_utc(wanted)
    elif isinstance(wanted, str):
        good = (value is None or isinstance(value, str)) and (value or "") == wanted
    else:
        good = value == wanted and not isinstance(value, bool)
    require(good, "pack", f"{name} is {wanted} in the record and {value} in the answer")


def _require_lines(pack: Pack, told: Answer, corrected: set[str]) -> None:
    named = corrected | {row.said.get("subscriber") for row in pack.rows}
    for claim in told.claims.values():
        is_named = not claim.must_name or claim.line == "" or claim.line in named
        require(is_named, "pack", "no record says that it is this line")
