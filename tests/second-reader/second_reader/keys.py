"""The key set: who the device is, its key, and the day keys of the recipients."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .batch import DayKey
from .refused import require

_MEMBERS = {"version", "device", "notice", "device_key", "recipients"}
_KEY_MEMBERS = {"section", "day", "role", "public"}
_VERSION = 1


@dataclass(frozen=True)
class KeySet:
    device: bytes
    notice: bytes
    device_point: bytes
    day_keys: list[DayKey]


def read(path: Path) -> KeySet:
    content = json.loads(path.read_text(encoding="utf-8"))
    require(set(content) == _MEMBERS and content["version"] == _VERSION, "key set", "members or version")
    for key in content["recipients"]:
        require(set(key) - {"private"} == _KEY_MEMBERS, "key set", "members of a recipient")
    require(set(content["device_key"]) - {"private"} == {"public"}, "key set", "members of the device key")
    return KeySet(bytes.fromhex(content["device"]), bytes.fromhex(content["notice"]),
                  bytes.fromhex(content["device_key"]["public"]), [day_key(key) for key in content["recipients"]])


def day_key(key: dict[str, Any]) -> DayKey:
    """A day key as it stands in a key set or a vector; its private half may be absent or null."""
    private = key.get("private")
    return DayKey(key["section"], key["day"], key["role"], bytes.fromhex(key["public"]),
                  None if private is None else int(private, 16))
