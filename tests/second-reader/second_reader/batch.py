"""The sealed and signed batch: manifest, recipients, ciphertexts, and the opening of a section."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import cose, fields, hpke, limits, merkle, strict_cbor
from .refused import Refused, require

ATTRIBUTION, CONTACT = 1, 2
_VERSION_AND_SUITE = [0, 1]
_INFO_LAYOUT = 3
_TAG_BYTES = 16


@dataclass(frozen=True)
class SectionEntry:
    section: int
    root: bytes
    length: int
    hash: bytes
    commitment: bytes


@dataclass(frozen=True)
class Clock:
    worst_bound_us: int
    states: int
    tai_minus_utc_s: int
    known_to_day: int
    anchor_head: bytes


@dataclass(frozen=True)
class Manifest:
    device: bytes
    epoch: tuple[int, bytes]
    sequence: int
    previous: bytes
    notice: bytes
    policy_hash: bytes
    schedule_hash: bytes
    day: int
    first: int
    last: int
    rows: int
    control: int
    sections: list[SectionEntry]
    recipients_hash: bytes
    counters: list[int]
    gaps: list[tuple[int, int, int]]
    clock: Clock
    events: list[tuple[int, int, str]]

    def section(self, section: int) -> SectionEntry | None:
        return next((entry for entry in self.sections if entry.section == section), None)

    def context(self) -> list[Any]:
        """ctx, which stands in the additional data and in the wraps as an array."""
        return [self.device, self.epoch[0], self.epoch[1], self.sequence, self.previous, self.notice, self.day]


@dataclass(frozen=True)
class DayKey:
    section: int
    day: int
    role: str
    point: bytes
    private: int | None


@dataclass(frozen=True)
class Recipient:
    section: int
    kid: bytes
    encapsulated: bytes
    wrap: bytes


@dataclass(frozen=True)
class Batch:
    signed: cose.Signed
    recipients: bytes
    ciphertexts: list[bytes]


def read(data: bytes) -> Batch:
    """The shape of a batch; nothing is verified yet."""
    item = strict_cbor.decode(data, limits.BATCH_BYTES)
    head, recipients, ciphertexts = fields.array(item, 3)
    require(isinstance(recipients, bytes), "wrong structure")
    require(len(recipients) <= limits.OBJECT_BYTES, "too large")
    fields.array_up_to(ciphertexts, 2)
    require(all(isinstance(c, bytes) for c in ciphertexts), "wrong structure")
    return Batch(cose.from_item(head, "batch"), recipients, ciphertexts)


def manifest(payload: Any) -> Manifest:
    fields.version(payload, _VERSION_AND_SUITE)
    m = fields.keys(payload, 18)
    first, last = fields.array(m[10], 2)
    read_manifest = Manifest(
        device=fields.identity(m[2]), epoch=fields.epoch(m[3]), sequence=fields.u32(m[4]),
        previous=fields.digest(m[5]), notice=fields.identity(m[6]), policy_hash=fields.digest(m[7]),
        schedule_hash=fields.digest(m[8]), day=fields.number(m[9], 2**31 - 1), first=fields.tai(first),
        last=fields.tai(last), rows=fields.number(m[11], limits.BATCH_ROWS), control=fields.number(m[12]),
        sections=[_section_entry(e) for e in fields.array_up_to(m[13], 2)], recipients_hash=fields.digest(m[14]),
        counters=[fields.number(c) for c in fields.array_up_to(m[15], limits.COUNTERS)],
        gaps=[_gap(g) for g in fields.array_up_to(m[16], limits.GAPS)], clock=_clock(m[17]),
        events=[_event(e) for e in fields.array_up_to(m[18], limits.EVENTS)])
    numbers = [entry.section for entry in read_manifest.sections]
    require(numbers == sorted(set(numbers)) and 0 not in numbers, "wrong structure")
    require(read_manifest.first <= read_manifest.last, "time order")
    return read_manifest


def _section_entry(item: Any) -> SectionEntry:
    section, root, length, digest, commitment = fields.array(item, 5)
    return SectionEntry(fields.number(section, CONTACT), fields.digest(root), fields.number(length, limits.BATCH_BYTES),
                        fields.digest(digest), fields.digest(commitment))


def _gap(item: Any) -> tuple[int, int, int]:
    begin, end, cause = fields.array(item, 3)
    return fields.tai(begin), fields.tai(end), fields.number(cause, 255)


def _clock(item: Any) -> Clock:
    bound, states, leap, known_to, head = fields.array(item, 5)
    return Clock(fields.u32(bound), fields.u32(states), fields.u32(leap), fields.u32(known_to), fields.digest(head))


def _event(item: Any) -> tuple[int, int, str]:
    time, kind, text = fields.array(item, 3)
    return fields.tai(time), fields.number(kind, 255), fields.text(text)


def check_parts(batch: Batch, signed: Manifest) -> list[Recipient]:
    """What the signed manifest commits to: the recipients and the ciphertexts."""
    require(hashlib.sha256(batch.recipients).digest() == signed.recipients_hash, "recipients hash")
    require(len(batch.ciphertexts) == len(signed.sections), "section list")
    for entry, ciphertext in zip(signed.sections, batch.ciphertexts):
        require(len(ciphertext) == entry.length and entry.length >= _TAG_BYTES, "ciphertext length")
        require(hashlib.sha256(ciphertext).digest() == entry.hash, "ciphertext hash")
    return _recipients(batch.recipients, signed)


def _recipients(content: bytes, signed: Manifest) -> list[Recipient]:
    name = "recipients list"
    items = fields.array_up_to(strict_cbor.decode(content), limits.RECIPIENTS)
    entries = [_recipient(item) for item in items]
    order = [(entry.section, entry.kid) for entry in entries]
    require(order == sorted(set(order)), name, "sorted by section and key id, each pair once")
    require(all(signed.section(entry.section) for entry in entries), name, "a recipient of an absent section")
    return entries


def _recipient(item: Any) -> Recipient:
    section, kid, encapsulated, wrap = fields.array(item, 4)
    return Recipient(fields.number(section, CONTACT), fields.octets(kid, 8), fields.octets(encapsulated, 65),
                     fields.octets(wrap, 48))


def content_keys(
        signed: Manifest, recipients: list[Recipient], section: int, day_keys: list[DayKey]) -> list[bytes]:
    """The content key of a section, once for every private key at hand that it is wrapped for; each is the one that
    the manifest commits to, so all are equal."""
    entry = signed.section(section)
    require(entry is not None, "section list")
    private = {cose.key_id(key.point): key.private for key in day_keys
               if key.section == section and key.private is not None}
    found = []
    for recipient in recipients:
        if recipient.section == section and recipient.kid in private:
            info = strict_cbor.encode(["icr/v1/recipient", _INFO_LAYOUT, signed.context(), section,
                                       entry.commitment, recipient.kid])
            found.append(hpke.open_base(private[recipient.kid], recipient.encapsulated, recipient.wrap, info))
            committed = hpke.expand(found[-1], b"icr/v1 commit", 32)
            require(hmac.compare_digest(committed, entry.commitment), "commitment")
    require(bool(found), "no key")
    return found


def open_section(signed: Manifest, section: int, ciphertext: bytes, content_key: bytes) -> bytes:
    """The encoded columns."""
    aad = strict_cbor.encode(["icr/v1/section", signed.context(), section])
    try:
        return AESGCM(hpke.expand(content_key, b"icr/v1 enc", 32)).decrypt(bytes(12), ciphertext, aad)
    except InvalidTag:
        raise Refused("ciphertext") from None


def check_root(signed: Manifest, section: int, content_key: bytes, canon: list[bytes]) -> list[bytes]:
    """The salts of the rows, after their number and the root over them were found to be the signed ones."""
    require(len(canon) == signed.rows, "count")
    salts = merkle.salts(hpke.expand(content_key, b"icr/v1 salt", 32), len(canon))
    leaves = [merkle.leaf(salt + row) for salt, row in zip(salts, canon)]
    require(merkle.root(leaves) == signed.section(section).root, "root")
    return salts
