#!/usr/bin/python3
"""Second reader of the appliance's formats: judges golden vectors, prints the flow records of segments."""

import argparse
import sys
from pathlib import Path

from second_reader import keys, pack, vectors
from second_reader.flow_records import FlowRecords
from second_reader.refused import Refused


def main() -> int:
    arguments = _parser().parse_args()
    try:
        return arguments.run(arguments)
    except (OSError, ValueError, Refused) as error:
        print(f"reader: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    vector = verbs.add_parser("vector", help="judge golden vectors and print what is in them")
    vector.add_argument("files", nargs="+", type=Path, metavar="FILE")
    vector.set_defaults(run=_judge_vectors)
    segments = verbs.add_parser("segments", help="print the flow records of a folder of segments as CSV")
    segments.add_argument("folder", type=Path, metavar="DIR")
    segments.add_argument("--keys", required=True, type=Path, metavar="FILE", help="key set (keyset.json)")
    segments.set_defaults(run=_print_segments)
    evidence = verbs.add_parser("pack", help="check evidence packs with keys that you bring")
    evidence.add_argument("files", nargs="+", type=Path, metavar="PACK")
    evidence.add_argument("--pins", required=True, type=Path, metavar="FILE", help="public keys, not from the pack")
    evidence.set_defaults(run=_check_pack)
    return parser


def _check_pack(arguments: argparse.Namespace) -> int:
    pins = pack.Pins.read(arguments.pins.read_text(encoding="utf-8"))
    all_hold = True
    for file in arguments.files:
        found = pack.check(file.read_bytes(), pins)
        if len(arguments.files) > 1:
            print(f"== {file}")
        for name, (result, detail) in found.results.items():
            print(f"{result:<14}{name:<15}{detail}")
        print("the pack holds" if found.holds else "THE PACK DOES NOT HOLD")
        all_hold &= found.holds
    return 0 if all_hold else 1


def _judge_vectors(arguments: argparse.Namespace) -> int:
    judgements = [vectors.judge_file(file) for file in arguments.files]
    for judgement in judgements:
        print(judgement.text())
    others = sum(not judgement.is_as_expected for judgement in judgements)
    print(f"{len(judgements)} vectors, {others} judged otherwise than they expect")
    return 1 if others else 0


def _print_segments(arguments: argparse.Namespace) -> int:
    records = FlowRecords(keys.read(arguments.keys), lambda sentence: print(f"reader: {sentence}", file=sys.stderr))
    for line in records.lines(arguments.folder):
        print(line)
    return 1 if records.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
