"""What people signed: as COSE_Sign1, or as the assertion of a WebAuthn authenticator over the same id."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from . import cose, fields, limits, strict_cbor
from .refused import Refused, require

_PRESENT_AND_VERIFIED = 0x05


@dataclass(frozen=True)
class Enrolment:
    person: bytes
    label: str
    authority: str
    roles: int
    point: bytes
    begin: int
    end: int
    party: str
    origin: str

    def may(self, role: int, utc_us: int) -> bool:
        return bool(self.roles & role) and self.begin <= utc_us < self.end


def enrolment(payload: dict[int, Any]) -> Enrolment:
    p = fields.keys(payload, 13)
    return Enrolment(fields.identity(p[3]), fields.text(p[4]), fields.text(p[5]), fields.number(p[6], 7),
                     fields.point(p[7]), fields.number(p[8]), fields.number(p[9]), fields.text(p[10]),
                     fields.text(p[11]))


@dataclass(frozen=True)
class PersonSigned:
    type: str
    kid: bytes
    payload: bytes
    cose: cose.Signed | None
    assertion: tuple[bytes, bytes, bytes] | None

    def verify(self, by: Enrolment) -> None:
        """Refuses as "signature" unless this person's key signed, in the form that it was enrolled for."""
        require(self.kid == cose.key_id(by.point), "foreign key")
        if self.cose is not None:
            require(by.party == "", "signature", "enrolled for the other form")
            self.cose.check_signature(by.point)
            return
        require(by.party != "", "signature", "enrolled for the other form")
        self._verify_assertion(by)

    def _verify_assertion(self, by: Enrolment) -> None:
        data, client, signature = self.assertion
        said = json.loads(client.decode("utf-8"))
        challenge = base64.urlsafe_b64encode(_id(self.type, self.payload, self.kid)).rstrip(b"=").decode("ascii")
        good = (data[:32] == hashlib.sha256(by.party.encode()).digest()
                and data[32] & _PRESENT_AND_VERIFIED == _PRESENT_AND_VERIFIED
                and said.get("type") == "webauthn.get" and said.get("origin") == by.origin
                and said.get("challenge") == challenge)
        require(good, "signature", "not what the authenticator was asked")
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        try:
            cose.public_key(by.point).verify(
                encode_dss_signature(r, s), data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise Refused("signature") from None


def read(data: bytes, kind: str) -> PersonSigned:
    item = strict_cbor.decode(data, 2 * limits.OBJECT_BYTES)
    if isinstance(item, list):
        kid, payload, authenticator, client, signature = fields.array(item, 5)
        require(37 <= len(authenticator) <= 4096 and len(client) <= 4096, "wrong structure")
        fields.octets(signature, 64)
        return PersonSigned(kind, fields.octets(kid, 8), payload, None, (authenticator, client, signature))
    signed = cose.from_item(item, kind)
    return PersonSigned(kind, signed.kid, signed.payload, signed, None)


def _id(kind: str, payload: bytes, kid: bytes) -> bytes:
    """id that obj(T) of this payload and key would have."""
    protected = strict_cbor.encode({1: -7, 4: kid, 16: f"application/icr-{kind}+cose"})
    return hashlib.sha256(strict_cbor.encode(
        ["Signature1", protected, f"icr/v1/{kind}".encode("ascii"), payload])).digest()
