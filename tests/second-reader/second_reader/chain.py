"""The chain of one device: epoch statements, batches and checkpoints in the order in which they came."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from . import batch as batches
from . import cose, objects
from .batch import Batch, Manifest, Recipient
from .objects import EpochStatement
from .refused import Refused, require

T = TypeVar("T")


@dataclass
class Epoch:
    """What is known of one epoch; ids of batches by number, and which one names which as its predecessor."""

    statement: EpochStatement
    id: bytes
    kid: bytes
    ids: dict[int, bytes] = field(default_factory=dict)
    previous: dict[int, bytes] = field(default_factory=dict)
    told: dict[int, bytes] = field(default_factory=dict)

    def known(self, sequence: int) -> bytes | None:
        """Id of the batch with this number: that came, or that a checkpoint or later statement names."""
        return self.ids.get(sequence, self.told.get(sequence))

    def agrees(self, sequence: int, batch: bytes) -> bool:
        """Whether nothing that is known says that another batch has this number."""
        return self.known(sequence) in (None, batch) and self.previous.get(sequence + 1, batch) == batch

    def highest(self) -> int:
        return max([*self.ids, *self.told], default=-1)


@dataclass(frozen=True)
class WholeBatch:
    batch: Batch
    manifest: Manifest
    recipients: list[Recipient]


@dataclass(frozen=True)
class Taken(Generic[T]):
    """What was taken. Late: it came after its successor, which is said ("swapped"); it is good all the same."""

    id: bytes
    content: T
    is_late: bool


@dataclass(frozen=True)
class Trust:
    device: bytes
    device_point: bytes
    notice: bytes
    latest_day: int | None


class Chain:
    """Takes objects as they come; each is refused or has its place. What never came is known at the end."""

    def __init__(self, trust: Trust) -> None:
        self.trust = trust
        self.epochs: dict[int, Epoch] = {}

    def take_statement(self, data: bytes) -> "Taken[EpochStatement]":
        signed = cose.read(data, "epoch")
        statement = objects.epoch_statement(self._by_device(signed))
        require(statement.device == self.trust.device, "wrong device")
        number = statement.epoch[0]
        known = self.epochs.get(number)
        if known is not None:
            raise Refused("replayed" if known.id == signed.id else "fork")
        self._check_neighbours(statement, signed.id)
        self._check_origin(statement)
        self._remember_durable(statement)
        self.epochs[number] = Epoch(statement, signed.id, cose.key_id(statement.point))
        return Taken(signed.id, statement, number < max(self.epochs))

    def take_checkpoint(self, data: bytes) -> objects.Checkpoint:
        head = objects.checkpoint(self._by_device(cose.read(data, "head")))
        require(head.device == self.trust.device, "wrong device")
        epoch = self.epochs.get(head.epoch[0])
        require(epoch is not None and epoch.statement.epoch == head.epoch, "unknown epoch")
        require(epoch.agrees(head.sequence, head.batch), "fork")
        epoch.told[head.sequence] = head.batch
        return head

    def take_batch(self, data: bytes) -> "Taken[WholeBatch]":
        """A batch that is whole and has its place; needs no key."""
        batch = batches.read(data)
        epoch, manifest = self._verified(batch.signed)
        recipients = batches.check_parts(batch, manifest)
        is_late = self._place(epoch, manifest, batch.signed.id)
        return Taken(batch.signed.id, WholeBatch(batch, manifest, recipients), is_late)

    def take_manifest(self, data: bytes) -> "Taken[Manifest]":
        """The signed manifest alone, as it goes with a proof; what it commits to is not looked at."""
        signed = cose.read(data, "batch")
        epoch, manifest = self._verified(signed)
        return Taken(signed.id, manifest, self._place(epoch, manifest, signed.id))

    def missing(self) -> list[str]:
        """What lies below the highest known number and never came; counted, for a number may be any."""
        gone = []
        numbers = sorted(self.epochs)
        for before, number in zip([numbers[0] - 1] + numbers if numbers else [], numbers):
            if number - before > 1:
                gone.append(f"{number - before - 1} epochs before epoch {number}")
            batches_gone = self.epochs[number].highest() + 1 - len(self.epochs[number].ids)
            if batches_gone > 0:
                gone.append(f"{batches_gone} batches of epoch {number}")
        return gone

    def _verified(self, signed: cose.Signed) -> tuple[Epoch, Manifest]:
        epoch = next((e for e in self.epochs.values() if e.kid == signed.kid), None)
        require(epoch is not None, "foreign key")
        manifest = batches.manifest(signed.verify(epoch.statement.point))
        require(manifest.device == self.trust.device, "wrong device")
        require(manifest.epoch == epoch.statement.epoch, "wrong epoch")
        require(manifest.notice == self.trust.notice, "wrong notice")
        require(self.trust.latest_day is None or manifest.day <= self.trust.latest_day, "future day")
        return epoch, manifest

    def _by_device(self, signed: cose.Signed) -> object:
        require(signed.kid == cose.key_id(self.trust.device_point), "foreign device")
        return signed.verify(self.trust.device_point)

    def _check_origin(self, statement: EpochStatement) -> None:
        """A statement continues from the known head before it, or from later, never from earlier."""
        before = [n for n in self.epochs if n < statement.epoch[0] and self.epochs[n].highest() >= 0]
        if not before:
            return
        durable = statement.last_durable
        head = (max(before), self.epochs[max(before)].highest())
        require(durable is not None and (durable.epoch[0], durable.sequence) >= head, "rollback")

    def _check_neighbours(self, statement: EpochStatement, statement_id: bytes) -> None:
        number = statement.epoch[0]
        before, after = self.epochs.get(number - 1), self.epochs.get(number + 1)
        require(before is None or before.id == statement.previous, "fork")
        require(after is None or after.statement.previous == statement_id, "fork")
        durable = statement.last_durable
        origin = self.epochs.get(durable.epoch[0]) if durable is not None else None
        if origin is not None:
            require(origin.statement.epoch == durable.epoch, "fork")
            require(origin.agrees(durable.sequence, durable.id), "fork")

    def _remember_durable(self, statement: EpochStatement) -> None:
        durable = statement.last_durable
        if durable is not None and durable.epoch[0] in self.epochs:
            self.epochs[durable.epoch[0]].told[durable.sequence] = durable.id

    @staticmethod
    def _place(epoch: Epoch, manifest: Manifest, batch_id: bytes) -> bool:
        """Gives the batch its place; true where its successor was here before it."""
        sequence = manifest.sequence
        if epoch.ids.get(sequence) == batch_id:
            raise Refused("replayed")
        require(epoch.agrees(sequence, batch_id), "fork")
        before = epoch.id if sequence == 0 else epoch.known(sequence - 1)
        require(before is None or before == manifest.previous, "fork")
        is_late = any(known > sequence for known in epoch.ids)
        epoch.ids[sequence] = batch_id
        epoch.previous[sequence] = manifest.previous
        return is_late
