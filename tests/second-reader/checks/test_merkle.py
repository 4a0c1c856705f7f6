"""Inclusion and consistency proofs against RFC 9162's own recursive definitions of tree and proofs."""

import hashlib
import unittest

from second_reader import merkle
from second_reader.refused import Refused

_SIZE_MAX = 21


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return hashlib.sha256(b"\x01" + _root(leaves[:k]) + _root(leaves[k:])).digest()


def _path(index: int, leaves: list[bytes]) -> list[bytes]:
    """Section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return _path(index, leaves[:k]) + [_root(leaves[k:])]
    return _path(index - k, leaves[k:]) + [_root(leaves[:k])]


def _consistency(size: int, leaves: list[bytes], is_known: bool = True) -> list[bytes]:
    """Section 2.1.4.1."""
    if size == len(leaves):
        return [] if is_known else [_root(leaves)]
    k = _split(len(leaves))
    if size <= k:
        return _consistency(size, leaves[:k], is_known) + [_root(leaves[k:])]
    return _consistency(size - k, leaves[k:], False) + [_root(leaves[:k])]


def _flipped(path: list[bytes], at: int) -> list[bytes]:
    return path[:at] + [bytes([path[at][0] ^ 1]) + path[at][1:]] + path[at + 1:]


class MerkleChecks(unittest.TestCase):
    def setUp(self) -> None:
        self.leaves = [merkle.leaf(bytes([i])) for i in range(_SIZE_MAX)]

    def test_the_root_of_every_size_is_that_of_the_definition(self) -> None:
        for size in range(_SIZE_MAX + 1):
            self.assertEqual(_root(self.leaves[:size]), merkle.root(self.leaves[:size]))

    def test_every_leaf_is_proven_and_no_other_place_path_or_size_is(self) -> None:
        for size in range(1, _SIZE_MAX + 1):
            leaves = self.leaves[:size]
            root = _root(leaves)
            for index in range(size):
                path = _path(index, leaves)
                merkle.check_inclusion(leaves[index], index, size, path, root)
                self._refused(leaves[index], (index + 1) % size, size, path, root, size == 1)
                self._refused(leaves[index], index, size, path + [root], root)
                for at in range(len(path)):
                    self._refused(leaves[index], index, size, _flipped(path, at), root)
                    self._refused(leaves[index], index, size, path[:at], root)

    def test_every_growth_is_proven_and_no_altered_history_is(self) -> None:
        other = merkle.leaf(b"altered")
        for new in range(1, _SIZE_MAX + 1):
            for old in range(1, new + 1):
                leaves = self.leaves[:new]
                old_root, new_root = _root(leaves[:old]), _root(leaves)
                path = _consistency(old, leaves)
                merkle.check_consistency(old, old_root, new, new_root, path)
                altered = _root([other] + leaves[1:old])
                with self.assertRaises(Refused):
                    merkle.check_consistency(old, altered, new, new_root, path)
                for at in range(len(path)):
                    with self.assertRaises(Refused):
                        merkle.check_consistency(old, old_root, new, new_root, _flipped(path, at))
                with self.assertRaises(Refused):
                    merkle.check_consistency(old, old_root, new, new_root, path + [other])

    def test_everything_follows_the_empty_tree_and_a_tree_never_shrinks(self) -> None:
        empty, root = merkle.root([]), merkle.root(self.leaves)
        merkle.check_consistency(0, empty, _SIZE_MAX, root, [])
        for old, old_root in ((0, root), (_SIZE_MAX + 1, root)):
            with self.assertRaises(Refused):
                merkle.check_consistency(old, old_root, _SIZE_MAX, root, [])

    def _refused(
            self, leaf: bytes, index: int, size: int, path: list[bytes], root: bytes, is_same: bool = False) -> None:
        if is_same:
            return
        with self.assertRaises(Refused):
            merkle.check_inclusion(leaf, index, size, path, root)
