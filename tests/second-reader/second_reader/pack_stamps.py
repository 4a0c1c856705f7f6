"""Times that somebody outside the house vouches for: read here, and by `openssl ts` where that is installed."""

import hashlib
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from . import fields, merkle, objects, revocation, strict_cbor, timestamp
from .pack_state import Open, Pack, checkpoint
from .refused import require

_OPENSSL = Path("/usr/bin/openssl")
_CLOCKS_APART = timedelta(minutes=5)


def log(pack: Pack) -> str:
    return _stamp(pack, "log/checkpoint", "stamps/checkpoint.tst", pack.checkpoint[5])


def ledger(pack: Pack) -> str:
    """The disclosed batches stood in the store's ledger when its head was stamped."""
    if "ledger/head" not in pack.files or "ledger/proofs" not in pack.files:
        raise Open("the store had no stamped head of its ledger")
    if pack.pins.store_key is None:
        raise Open("no store's key was given")
    head = checkpoint(pack.files["ledger/head"], [pack.pins.store_key])
    require(head[2] == pack.pins.store, "foreign key")
    proven = set()
    for data in pack.list("ledger/proofs"):
        batch, received, index, path = fields.array(strict_cbor.decode(data), 4)
        merkle.check_inclusion(objects.ledger_leaf(batch, received), index, head[3], path, head[4])
        proven.add(batch)
    stamped = _stamp(pack, "ledger/head", "stamps/ledger.tst", head[5])
    if {row.batch for row in pack.rows} - proven:
        raise Open("batches came after the stamped head")
    return stamped


def _stamp(pack: Pack, of: str, token: str, made_utc_us: int) -> str:
    if token not in pack.files:
        raise Open("no time-stamp authority is configured at the store")
    if not pack.pins.stamp_roots:
        raise Open("no root of a time-stamp authority was given")
    digest = hashlib.sha256(pack.files[of]).digest()
    stamp = timestamp.check(pack.files[token], digest, pack.pins.stamp_roots)
    time = stamp.time
    is_known = revocation.is_known_good(stamp.certificate, stamp.issuer, pack.pins.stamp_crls, time)
    made = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=made_utc_us)
    require(time + _CLOCKS_APART >= made, "timestamp", "it was stamped before it was made")
    if pack.pins.stamp_crls and not is_known:
        raise Open("no list of revoked certificates given is of its authority and later than the stamp")
    if not _OPENSSL.exists():
        return f"{time}; openssl is not here to say so too"
    _ask_openssl(pack.files[token], pack.files[of], pack.pins.stamp_roots, time)
    return f"{time}; openssl ts says so too"


def _ask_openssl(token: bytes, stamped: bytes, roots: list[x509.Certificate], time: datetime) -> None:
    """Refuses unless `openssl ts -verify` takes the token, with its authority judged at the time of the stamp."""
    with tempfile.TemporaryDirectory() as room:
        files = {"token": token, "data": stamped, "roots": b"".join(one.public_bytes(Encoding.PEM) for one in roots)}
        paths = {name: Path(room, name) for name in files}
        for name, content in files.items():
            paths[name].write_bytes(content)
        said = subprocess.run(
            [_OPENSSL, "ts", "-verify", "-token_in", "-in", paths["token"], "-data", paths["data"],
             "-CAfile", paths["roots"], "-attime", str(int(time.timestamp()))],
            capture_output=True, text=True, timeout=30, check=False)
    require(said.returncode == 0, "timestamp", f"openssl ts: {said.stderr.strip()}")
