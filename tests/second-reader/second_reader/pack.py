"""Evidence packs: the checks of EVIDENCE.md, made again from that page alone, in its order."""

import hashlib

from . import fields, pack_device, pack_log, pack_order, pack_records, pack_stamps, tar
from .pack_state import PASS, Open, Pack, Pins, signed
from .refused import require

_REQUIRED = {
    "answer.json", "device/heads", "device/manifests", "device/statements", "device/vouchers", "log/checkpoint",
    "log/cosignatures", "log/entries", "log/seen", "order/approvals", "order/people", "order/request", "records",
    "seal", "statement.html"}
_OPTIONAL = {"order/corrections", "ledger/head", "ledger/proofs", "stamps/checkpoint.tst", "stamps/ledger.tst"}


def check(archive: bytes, pins: Pins) -> Pack:
    pack = Pack({}, pins)
    pack.check("archive", (), lambda pack: _archive(pack, archive))
    if pack.results["archive"][0] == PASS:
        for name, rests_on, make in _CHECKS:
            pack.check(name, rests_on, make)
    return pack


def _archive(pack: Pack, archive: bytes) -> str:
    files = tar.read(archive)
    require(_REQUIRED <= files.keys() <= _REQUIRED | _OPTIONAL, "archive", "a file is missing, or is no part of a pack")
    pack.files = files
    return f"{len(files)} files"


def _seal(pack: Pack) -> str:
    seal = fields.keys(signed(pack.files["seal"], "pack", [pack.pins.log_key]), 6)
    fields.version(seal, 1)
    require(seal[2] == pack.pins.log, "foreign key", "another log")
    named = [(name, digest) for name, digest in seal[6]]
    there = [(name, hashlib.sha256(pack.files[name]).digest()) for name in sorted(pack.files) if name != "seal"]
    require(named == there, "pack", "a file is not the one that was sealed")
    pack.seal = seal
    return f"question {seal[4]}"


def _anchors(_: Pack) -> str:
    raise Open("the anchor log is not part of packs")


_CHECKS = [
    ("seal", (), _seal),
    ("people", (), pack_order.people),
    ("request", ("people",), pack_order.request),
    ("approval", ("request",), pack_order.approval),
    ("log", (), pack_log.log),
    ("log.witness", ("log",), pack_log.witness),
    ("log.entries", ("log",), pack_log.entries),
    ("log.order", ("seal", "approval", "log.entries"), pack_log.order),
    ("log.history", ("log",), pack_log.history),
    ("scope", ("log.order",), pack_order.scope),
    ("release", ("log.order",), pack_log.release),
    ("device", (), pack_device.devices),
    ("epochs", ("device",), pack_device.epochs),
    ("manifests", ("epochs",), pack_device.manifests),
    ("heads", ("manifests",), pack_device.heads),
    ("revocation", ("manifests",), pack_device.revocation),
    ("records", ("manifests",), pack_records.records),
    ("sections", ("records", "release"), pack_records.sections),
    ("answer", ("log.entries",), pack_records.answer),
    ("search", ("log.order",), pack_records.search),
    ("claims", ("log.order", "records"), pack_records.claims),
    ("period", ("log.order", "manifests"), pack_device.period),
    ("clock", ("records",), pack_records.clock),
    ("anchors", (), _anchors),
    ("stamp.log", ("log",), pack_stamps.log),
    ("stamp.ledger", ("records",), pack_stamps.ledger)]
