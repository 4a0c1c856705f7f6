"""Flow records as the CSV of `retention records`: one line a record, the columns of the header in this order."""

import ipaddress
from typing import Any

from .leap_seconds import to_utc
from .rows import Fields

HEADER = (
    "flow_id,kind,realm,proto,subscriber,sub_ip,sub_port,pub_ip,pub_port,rem_ip,rem_port,start_us,last_us,end_us,"
    "bound_us,clock_state,pkts_up,pkts_down,bytes_up,bytes_down,service,service_source,translation,attribution,"
    "evidence_bits,candidates,group,witnesses,conflict,end_reason,leg,route,device,epoch,seq,row")

KINDS = ("open", "quiet", "interim", "end")
CLOCK_STATES = ("unset", "acquiring", "locked", "holdover", "free-running", "fault", "declared", "network")
SERVICE_SOURCES = ("none", "tls", "quic", "http", "dns")
TRANSLATIONS = ("unknown", "nat44", "nat64", "dslite", "map", "npt", "direct", "onnet", "hairpin", "unsolicited")
ATTRIBUTIONS = ("none", "mirror", "nel", "syslog", "deterministic", "radius", "ambiguous")
WITNESSES = ("mirror", "nel", "syslog", "deterministic", "radius")
END_REASONS = ("", "fin", "reset", "idle", "reused", "evicted", "stopped")

NO_CONTACT: Fields = {
    "remote-address": b"", "remote-port": 0, "service": "", "service-source": 0, "packets-up": 0, "packets-down": 0,
    "bytes-up": 0, "bytes-down": 0}
NO_ATTRIBUTION: Fields = {
    "first": None, "kind": 0, "realm": "", "protocol": 0, "subscriber": "", "subscriber-address": b"",
    "subscriber-port": 0, "public-address": b"", "public-port": 0, "start": 0, "last": 0, "end": None, "bound": 0,
    "clock-state": 0, "translation": 0, "attribution": 0, "evidence": 0, "candidates": 0, "group": 0, "witnesses": 0,
    "conflict": False, "end-reason": 0, "leg": "", "route": ""}


def line(a: Fields, c: Fields, device: bytes, epoch: int, sequence: int, row: int) -> str:
    """The line of one flow from its attribution and contact fields and its place."""
    first = a["first"] or (epoch, sequence, row)
    values = [
        "-".join(str(part) for part in first), KINDS[a["kind"]], a["realm"], a["protocol"], a["subscriber"],
        *_endpoint(a["subscriber-address"], a["subscriber-port"]),
        *_endpoint(a["public-address"], a["public-port"]), *_endpoint(c["remote-address"], c["remote-port"]),
        _time(a["start"]), _time(a["last"]), _time(a["end"]), a["bound"], CLOCK_STATES[a["clock-state"]],
        c["packets-up"], c["packets-down"], c["bytes-up"], c["bytes-down"], c["service"],
        SERVICE_SOURCES[c["service-source"]], TRANSLATIONS[a["translation"]], ATTRIBUTIONS[a["attribution"]],
        a["evidence"], a["candidates"], a["group"], _witnesses(a["witnesses"]), int(a["conflict"]),
        END_REASONS[a["end-reason"]], a["leg"], a["route"], device.hex(), epoch, sequence, row]
    return ",".join(_field(value) for value in values)


def address_text(address: bytes) -> str:
    """RFC 5952; the four last bytes dotted where .NET writes them so: ::a.b.c.d, ::ffff:0:a.b.c.d and ISATAP."""
    if len(address) != 16:
        return str(ipaddress.ip_address(address)) if address else ""
    words = [int.from_bytes(address[i:i + 2], "big") for i in range(0, 16, 2)]
    is_compatible = not any(words[:4]) and words[6] != 0 and words[4:6] in ([0, 0], [0, 0xFFFF], [0xFFFF, 0])
    is_isatap = words[4] in (0, 0x0200) and words[5] == 0x5EFE
    if not is_compatible and not is_isatap:
        return str(ipaddress.IPv6Address(address))
    # The dotted end is never part of the longest run of zeros, so its place is held by words that are not 0.
    head = str(ipaddress.IPv6Address(address[:12] + b"\xff\xff\xff\xff"))
    return head[:head.rindex("ffff:ffff")] + str(ipaddress.IPv4Address(address[12:]))


def _endpoint(address: bytes, port: int) -> tuple[str, Any]:
    """A port without its address says nothing; 0 under an address is a value."""
    return address_text(address), port if address else None


def _time(tai_us: int | None) -> int | None:
    return None if not tai_us else to_utc(tai_us)


def _witnesses(bits: int) -> str:
    return "+".join(name for i, name in enumerate(WITNESSES) if bits >> i & 1)


def _field(value: Any) -> str:
    text = "" if value is None else str(value)
    if any(mark in text for mark in '",\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
