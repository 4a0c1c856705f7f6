"""Payloads beside the batch: epoch statement, checkpoint, receipt, control, record proof; the leaf of the ledger."""

from dataclasses import dataclass
from typing import Any

from . import cose, fields, limits, merkle, strict_cbor
from .batch import Manifest
from .refused import REFUSALS, require

_TWO_SIGNERS = range(2, 9)
_CONTROL_KINDS = range(1, 10)


@dataclass(frozen=True)
class Durable:
    """The last batch that the run before had made durable."""

    epoch: tuple[int, bytes]
    sequence: int
    id: bytes


@dataclass(frozen=True)
class EpochStatement:
    device: bytes
    epoch: tuple[int, bytes]
    point: bytes
    last_durable: Durable | None
    last_receipted: bytes | None
    verdict: str
    software: tuple[str, bytes]
    protection: int
    nv_counter: int | None
    quote: bytes | None
    previous: bytes | None


@dataclass(frozen=True)
class Checkpoint:
    device: bytes
    epoch: tuple[int, bytes]
    sequence: int
    batch: bytes


@dataclass(frozen=True)
class Receipt:
    device: bytes
    epoch: tuple[int, bytes]
    sequence: int
    batch: bytes
    is_durable: bool
    reason: int
    store: bytes
    copies: int
    received_utc_us: int
    ledger_index: int
    contiguous: tuple[tuple[int, bytes], int]


@dataclass(frozen=True)
class Control:
    device: bytes
    number: int
    not_before_utc_us: int
    expires_utc_us: int
    base_hash: bytes
    kind: int
    body: bytes


@dataclass(frozen=True)
class Proof:
    batch: bytes
    section: int
    index: int
    rows: int
    salt: bytes
    canon: bytes
    path: list[bytes]


def epoch_statement(payload: Any) -> EpochStatement:
    fields.version(payload, 1)
    p = fields.keys(payload, 12)
    version, digest = fields.array(p[8], 2)
    cose.public_key(fields.point(p[4]))
    return EpochStatement(
        device=fields.identity(p[2]), epoch=fields.epoch(p[3]), point=p[4],
        last_durable=fields.optional(p[5], _durable), last_receipted=fields.optional(p[6], fields.digest),
        verdict=fields.text(p[7]), software=(fields.text(version), fields.digest(digest)),
        protection=fields.number(p[9], 2), nv_counter=fields.optional(p[10], fields.number),
        quote=fields.optional(p[11], lambda quote: fields.opaque(quote, 1)),
        previous=fields.optional(p[12], fields.digest))


def _durable(item: Any) -> Durable:
    number, identity, sequence, batch = fields.array(item, 4)
    return Durable((fields.u32(number), fields.identity(identity)), fields.u32(sequence), fields.digest(batch))


def checkpoint(payload: Any) -> Checkpoint:
    fields.version(payload, 1)
    p = fields.keys(payload, 5)
    return Checkpoint(fields.identity(p[2]), fields.epoch(p[3]), fields.u32(p[4]), fields.digest(p[5]))


def receipt(payload: Any) -> Receipt:
    fields.version(payload, 1)
    p = fields.keys(payload, 12)
    state, reason = fields.number(p[6], 1), fields.number(p[7], len(REFUSALS) - 1)
    require((state == 0) == (reason == 0), "wrong structure", "a refusal has a reason, a durable batch none")
    epoch, sequence = fields.array(p[12], 2)
    return Receipt(
        fields.identity(p[2]), fields.epoch(p[3]), fields.u32(p[4]), fields.digest(p[5]), state == 0, reason,
        fields.identity(p[8]), fields.number(p[9]), fields.number(p[10]), fields.number(p[11]),
        (fields.epoch(epoch), fields.u32(sequence)))


def control(payload: Any) -> Control:
    fields.version(payload, 1)
    p = fields.keys(payload, 8)
    require(fields.number(p[7]) in _CONTROL_KINDS, "wrong structure", "unknown kind")
    return Control(fields.identity(p[2]), fields.number(p[3]), fields.number(p[4]), fields.number(p[5]),
                   fields.digest(p[6]), p[7], fields.opaque(p[8]))


def check_control(
        data: bytes, device: bytes, operator: bytes, custodian: bytes, last: int, now_utc_us: int) -> Control:
    """A control message that may take effect now: signers, device, number and time."""
    items = fields.array_up_to(strict_cbor.decode(data, 2 * limits.OBJECT_BYTES), 2)
    require(bool(items), "wrong structure")
    trusted = {cose.key_id(operator): operator, cose.key_id(custodian): custodian}
    before: cose.Signed | None = None
    for item in items:
        one = cose.from_item(item, "control")
        require(one.kid in trusted, "foreign key")
        one.check_signature(trusted[one.kid])
        is_another_role = before is None or (before.kid < one.kid and before.payload == one.payload)
        require(is_another_role, "control signers", "both roles sign the same bytes, sorted by key id")
        before = one
    message = control(strict_cbor.decode(before.payload))
    require(message.device == device, "wrong device")
    require(message.kind not in _TWO_SIGNERS or len(items) == 2, "control signers")
    require(message.number > last, "control replayed")
    require(message.not_before_utc_us <= now_utc_us < message.expires_utc_us, "control time")
    return message


def proof(data: bytes) -> Proof:
    batch, section, index, rows, salt, canon, path = fields.array(strict_cbor.decode(data), 7)
    require(isinstance(canon, bytes) and len(canon) <= limits.CANON_BYTES, "wrong structure")
    return Proof(fields.digest(batch), fields.number(section, 2), fields.number(index, limits.BATCH_ROWS),
                 fields.number(rows, limits.BATCH_ROWS),
                 fields.octets(salt, 16), canon,
                 [fields.digest(node) for node in fields.array_up_to(path, limits.PROOF_NODES)])


def check_proof(shown: Proof, batch_id: bytes, signed: Manifest) -> None:
    """The row is the one with this number in the signed batch; no key is needed."""
    entry = signed.section(shown.section)
    require(shown.batch == batch_id and shown.rows == signed.rows and entry is not None, "proof")
    leaf = merkle.leaf(shown.salt + shown.canon)
    merkle.check_inclusion(leaf, shown.index, shown.rows, shown.path, entry.root)


def ledger_leaf(batch_id: bytes, received_utc_us: int) -> bytes:
    """Hash of a batch's leaf in the store's ledger: CBOR [1, id(batch), received]."""
    return merkle.leaf(strict_cbor.encode([1, batch_id, received_utc_us]))
