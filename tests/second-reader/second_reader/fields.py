"""Fields of a decoded object: each is of the kind that the listing says, or the object is refused."""

from typing import Any

from . import limits
from .refused import require

_STRUCTURE = "wrong structure"
_P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def number(value: Any, most: int = 2**64 - 1) -> int:
    require(isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most, _STRUCTURE)
    return value


def tai(value: Any) -> int:
    """Microseconds of TAI, below 2^63."""
    return number(value, 2**63 - 1)


def u32(value: Any) -> int:
    return number(value, 2**32 - 1)


def octets(value: Any, length: int) -> bytes:
    require(isinstance(value, bytes) and len(value) == length, _STRUCTURE)
    return value


def opaque(value: Any, least: int = 0) -> bytes:
    require(isinstance(value, bytes) and least <= len(value) <= limits.OPAQUE_BYTES, _STRUCTURE)
    return value


def digest(value: Any) -> bytes:
    return octets(value, 32)


def identity(value: Any) -> bytes:
    return octets(value, 16)


def text(value: Any) -> str:
    require(isinstance(value, str) and len(value.encode("utf-8")) <= limits.TEXT_BYTES, _STRUCTURE)
    return value


def array(value: Any, length: int) -> list[Any]:
    require(isinstance(value, list) and len(value) == length, _STRUCTURE)
    return value


def array_up_to(value: Any, most: int) -> list[Any]:
    require(isinstance(value, list) and len(value) <= most, _STRUCTURE)
    return value


def keys(value: Any, last: int) -> dict[int, Any]:
    """A map with exactly the keys 1 to last."""
    require(isinstance(value, dict) and list(value) == list(range(1, last + 1)), _STRUCTURE)
    return value


def version(value: Any, known: Any) -> None:
    """Judged before anything else, because another version may have other keys."""
    require(isinstance(value, dict) and 1 in value, _STRUCTURE)
    require(value[1] == known and not isinstance(value[1], bool), "unknown version")


def point(value: Any) -> bytes:
    """An uncompressed point of P-256 whose coordinates lie below the field prime; whether it is on the curve is
    judged where a key is made of it."""
    content = octets(value, 65)
    require(content[0] == 4, _STRUCTURE)
    x, y = content[1:33], content[33:]
    require(max(int.from_bytes(x, "big"), int.from_bytes(y, "big")) < _P256_PRIME, _STRUCTURE)
    return content


def epoch(value: Any) -> tuple[int, bytes]:
    pair = array(value, 2)
    return u32(pair[0]), identity(pair[1])


def optional(value: Any, read: Any) -> Any:
    return None if value is None else read(value)
