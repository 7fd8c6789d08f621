"""Vectors for vector ALU instructions that the conformance vectors leave out.

    python3 -B tests/sim/isa_reference.py --mnemonics sim/src/isa/mnemonics.inc \\
        --llvm-mc llvm-mc-22 --out FILE.jsonl

The model is the pseudo-code of the CDNA4 ISA document (12.7, 12.8, 12.9, 12.11) and its rules of
small floats (7.3), over exact fractions. Where the document is silent the lane is left out, and
the model says so. The file is in the format that `gfx950sim conform` reads. A mnemonic here that
is not in the list of mnemonics makes the script fail.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from pathlib import Path
from typing import Callable, Dict, Iterator, List

from isa_arithmetic import cubes, f16_arithmetic, moves, sums, transcendentals
from isa_compare import comparisons
from isa_convert import plain_conversions, scaled_to_f16, stochastic_narrow, stochastic_words
from isa_model import Vector
from mfma_reference import encodings

FAMILIES: List[Callable[[random.Random], Iterator[Vector]]] = [
    comparisons,
    f16_arithmetic,
    transcendentals,
    cubes,
    plain_conversions,
    scaled_to_f16,
    stochastic_words,
    stochastic_narrow,
    sums,
    moves,
]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mnemonics", type=Path, required=True)
    parser.add_argument("--llvm-mc", default="llvm-mc-22")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=950)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    vectors = [vector for family in FAMILIES for vector in family(rng)]
    names = {re.sub(r"_e(32|64)$", "", vector.op) for vector in vectors}
    unknown = names - set(re.findall(r'MNEMONIC\("(\w+)"\)', args.mnemonics.read_text()))
    if unknown:
        print(f"not in {args.mnemonics}: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    codes = encodings(args.llvm_mc, [vector.text for vector in vectors])
    if len(codes) != len(vectors):
        print(f"{len(codes)} encodings of {len(vectors)} instructions", file=sys.stderr)
        return 1
    with args.out.open("w") as out:
        for n, (vector, code) in enumerate(zip(vectors, codes)):
            op = re.sub(r"_e(32|64)$", "", vector.op)
            record: Dict[str, object] = {
                "id": f"{op}.isa.{n}",
                "op": op,
                "asm": [vector.text],
                "enc": code,
                "in": vector.state,
                "out": vector.want,
                "skip_lanes": vector.skip,
            }
            if vector.fmt != "u32":
                record["fmt"] = {key: vector.fmt for key in vector.want if re.match(r"[va]\d", key)}
            if vector.ulp:
                record["ulp"] = vector.ulp
            out.write(json.dumps(record) + "\n")
    print(f"{len(vectors)} vectors of {len(names)} mnemonics")
    return 0


if __name__ == "__main__":
    sys.exit(main())
