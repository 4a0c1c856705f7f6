"""The refusals are those of FORMAT.md, each at its number."""

import re
import unittest
from pathlib import Path

from second_reader.refused import REFUSALS

FORMAT = Path(__file__).parents[3] / "host" / "Appliance.Wire" / "FORMAT.md"


class Refusals(unittest.TestCase):
    def test_every_number_has_the_name_that_the_format_gives_it(self) -> None:
        text = FORMAT.read_text(encoding="utf-8").split("\n## Refusals", 1)[1].split("\n## ", 1)[0]
        named = {int(number): " ".join(name.split())
                 for number, name in re.findall(r"\b([0-9]+)\s+([a-z][a-z \n]*[a-z])", text)}
        for number, name in enumerate(REFUSALS):
            self.assertEqual(named.get(number), name)
        self.assertEqual(REFUSALS[40], "notice withdrawn")
        self.assertEqual(max(named), len(REFUSALS) - 1)


if __name__ == "__main__":
    unittest.main()
