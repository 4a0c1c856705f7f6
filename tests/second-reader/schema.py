#!/usr/bin/python3
"""Holds documents against a JSON Schema with Debian's python3-jsonschema, which knows nothing of the product."""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator


def main() -> int:
    schema = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    all_fit = True
    for name in sys.argv[2:]:
        document = json.loads(Path(name).read_text(encoding="utf-8"))
        fits = validator.is_valid(document)
        print(f"{'fits' if fits else 'does not fit'} {Path(name).name}")
        all_fit &= fits
    return 0 if all_fit else 1


if __name__ == "__main__":
    sys.exit(main())
