"""RFC 3161 time-stamp tokens: that an authority which is trusted saw a digest at a time.

A token is CMS SignedData (RFC 5652) over a TSTInfo. Taken are SHA-256 throughout, ECDSA on P-256 and RSA with PKCS #1
v1.5, one signer, and a signer's certificate that is trusted itself or directly issued by a trusted authority. Whether a
certificate was revoked is looked at in `revocation`.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from . import der
from .der import Children, Element
from .refused import Refused, require

_NAME = "timestamp"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_RSA_ALGORITHMS = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11")
_RSA_BITS_MIN = 2048


@dataclass(frozen=True)
class TimeStamp:
    """What the authority said: this digest existed at this time, give or take the accuracy (None: not told)."""

    time: datetime
    accuracy: timedelta | None
    policy: str
    serial: int
    nonce: int | None
    authority: str
    certificate: x509.Certificate
    issuer: x509.Certificate


@dataclass(frozen=True)
class _SignedData:
    content: bytes
    certificates: list[Element]
    signer: Element


def check(token: bytes, digest: bytes, trusted: list[x509.Certificate]) -> TimeStamp:
    """The stamp over this SHA-256 digest, by an authority that one of the trusted certificates stands for. Takes a
    token or a whole response. Refuses as "timestamp" or "der"."""
    try:
        return _check(token, digest, trusted)
    except (ValueError, KeyError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension) as error:
        # The library reads a certificate part by part, so any use of one can be the first to find it broken.
        raise Refused(_NAME, f"a certificate cannot be read: {error}") from None


def _check(token: bytes, digest: bytes, trusted: list[x509.Certificate]) -> TimeStamp:
    signed = _signed_data(_token(der.parse(token)))
    certificate = _verify_signer(signed)
    stamp = _tst_info(signed.content, digest, certificate)
    return replace(stamp, issuer=_check_authority(certificate, trusted, stamp.time))


def _token(outer: Element) -> Element:
    """A response is SEQUENCE { PKIStatusInfo, token }; a token begins with an object identifier."""
    parts = outer.require(der.SEQUENCE).children()
    first = parts.take_any()
    if first.tag == der.OBJECT_ID:
        return outer
    status = first.require(der.SEQUENCE).children().take(der.INTEGER).number()
    require(status in (0, 1), _NAME, f"the authority refused with status {status}")
    token = parts.take(der.SEQUENCE)
    parts.end()
    return token


def _signed_data(token: Element) -> _SignedData:
    content_info = token.children()
    require(content_info.take(der.OBJECT_ID).oid() == _SIGNED_DATA, _NAME, "no SignedData")
    parts = _only(content_info.take(der.context(0))).require(der.SEQUENCE).children()
    content_info.end()
    require(parts.take(der.INTEGER).number() == 3, _NAME, "version of SignedData")
    parts.take(der.SET)
    content = _content(parts.take(der.SEQUENCE).children())
    certificates = parts.optional(der.context(0))
    parts.optional(der.context(1))
    signer = _only(parts.take(der.SET)).require(der.SEQUENCE)
    parts.end()
    carried = [] if certificates is None else certificates.children().rest()
    return _SignedData(content, carried, signer)


def _content(parts: Children) -> bytes:
    require(parts.take(der.OBJECT_ID).oid() == _TST_INFO, _NAME, "no TSTInfo")
    content = _only(parts.take(der.context(0))).octets()
    parts.end()
    return content


def _only(element: Element) -> Element:
    children = element.children()
    found = children.take_any()
    children.end()
    return found


def _verify_signer(signed: _SignedData) -> x509.Certificate:
    """The certificate whose key signed the content, bound to it by the signed attributes."""
    parts = signed.signer.children()
    parts.take(der.INTEGER)
    signer_id = parts.take_any()
    require(_algorithm(parts.take(der.SEQUENCE)) == _SHA256, _NAME, "only SHA-256 is taken")
    attributes = parts.take(der.context(0))
    algorithm = _algorithm(parts.take(der.SEQUENCE))
    signature = parts.take(der.OCTET_STRING).octets()
    parts.optional(der.context(1))
    parts.end()

    values = _attributes(attributes)
    require(values.get(_CONTENT_TYPE) is not None and values[_CONTENT_TYPE].oid() == _TST_INFO, _NAME, "content type")
    told = values.get(_MESSAGE_DIGEST)
    require(told is not None and told.octets() == hashlib.sha256(signed.content).digest(), _NAME, "message digest")
    certificate = _signer_certificate(signer_id, signed.certificates)
    _check_signing_certificate(values, certificate)
    # RFC 5652 section 5.4: signed is the attributes' own encoding as a SET, not the implicit tag in the message.
    _verify(certificate, algorithm, signature, bytes([der.SET]) + attributes.whole[1:])
    return certificate


def _algorithm(element: Element) -> str:
    return element.children().take(der.OBJECT_ID).oid()


def _attributes(element: Element) -> dict[str, Element]:
    values: dict[str, Element] = {}
    for attribute in element.children().rest():
        parts = attribute.require(der.SEQUENCE).children()
        name = parts.take(der.OBJECT_ID).oid()
        require(name not in values, _NAME, "an attribute stands twice")
        values[name] = _only(parts.take(der.SET))
        parts.end()
    return values


def _signer_certificate(signer_id: Element, certificates: list[Element]) -> x509.Certificate:
    parts = signer_id.require(der.SEQUENCE).children()
    wanted = parts.take(der.SEQUENCE).whole, parts.take(der.INTEGER).content
    parts.end()
    for certificate in certificates:
        if certificate.tag == der.SEQUENCE and _issuer_and_serial(certificate) == wanted:
            return x509.load_der_x509_certificate(certificate.whole)
    raise Refused(_NAME, "the signer's certificate is not in the token; ask the authority for it (certReq)")


def _issuer_and_serial(certificate: Element) -> tuple[bytes, bytes]:
    """RFC 5280 section 4.1: version, serial number, algorithm, issuer are the first of what is signed."""
    parts = certificate.children().take(der.SEQUENCE).children()
    parts.optional(der.context(0))
    serial = parts.take(der.INTEGER).content
    parts.take(der.SEQUENCE)
    return parts.take(der.SEQUENCE).whole, serial


def _check_signing_certificate(values: dict[str, Element], certificate: x509.Certificate) -> None:
    """RFC 3161 section 2.4.1 and RFC 5816: the attribute that ties the signature to one certificate."""
    encoded = certificate.public_bytes(serialization.Encoding.DER)
    if _SIGNING_CERTIFICATE_V2 in values:
        entry = _first_certificate_id(values[_SIGNING_CERTIFICATE_V2])
        algorithm = entry.optional(der.SEQUENCE)
        require(algorithm is None or _algorithm(algorithm) == _SHA256, _NAME, "only SHA-256 is taken")
        expected = hashlib.sha256(encoded).digest()
    else:
        require(_SIGNING_CERTIFICATE in values, _NAME, "no signing certificate attribute")
        entry = _first_certificate_id(values[_SIGNING_CERTIFICATE])
        expected = hashlib.sha1(encoded).digest()
    require(entry.take(der.OCTET_STRING).octets() == expected, _NAME, "signing certificate")


def _first_certificate_id(value: Element) -> Children:
    ids = value.require(der.SEQUENCE).children().take(der.SEQUENCE).children()
    return ids.take(der.SEQUENCE).children()


def _verify(certificate: x509.Certificate, algorithm: str, signature: bytes, message: bytes) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            is_taken = isinstance(key.curve, ec.SECP256R1) and algorithm == _ECDSA_SHA256
            require(is_taken, _NAME, "only P-256 with SHA-256 is taken")
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            is_taken = key.key_size >= _RSA_BITS_MIN and algorithm in _RSA_ALGORITHMS
            require(is_taken, _NAME, "only RSA of 2048 bits or more with PKCS #1 v1.5 and SHA-256 is taken")
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise Refused(_NAME, "only P-256 and RSA are taken")
    except InvalidSignature:
        raise Refused(_NAME, "signature") from None


def _tst_info(content: bytes, digest: bytes, certificate: x509.Certificate) -> TimeStamp:
    parts = der.parse(content).require(der.SEQUENCE).children()
    require(parts.take(der.INTEGER).number() == 1, _NAME, "version of TSTInfo")
    policy = parts.take(der.OBJECT_ID).oid()
    imprint = parts.take(der.SEQUENCE).children()
    require(_algorithm(imprint.take(der.SEQUENCE)) == _SHA256, _NAME, "only SHA-256 is taken")
    require(imprint.take(der.OCTET_STRING).octets() == digest, _NAME, "it is of another digest")
    imprint.end()
    serial = parts.take(der.INTEGER).number()
    time = parts.take(der.GENERALIZED_TIME).time()
    accuracy = parts.optional(der.SEQUENCE)
    parts.optional(der.BOOLEAN)
    nonce = parts.optional(der.INTEGER)
    parts.optional(der.context(0))
    require(parts.optional(der.context(1)) is None, _NAME, "an extension that nobody here knows")
    parts.end()
    return TimeStamp(time, None if accuracy is None else _accuracy(accuracy), policy, serial,
                     None if nonce is None else nonce.number(), certificate.subject.rfc4514_string(), certificate,
                     certificate)


def _accuracy(element: Element) -> timedelta:
    parts = element.children()
    seconds = parts.optional(der.INTEGER)
    millis = parts.optional(der.context(0, constructed=False))
    micros = parts.optional(der.context(1, constructed=False))
    parts.end()
    return timedelta(seconds=0 if seconds is None else seconds.number(),
                     milliseconds=0 if millis is None else der.integer(millis.content),
                     microseconds=0 if micros is None else der.integer(micros.content))


def _check_authority(
        certificate: x509.Certificate, trusted: list[x509.Certificate], time: datetime) -> x509.Certificate:
    """The certificate that stands for it."""
    _check_usage(certificate)
    _check_valid(certificate, time)
    if certificate in trusted:
        return certificate
    for authority in trusted:
        if authority.subject == certificate.issuer and _is_authority(authority):
            _check_valid(authority, time)
            algorithm = certificate.signature_algorithm_oid.dotted_string
            _verify(authority, algorithm, certificate.signature, certificate.tbs_certificate_bytes)
            return authority
    raise Refused(_NAME, "no trusted certificate stands for the authority")


def _check_usage(certificate: x509.Certificate) -> None:
    """RFC 3161 section 2.3: the key signs time stamps and nothing else, and the extension that says so is critical."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Refused(_NAME, "the certificate is not for time stamps") from None
    is_only = list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING] and usage.critical
    require(is_only, _NAME, "the certificate is not for time stamps alone")


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _check_valid(certificate: x509.Certificate, time: datetime) -> None:
    begin = certificate.not_valid_before.replace(tzinfo=timezone.utc)
    end = certificate.not_valid_after.replace(tzinfo=timezone.utc)
    require(begin <= time <= end, _NAME, "the certificate was not valid at the time of the stamp")
