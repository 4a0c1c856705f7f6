#!/usr/bin/python3
"""Second reader of the appliance's formats: judges golden vectors, prints the flow records of segments."""

import argparse
import sys
from pathlib import Path

from second_reader import keys, vectors
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
    return parser


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
