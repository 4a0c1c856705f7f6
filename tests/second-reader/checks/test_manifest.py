"""What an evidence pack carries of a batch: the signed manifest alone, with the proof of a row."""

import json
import unittest
from pathlib import Path

from second_reader import objects, strict_cbor
from second_reader.chain import Chain, Trust
from second_reader.refused import Refused

_VECTOR = Path(__file__).parents[2] / "vectors" / "batch" / "accepted-chain.json"


class ManifestChecks(unittest.TestCase):
    def setUp(self) -> None:
        vector = json.loads(_VECTOR.read_text(encoding="utf-8"))
        trust = vector["trust"]
        self.chain = Chain(Trust(bytes.fromhex(trust["device"]), bytes.fromhex(trust["device_key"]),
                                 bytes.fromhex(trust["notice"]), trust["latest_day"]))
        self.objects = [(item["kind"], bytes.fromhex(item["hex"])) for item in vector["objects"]]

    def test_a_row_is_proven_by_the_manifest_alone(self) -> None:
        manifests = {}
        for kind, data in self.objects:
            if kind == "epoch":
                self.chain.take_statement(data)
            if kind == "batch":
                taken = self.chain.take_manifest(strict_cbor.encode(strict_cbor.decode(data)[0]))
                manifests[taken.id] = taken.content
        shown = objects.proof(next(data for kind, data in self.objects if kind == "proof"))
        objects.check_proof(shown, shown.batch, manifests[shown.batch])
        for other in manifests:
            if other != shown.batch:
                with self.assertRaises(Refused):
                    objects.check_proof(shown, other, manifests[other])

    def test_a_manifest_is_refused_before_the_statement_that_certifies_its_key(self) -> None:
        batch = next(data for kind, data in self.objects if kind == "batch")
        with self.assertRaisesRegex(Refused, "foreign key"):
            self.chain.take_manifest(strict_cbor.encode(strict_cbor.decode(batch)[0]))
