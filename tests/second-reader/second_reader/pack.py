"""Evidence packs: the checks of EVIDENCE.md, made again from that page alone."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Callable

from cryptography import x509

from . import cose, fields, limits, merkle, objects, person, strict_cbor, tar, timestamp
from . import batch as batches
from .refused import Refused, require

PASS, FAIL, OPEN = "pass", "fail", "not checkable"
_FILE_BYTES = 64 << 20


@dataclass(frozen=True)
class Pins:
    """Keys that whoever checks a pack brings along."""

    operator: bytes
    custodian: bytes
    log: bytes
    log_key: bytes
    witnesses: list[bytes]
    store: bytes | None
    store_key: bytes | None
    devices: dict[bytes, bytes]
    stamp_roots: list[x509.Certificate]

    @staticmethod
    def read(text: str) -> "Pins":
        pins = json.loads(text)
        point = bytes.fromhex
        return Pins(
            point(pins["operator"]), point(pins["custodian"]), point(pins["log"]), point(pins["log_key"]),
            [point(one) for one in pins.get("witnesses") or []],
            point(pins["store"]) if pins.get("store") else None,
            point(pins["store_key"]) if pins.get("store_key") else None,
            {point(device): point(key) for device, key in (pins.get("devices") or {}).items()},
            [x509.load_pem_x509_certificate(pem.encode()) for pem in pins.get("stamp_roots") or []])


class Open(Exception):
    """A check that cannot be made, and why."""


@dataclass
class Pack:
    """What the checks found so far; each relies on those before it."""

    files: dict[str, bytes]
    pins: Pins
    results: dict[str, tuple[str, str]] = field(default_factory=dict)
    seal: dict[int, Any] | None = None
    people: dict[bytes, person.Enrolment] = field(default_factory=dict)
    request: dict[int, Any] | None = None
    digest: bytes = b""
    checkpoint: dict[int, Any] | None = None
    entries: dict[int, tuple[dict[int, Any], bytes]] = field(default_factory=dict)
    devices: dict[bytes, bytes] = field(default_factory=dict)
    vouchers: dict[bytes, dict[int, Any]] = field(default_factory=dict)
    epochs: dict[bytes, tuple[objects.EpochStatement, bytes]] = field(default_factory=dict)
    manifests: dict[bytes, batches.Manifest] = field(default_factory=dict)
    proofs: list[objects.Proof] = field(default_factory=list)
    released: set[tuple[bytes, int]] = field(default_factory=set)

    def check(self, name: str, make: Callable[[], str]) -> None:
        try:
            self.results[name] = (PASS, make())
        except Open as why:
            self.results[name] = (OPEN, str(why))
        except (Refused, KeyError, ValueError, TypeError, AttributeError) as wrong:
            self.results[name] = (FAIL, f"{type(wrong).__name__}: {wrong}")

    def list(self, name: str) -> list[bytes]:
        items = strict_cbor.decode(self.files[name], _FILE_BYTES)
        require(isinstance(items, list) and all(isinstance(item, bytes) for item in items), "wrong structure")
        return items

    @property
    def holds(self) -> bool:
        return all(result != FAIL for result, _ in self.results.values())


def check(archive: bytes, pins: Pins) -> Pack:
    pack = Pack({}, pins)

    def read() -> str:
        pack.files = tar.read(archive)
        return f"{len(pack.files)} files"

    pack.check("archive", read)
    if pack.results["archive"][0] == PASS:
        for name, make in _CHECKS:
            pack.check(name, lambda make=make: make(pack))
    return pack


def _signed(data: bytes, kind: str, points: list[bytes]) -> dict[int, Any]:
    """The payload of an object that one of these keys signed."""
    signed = cose.read(data, kind)
    key = next((point for point in points if cose.key_id(point) == signed.kid), None)
    require(key is not None, "foreign key")
    return signed.verify(key)


def _two_signed(data: bytes, kind: str, pins: Pins) -> dict[int, Any]:
    items = fields.array(strict_cbor.decode(data, 2 * limits.OBJECT_BYTES), 2)
    one, two = (cose.from_item(item, kind) for item in items)
    require(one.kid < two.kid and one.payload == two.payload, "control signers")
    trusted = {cose.key_id(point): point for point in (pins.operator, pins.custodian)}
    for signed in (one, two):
        require(signed.kid in trusted, "foreign key")
        signed.check_signature(trusted[signed.kid])
    payload = strict_cbor.decode(one.payload)
    fields.version(payload, 1)
    return payload


def _seal(pack: Pack) -> str:
    seal = fields.keys(_signed(pack.files["seal"], "pack", [pack.pins.log_key]), 6)
    fields.version(seal, 1)
    require(seal[2] == pack.pins.log, "foreign key", "another log")
    named = [(name, digest) for name, digest in seal[6]]
    there = [(name, hashlib.sha256(pack.files[name]).digest()) for name in sorted(pack.files) if name != "seal"]
    require(named == there, "pack", "a file is not the one that was sealed")
    pack.seal = seal
    return f"question {seal[4]}"


def _people(pack: Pack) -> str:
    for data in pack.list("order/people"):
        enrolled = person.enrolment(_two_signed(data, "enrolment", pack.pins))
        pack.people[enrolled.person] = enrolled
    require(bool(pack.people), "pack", "nobody")
    return f"{len(pack.people)} people"


def _request(pack: Pack) -> str:
    signed = person.read(pack.files["order/request"], "request")
    request = fields.keys(strict_cbor.decode(signed.payload), 22)
    fields.version(request, 1)
    asker = pack.people[request[19]]
    require(asker.may(1, request[16]) and asker.authority == request[5], "pack", "no requester")
    signed.verify(asker)
    pack.request, pack.digest = request, hashlib.sha256(signed.payload).digest()
    return request[8]


def _approval(pack: Pack) -> str:
    if pack.request is None:
        raise Open("no request")
    papers = pack.list("order/approvals")
    require(bool(papers), "pack", "nobody approved")
    asker = pack.people[pack.request[19]]
    for data in papers:
        signed = person.read(data, "approval")
        said = fields.keys(strict_cbor.decode(signed.payload), 8)
        fields.version(said, 1)
        by = pack.people[said[4]]
        require(said[2] == pack.request[2] and said[3] == pack.digest, "pack", "of another request")
        require(by.person != asker.person and by.point != asker.point and by.may(2, said[6]), "pack", "approver")
        require(said[5] is True, "pack", "somebody said no")
        signed.verify(by)
    return f"{len(papers)} approvals"


def _checkpoint_of(data: bytes, points: list[bytes]) -> dict[int, Any]:
    found = fields.keys(_signed(data, "checkpoint", points), 5)
    fields.version(found, 1)
    return found


def _log(pack: Pack) -> str:
    found = _checkpoint_of(pack.files["log/checkpoint"], [pack.pins.log_key])
    require(found[2] == pack.pins.log, "foreign key", "another log")
    pack.checkpoint = found
    return f"{found[3]} entries"


def _witness(pack: Pack) -> str:
    if not pack.pins.witnesses:
        raise Open("no witness's key was given")
    for data in pack.list("log/cosignatures"):
        try:
            seen = _checkpoint_of(data, pack.pins.witnesses)
        except Refused:
            continue
        if pack.checkpoint is not None and [seen[i] for i in (2, 3, 4)] == [pack.checkpoint[i] for i in (2, 3, 4)]:
            return "cosigned"
    raise Refused("pack", "no pinned witness cosigned this size and root")


def _entries(pack: Pack) -> str:
    if pack.checkpoint is None:
        raise Open("no checkpoint")
    for data in pack.list("log/entries"):
        index, entry, nonce, content, path = fields.array(strict_cbor.decode(data, _FILE_BYTES), 5)
        read = fields.keys(strict_cbor.decode(entry), 9)
        fields.version(read, 1)
        merkle.check_inclusion(merkle.leaf(entry), index, pack.checkpoint[3], path, pack.checkpoint[4])
        told = hashlib.sha256(b"\x03" + fields.octets(nonce, 32) + content).digest()
        require(told == read[6] and index not in pack.entries, "pack", "commitment")
        pack.entries[index] = (read, content)
    return f"{len(pack.entries)} entries"


def _order(pack: Pack) -> str:
    if pack.seal is None or pack.request is None:
        raise Open("no request")
    question = pack.seal[4]
    wanted = [(1, pack.files["order/request"])] + [(2, data) for data in pack.list("order/approvals")]
    for kind, paper in wanted:
        found = any(i < question and e[2] == kind and c == paper for i, (e, c) in pack.entries.items())
        require(found, "pack", "a paper is not in the log before the question")
    require(pack.entries[question][0][2] == 4, "pack", "no question")
    before = 0
    for index in sorted(pack.entries):
        entry = pack.entries[index][0]
        require(entry[4] == pack.request[2] and entry[3] >= before, "pack", "another request, or time goes back")
        require(entry[2] not in (5, 6) or (entry[9] == question and index > question), "pack", "another question")
        before = entry[3]
    require(pack.entries[question][0][3] < pack.request[17], "pack", "the order had expired")
    return "in turn"


def _history(pack: Pack) -> str:
    if pack.checkpoint is None or not pack.pins.witnesses:
        raise Open("no checkpoint or no witness's key")
    known = 0
    for data in pack.list("log/seen"):
        checkpoint, cosignature, path = fields.array(strict_cbor.decode(data), 3)
        before = _checkpoint_of(checkpoint, [pack.pins.log_key])
        if cose.read(cosignature, "checkpoint").kid not in [cose.key_id(one) for one in pack.pins.witnesses]:
            continue
        seen = _checkpoint_of(cosignature, pack.pins.witnesses)
        require([seen[i] for i in (2, 3, 4)] == [before[i] for i in (2, 3, 4)], "pack", "another log was seen")
        merkle.check_consistency(before[3], before[4], pack.checkpoint[3], pack.checkpoint[4], path)
        known += 1
    if known == 0:
        raise Open("no pinned witness saw the log before")
    return f"{known} points"


def _release(pack: Pack) -> str:
    if not pack.pins.witnesses or pack.seal is None:
        raise Open("no warden's key")
    question = pack.seal[4]
    for entry, content in pack.entries.values():
        if entry[2] == 5:
            said = fields.keys(_signed(content, "release", pack.pins.witnesses), 8)
            require(said[3] == pack.seal[3] and said[5] == question, "pack", "another question")
            require(said[4] == pack.entries[question][0][6], "pack", "another question")
            pack.released |= {(batch, section) for batch, section in said[8]}
    return f"{len(pack.released)} sections"


def _device(pack: Pack) -> str:
    for data in pack.list("device/vouchers"):
        voucher = fields.keys(_two_signed(data, "device", pack.pins), 8)
        pack.vouchers[voucher[3]], pack.devices[voucher[3]] = voucher, voucher[4]
    for device, point in pack.pins.devices.items():
        require(pack.devices.get(device, point) == point, "pack", "another key is pinned")
        pack.devices[device] = point
    if not pack.devices:
        raise Open("no device's key")
    return f"{len(pack.devices)} devices"


def _epochs(pack: Pack) -> str:
    if not pack.devices:
        raise Open("no device's key")
    for data in pack.list("device/statements"):
        statement = objects.epoch_statement(_signed(data, "epoch", list(pack.devices.values())))
        require(cose.read(data, "epoch").kid == cose.key_id(pack.devices[statement.device]), "wrong device")
        pack.epochs[cose.key_id(statement.point)] = (statement, cose.read(data, "epoch").id)
    return f"{len(pack.epochs)} runs"


def _manifests(pack: Pack) -> str:
    if not pack.epochs:
        raise Open("no run")
    for data in pack.list("device/manifests"):
        signed = cose.read(data, "batch")
        require(signed.kid in pack.epochs, "foreign key")
        statement, statement_id = pack.epochs[signed.kid]
        manifest = batches.manifest(signed.verify(statement.point))
        require((manifest.device, manifest.epoch) == (statement.device, statement.epoch), "wrong epoch")
        before = next((i for i, m in pack.manifests.items() if (m.device, m.epoch, m.sequence + 1)
                       == (manifest.device, manifest.epoch, manifest.sequence)), None)
        before = statement_id if manifest.sequence == 0 else before
        require(before is None or before == manifest.previous, "fork")
        pack.manifests[signed.id] = manifest
    return f"{len(pack.manifests)} manifests"


def _records(pack: Pack) -> str:
    if not pack.manifests and pack.list("records"):
        raise Open("no manifest")
    for data in pack.list("records"):
        shown = objects.proof(data)
        objects.check_proof(shown, shown.batch, pack.manifests[shown.batch])
        pack.proofs.append(shown)
    return f"{len(pack.proofs)} records"


def _sections(pack: Pack) -> str:
    if not pack.pins.witnesses:
        raise Open("no warden's key")
    require(all((p.batch, p.section) in pack.released for p in pack.proofs), "pack", "a section was not released")
    return "released"


def _answer(pack: Pack) -> str:
    digest = hashlib.sha256(pack.files["answer.json"]).digest()
    json.loads(pack.files["answer.json"].decode("utf-8"))
    for entry, content in pack.entries.values():
        if entry[2] == 6:
            said = fields.keys(strict_cbor.decode(cose.read(content, "search").payload), 13)
            require(said[13] == digest, "pack", "another answer was delivered")
            return "delivered"
    raise Refused("pack", "no delivery")


def _search(pack: Pack) -> str:
    if pack.pins.store_key is None or pack.seal is None:
        raise Open("no store's key")
    for entry, content in pack.entries.values():
        if entry[2] == 6:
            said = _signed(content, "search", [pack.pins.store_key])
            require(said[2] == pack.pins.store and said[5] == pack.seal[4], "pack", "another store or question")
            return "signed"
    raise Refused("pack", "no search statement")


def _stamp(pack: Pack, of: str, token: str) -> str:
    if token not in pack.files or not pack.pins.stamp_roots:
        raise Open("no token, or no root was given")
    digest = hashlib.sha256(pack.files[of]).digest()
    return str(timestamp.check(pack.files[token], digest, pack.pins.stamp_roots).time)


def _stamp_ledger(pack: Pack) -> str:
    if "ledger/head" not in pack.files or pack.pins.store_key is None:
        raise Open("no head, or no store's key")
    head = _checkpoint_of(pack.files["ledger/head"], [pack.pins.store_key])
    require(head[2] == pack.pins.store, "foreign key")
    for data in pack.list("ledger/proofs"):
        batch, received, index, path = fields.array(strict_cbor.decode(data), 4)
        merkle.check_inclusion(objects.ledger_leaf(batch, received), index, head[3], path, head[4])
    return _stamp(pack, "ledger/head", "stamps/ledger.tst")


_CHECKS: list[tuple[str, Callable[[Pack], str]]] = [
    ("seal", _seal), ("people", _people), ("request", _request), ("approval", _approval), ("log", _log),
    ("log.witness", _witness), ("log.entries", _entries), ("log.order", _order), ("log.history", _history),
    ("release", _release), ("device", _device), ("epochs", _epochs), ("manifests", _manifests),
    ("records", _records), ("sections", _sections), ("answer", _answer), ("search", _search),
    ("stamp.log", lambda pack: _stamp(pack, "log/checkpoint", "stamps/checkpoint.tst")),
    ("stamp.ledger", _stamp_ledger)]
