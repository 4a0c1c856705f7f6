"""What an answer says: the records that it relies on, the lines that it names, what it says is missing."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from .disclosed import BLOCK, FLOW, SESSION
from .refused import require

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Claim:
    device: str
    place: str
    kind: int
    line: str
    inside: str
    said: dict[str, Any]
    has_contact: bool
    must_name: bool
    # The line that was asked about; None where lines are what is answered.
    asked: str | None
    # Records beside it: of a candidate's session its flows, of its flows the session, of a line's records the sessions
    # that name it.
    near: frozenset[tuple[str, str]]


@dataclass
class Answer:
    covered: bool = True
    lines: set[str] = field(default_factory=set)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)

    def add(self, said: dict[str, Any], kind: int, line: str, inside: str, has_contact: bool,
            must_name: bool = True, asked: str | None = None, near: list[dict[str, Any]] | None = None) -> None:
        """A record that is named twice counts once."""
        beside = frozenset((_text(one, "device"), _text(one, "record")) for one in near or [])
        claim = Claim(_text(said, "device"), _text(said, "record"), kind, line, inside, said, has_contact, must_name,
                      asked, beside)
        self.claims.setdefault((claim.device, claim.place), claim)


def read(data: bytes) -> Answer:
    root = json.loads(data.decode("utf-8"))
    require(isinstance(root, dict), "answer")
    answer = Answer()
    for reading in root["readings"] if "readings" in root else [root]:
        require(isinstance(reading["covered"], bool), "answer", "covered")
        require(isinstance(reading["gaps"], list) and isinstance(reading["notes"], list), "answer", "gaps or notes")
        answer.covered &= reading["covered"]
        for candidate in reading.get("candidates", []):
            answer.lines.add(_text(candidate, "line"))
            _read_candidate(answer, candidate)
        for use in reading.get("uses", []):
            answer.lines.add(_text(reading["question"], "line"))
            _add_of_line(answer, reading, use, FLOW, True)
        for record in reading.get("records", []):
            answer.lines.add(_text(reading["question"], "line"))
            kind = BLOCK if _text(record, "kind") == "block" else FLOW
            _add_of_line(answer, reading, record, kind, kind == FLOW and _tells_contact(reading, record))
        for session in reading.get("named_by", []):
            _add_of_line(answer, reading, session, SESSION, False)
    return answer


def utc_us(text: str) -> int:
    """Time of an answer as UTC microseconds since 1970."""
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - _EPOCH) // timedelta(microseconds=1)


def _add_of_line(answer: Answer, reading: dict[str, Any], said: dict[str, Any], kind: int, has_contact: bool) -> None:
    """A record of a line names that line, or none and a session of the answer names it."""
    answer.add(said, kind, "", "", has_contact, False, _text(reading["question"], "line"), reading.get("named_by", []))


def _tells_contact(reading: dict[str, Any], record: dict[str, Any]) -> bool:
    """What is another customer's is not told to the one who asks for their own, and not proven either."""
    told = record.get("contact", len(reading["sections_opened"]) > 1)
    require(isinstance(told, bool), "answer", "contact")
    return told


def _read_candidate(answer: Answer, candidate: dict[str, Any]) -> None:
    line, inside = _text(candidate, "subscriber"), _text(candidate, "inside_ip")
    sessions = [candidate["session"]] if isinstance(candidate.get("session"), dict) else []
    for flow in candidate.get("flows", []):
        answer.add(flow, FLOW, line, inside, isinstance(flow["rem_ip"], str), near=sessions)
    for block in candidate.get("blocks", []):
        answer.add(block, BLOCK, "", inside, False)
    for session in sessions:
        answer.add(session, SESSION, line, inside, False, near=candidate.get("flows", []))


def _text(parent: dict[str, Any], name: str) -> str:
    value = parent.get(name)
    return value if isinstance(value, str) else ""
