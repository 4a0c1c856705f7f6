"""The reader's lists of words are those of FORMAT.md."""

import re
import unittest
from pathlib import Path

from second_reader import flow_csv, refused

_FORMAT = Path(__file__).parents[3] / "host" / "Appliance.Wire" / "FORMAT.md"


class FormatChecks(unittest.TestCase):
    def setUp(self) -> None:
        self.text = " ".join(_FORMAT.read_text(encoding="utf-8").split())

    def test_refusals_have_the_numbers_of_the_page(self) -> None:
        self.assertIn(f"By number: {_numbered(refused.REFUSALS)}.", self.text)

    def test_the_words_of_the_fields_have_the_numbers_of_the_page(self) -> None:
        for field, words in (
                ("kind", flow_csv.KINDS), ("clock-state", flow_csv.CLOCK_STATES),
                ("translation", flow_csv.TRANSLATIONS), ("attribution", flow_csv.ATTRIBUTIONS),
                ("service-source", flow_csv.SERVICE_SOURCES), ("end-reason", ("none",) + flow_csv.END_REASONS[1:])):
            self.assertIn(f"| {field} | {_numbered(words)} |", self.text)
        witnesses = re.search(r"\| witnesses \| bits from the lowest: ([a-z, ]+) \|", self.text)
        self.assertEqual(", ".join(flow_csv.WITNESSES), witnesses[1])


def _numbered(words: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {word}" for number, word in enumerate(words))
