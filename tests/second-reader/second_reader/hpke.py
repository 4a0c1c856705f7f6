"""HPKE in base mode (RFC 9180): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; opening of one message."""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .cose import public_key
from .refused import Refused

_KEM_SUITE = b"KEM" + (0x0010).to_bytes(2, "big")
_HPKE_SUITE = b"HPKE" + (0x0010).to_bytes(2, "big") + (0x0001).to_bytes(2, "big") + (0x0002).to_bytes(2, "big")
_MODE_BASE = b"\x00"
_KEY_BYTES = 32
_NONCE_BYTES = 12


def extract(salt: bytes, material: bytes) -> bytes:
    """HKDF-Extract (RFC 5869) with SHA-256; no salt is a salt of zeros, which HMAC's padding makes of it."""
    return hmac.new(salt, material, hashlib.sha256).digest()


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand (RFC 5869) with SHA-256."""
    block, output, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.new(key, block + info + bytes([counter]), hashlib.sha256).digest()
        output += block
        counter += 1
    return output[:length]


def open_base(private: int, encapsulated: bytes, sealed: bytes, info: bytes) -> bytes:
    """The plain text of one message with empty aad; refuses as "key wrap"."""
    own = ec.derive_private_key(private, ec.SECP256R1())
    try:
        shared = own.exchange(ec.ECDH(), public_key(encapsulated))
    except (Refused, ValueError):
        raise Refused("key wrap", "the encapsulated key is no point") from None
    secret = _kem_secret(shared, encapsulated + _encoded(own))
    key, nonce = _schedule(secret, info)
    try:
        return AESGCM(key).decrypt(nonce, sealed, b"")
    except InvalidTag:
        raise Refused("key wrap") from None


def _encoded(key: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _kem_secret(shared: bytes, context: bytes) -> bytes:
    eae = _labeled_extract(_KEM_SUITE, b"", b"eae_prk", shared)
    return _labeled_expand(_KEM_SUITE, eae, b"shared_secret", context, _KEY_BYTES)


def _schedule(shared_secret: bytes, info: bytes) -> tuple[bytes, bytes]:
    psk_id_hash = _labeled_extract(_HPKE_SUITE, b"", b"psk_id_hash", b"")
    info_hash = _labeled_extract(_HPKE_SUITE, b"", b"info_hash", info)
    context = _MODE_BASE + psk_id_hash + info_hash
    secret = _labeled_extract(_HPKE_SUITE, shared_secret, b"secret", b"")
    return (_labeled_expand(_HPKE_SUITE, secret, b"key", context, _KEY_BYTES),
            _labeled_expand(_HPKE_SUITE, secret, b"base_nonce", context, _NONCE_BYTES))


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return extract(salt, b"HPKE-v1" + suite + label + material)


def _labeled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)
