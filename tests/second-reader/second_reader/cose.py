"""Signed objects: COSE_Sign1 (RFC 9052) with ES256, the type in the header and in the additional data."""

import hashlib
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from . import fields, limits, strict_cbor
from .refused import Refused, require
from .strict_cbor import Tag

_SIGN1 = 18
_ES256 = -7


@dataclass(frozen=True)
class Signed:
    """An object whose signature has not been looked at yet."""

    type: str
    kid: bytes
    payload: bytes
    to_be_signed: bytes
    signature: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.to_be_signed).digest()

    def verify(self, point: bytes) -> Any:
        """The payload, decoded only after the signature was found to be of this key."""
        self.check_signature(point)
        return strict_cbor.decode(self.payload)

    def check_signature(self, point: bytes) -> None:
        r, s = int.from_bytes(self.signature[:32], "big"), int.from_bytes(self.signature[32:], "big")
        try:
            public_key(point).verify(encode_dss_signature(r, s), self.to_be_signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise Refused("signature") from None


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), fields.point(point))
    except ValueError:
        raise Refused("wrong structure", "the point is not on the curve") from None


def key_id(point: bytes) -> bytes:
    """First 8 bytes of SHA-256 of the key's SubjectPublicKeyInfo."""
    spki = public_key(point).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).digest()[:8]


def read(data: bytes, type_wanted: str) -> Signed:
    """The object that these bytes are; the signature is verified later."""
    return from_item(strict_cbor.decode(data), type_wanted)


def from_item(item: Any, type_wanted: str) -> Signed:
    is_sign1 = isinstance(item, Tag) and item.number == _SIGN1
    require(is_sign1, "wrong structure", "no COSE_Sign1")
    protected, unprotected, payload, signature = fields.array(item.value, 4)
    require(isinstance(protected, bytes) and isinstance(payload, bytes), "wrong structure")
    require(unprotected == {} and isinstance(unprotected, dict), "wrong structure", "the unprotected map is empty")
    fields.octets(signature, 64)
    require(len(payload) <= limits.OBJECT_BYTES, "too large")
    content_type, kid = _header(protected)
    require(content_type == f"application/icr-{type_wanted}+cose", "wrong type", content_type)
    structure = ["Signature1", protected, f"icr/v1/{type_wanted}".encode("ascii"), payload]
    return Signed(type_wanted, kid, payload, strict_cbor.encode(structure), signature)


def _header(protected: bytes) -> tuple[str, bytes]:
    name = "protected header"
    try:
        header = strict_cbor.decode(protected)
    except Refused as refused:
        raise Refused(name, str(refused)) from None
    require(isinstance(header, dict) and list(header) == [1, 4, 16] and header[1] == _ES256, name)
    kid, content_type = header[4], header[16]
    require(isinstance(kid, bytes) and len(kid) == 8 and isinstance(content_type, str), name)
    return content_type, kid
