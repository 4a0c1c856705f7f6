"""The archive of a pack: ustar in one form, so what is read is written again and must come out the same."""

from .refused import Refused, require

_BLOCK = 512
_FILES = 64
_FILE_BYTES = 64 << 20


def read(archive: bytes) -> dict[str, bytes]:
    """Files by name; refuses as "archive"."""
    files: dict[str, bytes] = {}
    at = 0
    while at + _BLOCK <= len(archive) and archive[at] != 0:
        header = archive[at:at + _BLOCK]
        try:
            name = header[:100].split(b"\0")[0].decode("latin-1")
            size = int(header[124:135], 8)
        except ValueError:
            raise Refused("archive", "header") from None
        at += _BLOCK
        require(0 <= size <= min(_FILE_BYTES, len(archive) - at), "archive", "size")
        require(name not in files and len(files) < _FILES, "archive", "name")
        files[name] = archive[at:at + size]
        at += size + _padding(size)
    require(write(files) == archive, "archive", "not in its one form")
    return files


def write(files: dict[str, bytes]) -> bytes:
    parts = [_header(name, len(files[name])) + files[name] + bytes(_padding(len(files[name])))
             for name in sorted(files)]
    return b"".join(parts) + bytes(2 * _BLOCK)


def _header(name: str, size: int) -> bytes:
    fields = b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"0" * 11 + b"\0"
    start, end = name.encode("latin-1").ljust(100, b"\0") + fields, b"0" + bytes(100) + b"ustar\0" + b"00"
    rest = (end + bytes(64) + b"0000000\0" * 2).ljust(_BLOCK - 156, b"\0")
    checksum = sum(start) + 8 * 0x20 + sum(rest)
    return start + b"%06o\0 " % checksum + rest


def _padding(size: int) -> int:
    return -size % _BLOCK
