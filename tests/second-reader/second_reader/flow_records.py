"""The flow records of a folder of segments: chain, opening, roots, and the lines of what could be opened."""

from pathlib import Path
from typing import Callable, Iterator

from . import batch as batches
from . import columns, flow_csv, rows, segments
from .chain import Chain, Trust, WholeBatch
from .keys import KeySet
from .refused import Refused, require
from .rows import Fields


class FlowRecords:
    """Prints what opens; what does not is said in one line each, and the result is not the whole."""

    def __init__(self, keys: KeySet, complain: Callable[[str], None]) -> None:
        self.keys = keys
        self.chain = Chain(Trust(keys.device, keys.device_point, keys.notice, latest_day=None))
        self.complain = complain
        self.complaints = 0
        self.sections_without_key = 0

    def lines(self, folder: Path) -> Iterator[str]:
        """Header and one line a record. Afterwards `complaints` is 0 where everything was there and good."""
        yield flow_csv.HEADER
        for found in segments.read(folder):
            if isinstance(found, segments.Damage):
                self._say(f"segment {found.segment} at {found.offset}: it has rotted")
                continue
            try:
                yield from self._take(found)
            except Refused as refused:
                self._say(f"segment {found.segment} at {found.offset}: refused: {refused}")
        for missing in self.chain.missing():
            self._say(f"{missing} were written and are not in this folder")
        if self.sections_without_key:
            self._say(f"no key for {self.sections_without_key} sections, so their fields are empty")

    def _say(self, sentence: str) -> None:
        self.complaints += 1
        self.complain(sentence)

    def _take(self, frame: segments.Frame) -> Iterator[str]:
        if frame.kind == segments.EPOCH_STATEMENT:
            self._take_statement(frame)
        elif frame.kind == segments.CHECKPOINT:
            self.chain.take_checkpoint(frame.payload)
        elif frame.kind == segments.BATCH:
            yield from self._flows(self.chain.take_batch(frame.payload).content)

    def _take_statement(self, frame: segments.Frame) -> None:
        try:
            self.chain.take_statement(frame.payload)
        except Refused as refused:
            # Each segment begins with a copy of its epoch's statement.
            if refused.name != "replayed" or not frame.is_copy:
                raise

    def _flows(self, whole: WholeBatch) -> Iterator[str]:
        manifest = whole.manifest
        attribution = self._section(whole, batches.ATTRIBUTION)
        contact = self._section(whole, batches.CONTACT)
        if attribution is not None and contact is not None:
            require(attribution.counts == contact.counts, "columns", "other row count")
        who = _flow_fields(attribution)
        what = _flow_fields(contact)
        for i in range(max(len(who), len(what))):
            yield flow_csv.line(
                who[i] if who else flow_csv.NO_ATTRIBUTION, what[i] if what else flow_csv.NO_CONTACT,
                manifest.device, manifest.epoch[0], manifest.sequence, i)

    def _section(self, whole: WholeBatch, section: int) -> columns.Section | None:
        """The opened section, or None where the batch has none or no key is at hand."""
        manifest = whole.manifest
        numbers = [entry.section for entry in manifest.sections]
        if section not in numbers:
            return None
        try:
            content_key = batches.content_keys(manifest, whole.recipients, section, self.keys.day_keys)[0]
        except Refused as refused:
            if refused.name != "no key":
                raise
            self.sections_without_key += 1
            return None
        ciphertext = whole.batch.ciphertexts[numbers.index(section)]
        plain = batches.open_section(manifest, section, ciphertext, content_key)
        try:
            opened = columns.decode(plain, section)
        except Refused as refused:
            raise Refused("columns", str(refused)) from None
        batches.check_root(manifest, section, content_key, rows.canonical(opened))
        return opened


def _flow_fields(section: columns.Section | None) -> list[Fields]:
    if section is None:
        return []
    return [row.fields for row in rows.rows(section) if row.kind == columns.FLOW]
