"""Time-stamp tokens made by `openssl ts`, with keys on P-256 and RSA; each thing that must be refused is."""

import hashlib
import subprocess
import tempfile
import unittest
from pathlib import Path

from cryptography import x509

from second_reader import timestamp
from second_reader.refused import Refused

_CONTENT = b"the head of a log"
_DIGEST = hashlib.sha256(_CONTENT).digest()
_CONFIGURATION = """
[tsa]
default_tsa = lab
[lab]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256
accuracy = secs:1, millisecs:500, microsecs:100
ess_cert_id_alg = {ess}
"""
_KEYS = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["rsa:2048"]}


class Authority:
    """A root and a signer of time stamps in a folder of their own."""

    def __init__(self, folder: Path, kind: str, usage: str = "critical,timeStamping", ess: str = "sha256") -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "serial").write_text("01")
        (folder / "ts.cnf").write_text(_CONFIGURATION.format(folder=folder, ess=ess))
        self._certificate("root", kind, ["-x509", "-addext", "basicConstraints=critical,CA:TRUE"])
        self._certificate("signer", kind, [
            "-x509", "-CA", str(folder / "root.pem"), "-CAkey", str(folder / "root.key"),
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", f"extendedKeyUsage={usage}"])

    def trusted(self, name: str = "root") -> list[x509.Certificate]:
        return [x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())]

    def stamp(self, token_only: bool) -> bytes:
        query, answer = self.folder / "query", self.folder / "answer"
        openssl("ts", "-query", "-digest", _DIGEST.hex(), "-sha256", "-cert", "-out", str(query))
        openssl("ts", "-reply", "-config", str(self.folder / "ts.cnf"), "-queryfile", str(query), "-signer",
                str(self.folder / "signer.pem"), "-inkey", str(self.folder / "signer.key"), "-out", str(answer),
                *(["-token_out"] if token_only else []))
        return answer.read_bytes()

    def _certificate(self, name: str, kind: str, options: list[str]) -> None:
        openssl("req", "-newkey", *_KEYS[kind], "-noenc", "-keyout", str(self.folder / f"{name}.key"), "-sha256",
                "-days", "2", "-subj", f"/CN=lab {name} {kind}", "-out", str(self.folder / f"{name}.pem"), *options)


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class TimestampChecks(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = Path(cls.temporary.name)
        cls.authorities = {kind: Authority(cls.folder / kind, kind) for kind in _KEYS}

    def test_tokens_and_responses_of_both_kinds_of_key_are_taken(self) -> None:
        for kind, authority in self.authorities.items():
            for token_only in (True, False):
                stamp = timestamp.check(authority.stamp(token_only), _DIGEST, authority.trusted())
                self.assertEqual("1.3.6.1.4.1.32473.1", stamp.policy)
                self.assertEqual(f"CN=lab signer {kind}", stamp.authority)
                self.assertEqual(1.5001, stamp.accuracy.total_seconds())

    def test_a_signer_may_be_trusted_itself(self) -> None:
        authority = self.authorities["ec"]
        self.assertIsNotNone(timestamp.check(authority.stamp(True), _DIGEST, authority.trusted("signer")))

    def test_another_digest_and_another_authority_are_refused(self) -> None:
        token = self.authorities["ec"].stamp(True)
        self._refuses("another digest", token, hashlib.sha256(b"").digest(), self.authorities["ec"].trusted())
        self._refuses("no trusted", token, _DIGEST, self.authorities["rsa"].trusted())
        self._refuses("no trusted", token, _DIGEST, [])

    def test_an_authority_of_the_same_name_with_another_key_is_refused(self) -> None:
        impostor = Authority(self.folder / "impostor", "ec")
        self._refuses("signature", impostor.stamp(True), _DIGEST, self.authorities["ec"].trusted())

    def test_a_certificate_for_other_uses_is_refused(self) -> None:
        # openssl itself does not stamp with such a certificate, so the token's own is judged against it.
        for name, usage in (("wide", "critical,timeStamping,codeSigning"), ("soft", "timeStamping")):
            authority = Authority(self.folder / name, "ec", usage)
            with self.assertRaisesRegex(Refused, "for time stamps alone"):
                timestamp._check_usage(authority.trusted("signer")[0])

    def test_a_signing_certificate_named_by_its_sha1_is_taken(self) -> None:
        authority = Authority(self.folder / "sha1", "ec", ess="sha1")
        self.assertIsNotNone(timestamp.check(authority.stamp(True), _DIGEST, authority.trusted()))

    def test_no_flipped_bit_of_a_token_is_taken_for_another_statement(self) -> None:
        authority = self.authorities["ec"]
        token = authority.stamp(True)
        whole = timestamp.check(token, _DIGEST, authority.trusted())
        for at in range(0, len(token)):
            flipped = token[:at] + bytes([token[at] ^ 1 << at % 8]) + token[at + 1:]
            try:
                stamp = timestamp.check(flipped, _DIGEST, authority.trusted())
            except Refused:
                continue
            # Bytes that no signature covers, such as the parameters of an algorithm, may change; what is said may not.
            self.assertEqual(whole, stamp, f"byte {at}")

    def test_what_is_cut_off_is_refused(self) -> None:
        authority = self.authorities["ec"]
        token = authority.stamp(True)
        for length in range(len(token)):
            with self.assertRaises(Refused):
                timestamp.check(token[:length], _DIGEST, authority.trusted())

    def _refuses(self, why: str, token: bytes, digest: bytes, trusted: list[x509.Certificate]) -> None:
        with self.assertRaisesRegex(Refused, why):
            timestamp.check(token, digest, trusted)
