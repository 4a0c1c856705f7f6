"""Whether records bear out the lines of an answer, by what they name and what corrections of the pack leave of it."""

import ipaddress
from typing import Any

from . import leap_seconds, pack_corrections
from .answer_claims import Claim
from .disclosed import FLOW, SESSION, Row
from .pack_state import Pack


def agrees(pack: Pack, claim: Claim, row: Row, corrections: list[dict[int, Any]]) -> bool:
    if claim.asked is not None:
        return _is_of_line(pack, claim, row, claim.asked, corrections)
    if row.said["subscriber"] == "":
        return _is_of_its_session(pack, claim, row, corrections)
    if row.kind == FLOW:
        return pack_corrections.line_of(corrections, row, row.said["start"]) == claim.line
    starts = [other.said["start"] for other in pack.rows
              if other.kind == FLOW and "start" in other.said and (other.device, other.place) in claim.near]
    starts = starts or [leap_seconds.to_tai(pack.question[name]) for name in ("from_utc_us", "to_utc_us")]
    return pack_corrections.names(pack, corrections, row, claim.line, min(starts), max(starts))


def _is_of_its_session(pack: Pack, claim: Claim, row: Row, corrections: list[dict[int, Any]]) -> bool:
    """What names nobody says nothing of the line; a session of the candidate that was held then does."""
    held = [session for session in pack.rows
            if row.kind == FLOW and session.kind == SESSION and (session.device, session.place) in claim.near
            and _has(session, row) and pack_corrections.holds(pack, session, row.said["start"])]
    start = row.said["start"]
    return not held or any(
        pack_corrections.names(pack, corrections, session, claim.line, start, start) for session in held)


def _is_of_line(pack: Pack, claim: Claim, row: Row, asked: str, corrections: list[dict[int, Any]]) -> bool:
    realm, slash, last = asked.rpartition("/")
    if _address(last) is not None:
        return _address(row.said["sub_ip"]) == _address(last) and (not slash or row.said["realm"] == realm)
    start = row.said["start"]
    if row.kind == SESSION:
        end = row.said["end"]
        until = leap_seconds.to_tai(pack.question["to_utc_us"]) if end is None else end
        return pack_corrections.names(pack, corrections, row, asked, start, until)
    if row.said["subscriber"] != "":
        return pack_corrections.line_of(corrections, row, start) == asked
    return any(
        session.kind == SESSION and (session.device, session.place) in claim.near and _has(session, row)
        and pack_corrections.holds(pack, session, start)
        and pack_corrections.names(pack, corrections, session, asked, start, start)
        for session in pack.rows)


def _has(session: Row, row: Row) -> bool:
    """Behind a softwire the session has the line's own end of that, which stands behind the realm."""
    realm, held = row.said["realm"], _address(row.said["sub_ip"])
    before, slash, softwire = realm.rpartition("/")
    if slash and before and _address(softwire) is not None:
        realm, held = before, _address(softwire)
    network = ipaddress.ip_network(session.said["address_or_prefix"], strict=False)
    return session.said["realm"] == realm and held is not None and held in network


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
