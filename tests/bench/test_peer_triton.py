"""Triton's kernels, compiled by triton_peers.py, run by smallm-bench and compared with its f64 reference.

  test_peer_triton.py --bench BIN --peers FOLDER --work DIR

Exit status 77 (skipped) where Triton is not installed. Of each kind of code object one that assumes everything, and
one that assumes least, take part."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

MATCH = "even_aligned,masked_m,grouped_64x128x128_w8_masked,combine"
DENSE = "K,N,Ms\n1024,144,1|16|21\n96,48,3\n"
MOE = "experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts\n"
MOE += "5,144,1024,2,0,0,64,2,random,3\n5,144,1024,1,1,1,64,2,random,3\n3,48,96,1,1,0,64,1,one,5\n"
# Cells of these that each tile has code for among MATCH.
TAKEN = {"dense": (4, 4), "moe": (3, 2)}


def bench(options: argparse.Namespace, operation: str, shapes: str) -> List[Dict[str, Any]]:
    work = Path(options.work)
    (work / "shapes.csv").write_text(shapes)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SMALLM_", "GFX950SIM_"))}
    command = [options.bench, "peers", operation, "--peers", str(work), "--device", "sim", "--json"]
    command += ["--shapes", str(work / "shapes.csv")]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=clean, text=True)
    if done.returncode not in (0, 1) or not done.stdout:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}")
    cells: List[Dict[str, Any]] = json.loads(done.stdout)["cells"]
    return cells


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True)
    parser.add_argument("--peers", required=True)
    parser.add_argument("--work", required=True)
    options = parser.parse_args()
    script = [sys.executable, "-B", str(Path(options.peers) / "triton_peers.py")]
    compiled = subprocess.run([*script, "--out", options.work, "--match", MATCH])
    if compiled.returncode != 0:
        return compiled.returncode
    faults = 0
    for operation, shapes in (("dense", DENSE), ("moe", MOE)):
        cells = bench(options, operation, shapes)
        for name, expected in zip(("64x128x128_w8", "16x16x1024_w2"), TAKEN[operation]):
            taken = [c for c in cells if c["taken"] and c["peer"] == f"triton_{name}"]
            for c in taken:
                good = c["right"] and c["rel_err"] < 3e-3 and c["modelled_us"] > 1
                good = good and c["launches"] == (2 if c.get("top_k") else 1)
                faults += not good
                print("right" if good else "WRONG", json.dumps(c))
            if len(taken) != expected:
                faults += 1
                print(f"{operation} {name}: {len(taken)} cells are taken, not {expected}")
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
