"""What the checks of one evidence pack have found so far, and the keys that its reader brings along."""

import json
from dataclasses import dataclass, field
from typing import Any, Callable

from cryptography import x509

from . import cose, fields, limits, objects, person, strict_cbor
from . import batch as batches
from .disclosed import Row
from .refused import Refused, require

PASS, FAIL, OPEN = "pass", "fail", "not checkable"
FILE_BYTES = 64 << 20


class Open(Exception):
    """A check that cannot be made, and why."""


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
    stamp_crls: list[x509.CertificateRevocationList]

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
            [x509.load_pem_x509_certificate(pem.encode()) for pem in pins.get("stamp_roots") or []],
            [x509.load_pem_x509_crl(pem.encode()) for pem in pins.get("stamp_crls") or []])


@dataclass
class Pack:
    """Each check relies on what those before it left here."""

    files: dict[str, bytes]
    pins: Pins
    results: dict[str, tuple[str, str]] = field(default_factory=dict)
    seal: dict[int, Any] = field(default_factory=dict)
    people: dict[bytes, person.Enrolment] = field(default_factory=dict)
    request: dict[int, Any] = field(default_factory=dict)
    digest: bytes = b""
    approved: list[int] = field(default_factory=list)
    checkpoint: dict[int, Any] = field(default_factory=dict)
    entries: dict[int, tuple[dict[int, Any], bytes]] = field(default_factory=dict)
    question: dict[str, Any] = field(default_factory=dict)
    released: set[tuple[bytes, int]] = field(default_factory=set)
    devices: dict[bytes, bytes] = field(default_factory=dict)
    vouchers: dict[bytes, dict[int, Any]] = field(default_factory=dict)
    epochs: dict[bytes, tuple[objects.EpochStatement, bytes]] = field(default_factory=dict)
    manifests: dict[bytes, batches.Manifest] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def check(self, name: str, rests_on: tuple[str, ...], make: Callable[["Pack"], str]) -> None:
        """Makes a check unless one that it rests on did not pass."""
        missing = next((one for one in rests_on if self.results[one][0] != PASS), None)
        try:
            if missing is not None:
                raise Open(f"it rests on {missing}, which did not pass")
            self.results[name] = (PASS, make(self))
        except Open as why:
            self.results[name] = (OPEN, str(why))
        except (Refused, KeyError, ValueError, TypeError, AttributeError, IndexError) as wrong:
            self.results[name] = (FAIL, f"{type(wrong).__name__}: {wrong}")

    def list(self, name: str) -> list[bytes]:
        items = strict_cbor.decode(self.files[name], FILE_BYTES)
        require(isinstance(items, list) and all(isinstance(item, bytes) for item in items), "wrong structure")
        return items

    @property
    def holds(self) -> bool:
        return all(result != FAIL for result, _ in self.results.values())


def signed(data: bytes, kind: str, points: list[bytes]) -> dict[int, Any]:
    """The payload of an object that one of these keys signed."""
    one = cose.read(data, kind)
    key = next((point for point in points if cose.key_id(point) == one.kid), None)
    require(key is not None, "foreign key")
    return one.verify(key)


def two_signed(data: bytes, kind: str, pins: Pins) -> dict[int, Any]:
    """The payload of an object that operator and custodian signed."""
    items = fields.array(strict_cbor.decode(data, 2 * limits.OBJECT_BYTES), 2)
    one, two = (cose.from_item(item, kind) for item in items)
    require(one.kid < two.kid and one.payload == two.payload, "control signers")
    trusted = {cose.key_id(point): point for point in (pins.operator, pins.custodian)}
    for each in (one, two):
        require(each.kid in trusted, "foreign key")
        each.check_signature(trusted[each.kid])
    payload = strict_cbor.decode(one.payload)
    fields.version(payload, 1)
    return payload


def checkpoint(data: bytes, points: list[bytes]) -> dict[int, Any]:
    found = fields.keys(signed(data, "checkpoint", points), 5)
    fields.version(found, 1)
    return found
