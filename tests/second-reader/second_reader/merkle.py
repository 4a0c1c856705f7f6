"""Trees of RFC 9162 section 2.1: roots, inclusion proofs, consistency proofs; and the salted leaves of FORMAT.md."""

import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .refused import require


def leaf(data: bytes) -> bytes:
    """Hash of a leaf with these bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: list[bytes]) -> bytes:
    """Root over the hashes of the leaves. Joining neighbours level by level, the odd last one going up as it is,
    gives the tree of section 2.1.1."""
    level = leaves
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        above = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = above + level[len(above) * 2:]
    return level[0]


def salts(key: bytes, count: int) -> list[bytes]:
    """salt i = AES-256 of the block u128be(i)."""
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    stream = encryptor.update(b"".join(i.to_bytes(16, "big") for i in range(count)))
    return [stream[16 * i:16 * i + 16] for i in range(count)]


def check_inclusion(leaf_hash: bytes, index: int, size: int, path: list[bytes], expected_root: bytes) -> None:
    """Section 2.1.3.2; refuses as "proof"."""
    require(0 <= index < size, "proof", "the index is beyond the tree")
    first, second, reached = index, size - 1, leaf_hash
    for sibling in path:
        require(second != 0, "proof", "the path is too long")
        if first & 1 or first == second:
            reached = node(sibling, reached)
            while first & 1 == 0 and first != 0:
                first, second = first >> 1, second >> 1
        else:
            reached = node(reached, sibling)
        first, second = first >> 1, second >> 1
    require(second == 0 and reached == expected_root, "proof")


def check_consistency(
        old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: list[bytes]) -> None:
    """Section 2.1.4.2; refuses as "proof". Everything is consistent with the empty tree, with an empty path."""
    require(0 <= old_size <= new_size, "proof", "the older tree is larger")
    if old_size == 0 or old_size == new_size:
        same = old_root == new_root if old_size == new_size else old_root == root([])
        require(same and not path, "proof")
        return
    steps = [old_root] + path if old_size & (old_size - 1) == 0 else list(path)
    require(bool(steps), "proof", "the path is empty")
    first, second = old_size - 1, new_size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old_reached = new_reached = steps[0]
    for step in steps[1:]:
        require(second != 0, "proof", "the path is too long")
        if first & 1 or first == second:
            old_reached, new_reached = node(step, old_reached), node(step, new_reached)
            while first & 1 == 0 and first != 0:
                first, second = first >> 1, second >> 1
        else:
            new_reached = node(new_reached, step)
        first, second = first >> 1, second >> 1
    require(second == 0 and old_reached == old_root and new_reached == new_root, "proof")
