"""Whose batches they are, that each is as the device signed it, and what of the period is missing."""

import json

from . import answer_claims, cose, fields, leap_seconds, objects
from . import batch as batches
from .pack_state import Open, Pack, signed, two_signed
from .refused import Refused, require


def devices(pack: Pack) -> str:
    for data in pack.list("device/vouchers"):
        voucher = fields.keys(two_signed(data, "device", pack.pins), 8)
        known = pack.vouchers.get(voucher[3])
        require(known is None or known[2] < voucher[2], "pack", "vouchers are not in their order")
        pack.vouchers[voucher[3]], pack.devices[voucher[3]] = voucher, voucher[4]
    for device, point in pack.pins.devices.items():
        require(pack.devices.get(device, point) == point, "pack", "another key is pinned")
        pack.devices[device] = point
    if not pack.devices:
        raise Open("no voucher is in the pack, and no device's key was given")
    return f"{len(pack.devices)} devices"


def epochs(pack: Pack) -> str:
    for data in pack.list("device/statements"):
        statement = objects.epoch_statement(signed(data, "epoch", list(pack.devices.values())))
        object_ = cose.read(data, "epoch")
        require(object_.kid == cose.key_id(pack.devices[statement.device]), "wrong device")
        pack.epochs[cose.key_id(statement.point)] = (statement, object_.id)
    return f"{len(pack.epochs)} runs"


def manifests(pack: Pack) -> str:
    if not pack.epochs:
        raise Open("there is no epoch statement to check them with")
    for data in pack.list("device/manifests"):
        one = cose.read(data, "batch")
        require(one.kid in pack.epochs, "foreign key")
        statement, _ = pack.epochs[one.kid]
        manifest = batches.manifest(one.verify(statement.point))
        require((manifest.device, manifest.epoch) == (statement.device, statement.epoch), "wrong epoch")
        require(one.id not in pack.manifests, "pack", "one batch twice")
        pack.manifests[one.id] = manifest
    statements = {(one.device, one.epoch): id_ for one, id_ in pack.epochs.values()}
    places = {(one.device, one.epoch, one.sequence): id_ for id_, one in pack.manifests.items()}
    for manifest in pack.manifests.values():
        run = (manifest.device, manifest.epoch)
        before = places.get((*run, manifest.sequence - 1)) if manifest.sequence > 0 else statements.get(run)
        require(before is None or before == manifest.previous, "fork")
    return f"{len(pack.manifests)} manifests"


def heads(pack: Pack) -> str:
    """Heads that the device signed: a batch of the same place is the very one."""
    found = pack.list("device/heads")
    for data in found:
        head = objects.checkpoint(signed(data, "head", list(pack.devices.values())))
        require(cose.read(data, "head").kid == cose.key_id(pack.devices[head.device]), "wrong device")
        for id_, manifest in pack.manifests.items():
            is_place = (manifest.epoch, manifest.sequence) == (head.epoch, head.sequence)
            require(not is_place or id_ == head.batch, "fork")
    if not found:
        raise Open("the pack has no head of a run")
    return f"{len(found)} heads"


def revocation(pack: Pack) -> str:
    """Nothing that a device signed after its revocation, or while nobody vouched for it, counts."""
    vouched = 0
    for manifest in pack.manifests.values():
        voucher = pack.vouchers.get(manifest.device)
        if voucher is None:
            continue
        written = max(0, leap_seconds.to_utc(manifest.last))
        require(voucher[5] <= written < voucher[6], "pack", "nobody vouched for the device then")
        require(voucher[7] is None or written < voucher[7], "pack", "the device was revoked before")
        vouched += 1
    if vouched != len(pack.manifests):
        raise Open("operator and custodian vouched for no device")
    return f"{vouched} batches"


def period(pack: Pack) -> str:
    """Whether the manifests bear out what the answer says of its own completeness."""
    try:
        answer = answer_claims.read(pack.files["answer.json"])
    except (Refused, KeyError, ValueError, TypeError, AttributeError, json.JSONDecodeError):
        raise Open("the answer cannot be read") from None
    if not pack.manifests:
        raise Open("there is no manifest")
    begin, end = (leap_seconds.to_tai(pack.question[name]) for name in ("from_utc_us", "to_utc_us"))
    findings: list[str] = []
    for device in sorted({manifest.device for manifest in pack.manifests.values()}):
        own = [manifest for manifest in pack.manifests.values() if manifest.device == device]
        findings += _missing(sorted(own, key=lambda one: (one.epoch[0], one.sequence)), begin, end)
    require(not findings or not answer.covered, "pack", "; ".join(findings))
    return "; ".join(findings) or "nothing is missing"


def _missing(own: list[batches.Manifest], begin: int, end: int) -> list[str]:
    found = []
    if min(one.first for one in own) > begin or max(one.last for one in own) < end:
        found.append("the batches do not span the time asked for")
    for i, manifest in enumerate(own):
        found += [f"a gap from {gap[0]} to {gap[1]}" for gap in manifest.gaps if gap[0] <= end and begin <= gap[1]]
        if i == 0:
            continue
        before = own[i - 1]
        follows = (before.sequence + 1 if before.epoch == manifest.epoch else 0) == manifest.sequence
        if not follows and before.last <= end and begin <= manifest.first:
            found.append(f"batches are missing before number {manifest.sequence}")
    return found
