"""Why an object or the columns of a section are not accepted."""

# FORMAT.md, "Refusals": the place in the list is the number in a receipt.
REFUSALS = (
    "none", "too large", "too deep", "not cbor", "not canonical", "trailing bytes", "wrong structure",
    "unknown version", "protected header", "wrong type", "foreign key", "signature", "foreign device",
    "wrong device", "wrong epoch", "wrong notice", "future day", "time order", "recipients hash",
    "section list", "ciphertext length", "ciphertext hash", "recipients list", "no key", "key wrap",
    "commitment", "ciphertext", "columns", "count", "root", "proof", "missing", "swapped", "replayed", "fork",
    "rollback", "unknown epoch", "control signers", "control replayed", "control time", "notice withdrawn")


class Refused(Exception):
    """The first check that failed. Its name is one of FORMAT.md's, in lower-case words: "recipients hash"."""

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(f"{name}: {detail}" if detail else name)
        self.name = name


def require(condition: bool, name: str, detail: str = "") -> None:
    """Refuses with this name unless the condition holds."""
    if not condition:
        raise Refused(name, detail)
