"""Golden vectors: each is judged as FORMAT.md, "Vectors", says, and what is in it is printed."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import batch as batches
from . import columns, cose, fields, keys, limits, objects, rows, signed_vectors, strict_cbor
from .batch import Batch, Manifest, Recipient
from .chain import Chain, Trust
from .refused import Refused, require

ACCEPTED = "accepted"


@dataclass
class Judgement:
    """The verdict over a vector, and lines of what was found in it."""

    name: str
    expect: str
    verdict: str = ACCEPTED
    lines: list[str] = field(default_factory=list)

    @property
    def is_as_expected(self) -> bool:
        return self.verdict == self.expect

    def text(self) -> str:
        wanted = "" if self.is_as_expected else f" BUT EXPECTED {self.expect}"
        return "\n".join([f"{self.name}: {self.verdict}{wanted}"] + [f"  {line}" for line in self.lines])


def judge_file(path: Path) -> Judgement:
    vector = json.loads(path.read_text(encoding="utf-8"))
    judgement = Judgement(vector["name"], vector["expect"])
    try:
        if "columns" in vector:
            _judge_rows(vector, judgement)
        elif "object" in vector:
            signed_vectors.judge(vector)
        else:
            _BatchVector(vector, judgement).judge()
    except Refused as refused:
        judgement.verdict = f"refused: {refused.name}"
    return judgement


def _judge_rows(vector: dict[str, Any], judgement: Judgement) -> None:
    section = columns.decode(bytes.fromhex(vector["columns"]), vector["section"])
    canon = [row.hex() for row in rows.canonical(section)]
    judgement.lines += [f"row {i} {row}" for i, row in enumerate(canon)]
    require(canon == vector["rows"], "rows", "the rows are not those of the vector")


class _BatchVector:
    def __init__(self, vector: dict[str, Any], judgement: Judgement) -> None:
        trust = vector["trust"]
        self.vector = vector
        self.lines = judgement.lines
        self.trust = trust
        self.device = bytes.fromhex(trust["device"])
        self.chain = Chain(Trust(self.device, bytes.fromhex(trust["device_key"]), bytes.fromhex(trust["notice"]),
                                 trust["latest_day"]))
        self.keys = [keys.day_key(key) for key in vector["day_keys"]]
        self.last_batch: tuple[Batch, Manifest] | None = None

    def judge(self) -> None:
        takers = {"epoch": self._epoch, "batch": self._batch, "head": self._head, "proof": self._proof,
                  "receipt": self._receipt, "control": self._control}
        for item in self.vector["objects"]:
            takers[item["kind"]](bytes.fromhex(item["hex"]))
        missing = self.chain.missing()
        require(not missing, "missing", ", ".join(missing))

    def _epoch(self, data: bytes) -> None:
        taken = self.chain.take_statement(data)
        require(not taken.is_late, "swapped")
        self.lines.append(f"epoch {taken.content.epoch[0]} {taken.id.hex()}")

    def _head(self, data: bytes) -> None:
        head = self.chain.take_checkpoint(data)
        self.lines.append(f"head {head.epoch[0]}/{head.sequence} {head.batch.hex()}")

    def _batch(self, data: bytes) -> None:
        taken = self.chain.take_batch(data)
        require(not taken.is_late, "swapped")
        batch, manifest, recipients = taken.content.batch, taken.content.manifest, taken.content.recipients
        self.last_batch = batch, manifest
        position = f"{manifest.epoch[0]}/{manifest.sequence}"
        self.lines.append(f"batch {position} {taken.id.hex()} day {manifest.day} rows {manifest.rows}")
        for entry, ciphertext in zip(manifest.sections, batch.ciphertexts):
            self._section(manifest, recipients, entry.section, ciphertext)

    def _section(self, manifest: Manifest, recipients: list[Recipient], section: int, ciphertext: bytes) -> None:
        content_key = batches.content_keys(manifest, recipients, section, self.keys)[0]
        canon = _stand_in_rows(batches.open_section(manifest, section, ciphertext, content_key))
        salts = batches.check_root(manifest, section, content_key, canon)
        self.lines.append(f"section {section} root {manifest.section(section).root.hex()}")
        self.lines += [f"row {section}/{i} salt {salt.hex()} {row.hex()}"
                       for i, (salt, row) in enumerate(zip(salts, canon))]

    def _proof(self, data: bytes) -> None:
        shown = objects.proof(data)
        require(self.last_batch is not None, "proof", "no batch before it")
        batch, manifest = self.last_batch
        objects.check_proof(shown, batch.signed.id, manifest)
        self.lines.append(f"proof of row {shown.section}/{shown.index} of {shown.rows}")

    def _receipt(self, data: bytes) -> None:
        store = bytes.fromhex(self.trust["store_key"])
        signed = cose.read(data, "receipt")
        require(signed.kid == cose.key_id(store), "foreign key")
        receipt = objects.receipt(signed.verify(store))
        require(receipt.device == self.device, "wrong device")
        self.lines.append(f"receipt {receipt.epoch[0]}/{receipt.sequence} {receipt.batch.hex()} "
                          f"reason {receipt.reason} copies {receipt.copies} ledger {receipt.ledger_index}")

    def _control(self, data: bytes) -> None:
        control = objects.check_control(
            data, self.device, bytes.fromhex(self.trust["operator_key"]),
            bytes.fromhex(self.trust["custodian_key"]), self.trust["control_last"], self.trust["control_now_us"])
        self.lines.append(f"control {control.number} kind {control.kind}")


def _stand_in_rows(plain: bytes) -> list[bytes]:
    """The columns of the batch vectors are an array of the canonical rows, so that a change of the columns leaves the
    batch vectors alone."""
    try:
        canon = fields.array_up_to(strict_cbor.decode(plain, limits.SECTION_BYTES), limits.BATCH_ROWS)
        require(all(isinstance(row, bytes) and len(row) <= limits.CANON_BYTES for row in canon), "columns")
    except Refused:
        raise Refused("columns") from None
    return canon
