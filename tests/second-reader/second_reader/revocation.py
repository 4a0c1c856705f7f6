"""Lists of revoked certificates (RFC 5280 section 5), and what they leave of a time stamp (RFC 3161 section 4)."""

from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import CRLEntryExtensionOID

from .refused import require

# Revoked for one of these, what was stamped before stays good; for another, or for none that is said, nothing does.
_NO_FAULT = (x509.ReasonFlags.unspecified, x509.ReasonFlags.affiliation_changed, x509.ReasonFlags.superseded,
             x509.ReasonFlags.cessation_of_operation)
_UNDERSTOOD = (CRLEntryExtensionOID.CRL_REASON, CRLEntryExtensionOID.INVALIDITY_DATE)


def is_known_good(certificate: x509.Certificate, issuer: x509.Certificate,
                  lists: list[x509.CertificateRevocationList], time: datetime) -> bool:
    """Whether a list that is later than a token says that its authority stood; refuses where one says it did not."""
    known = certificate == issuer
    for one in lists:
        if one.issuer != certificate.issuer or not _is_usable(one) or not _is_signed(one, issuer):
            continue
        entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
        require(entry is None or _stays_good(entry, time), "timestamp", "its authority's certificate was revoked")
        known |= _utc(one.last_update) >= time
    return known


def _is_usable(one: x509.CertificateRevocationList) -> bool:
    """A list with a critical extension that is not understood says nothing of any certificate."""
    is_plain = not any(extension.critical for extension in one.extensions)
    return is_plain and not any(
        extension.critical and extension.oid not in _UNDERSTOOD for entry in one for extension in entry.extensions)


def _is_signed(one: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        if not issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
            return False
    except x509.ExtensionNotFound:
        pass
    is_taken = isinstance(one.signature_hash_algorithm, hashes.SHA256)
    return is_taken and one.is_signature_valid(issuer.public_key())


def _stays_good(entry: x509.RevokedCertificate, time: datetime) -> bool:
    since = _utc(entry.revocation_date)
    try:
        since = min(since, _utc(entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date))
    except x509.ExtensionNotFound:
        pass
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return False
    return reason in _NO_FAULT and time < since


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=timezone.utc)
