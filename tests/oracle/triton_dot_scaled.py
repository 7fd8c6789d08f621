"""Triton's dot_scaled, compiled for gfx950, run in the simulator and compared with an f64 product.

  triton_dot_scaled.py --gfx950sim BIN --work DIR

Exit status 77 (skipped) where Triton is not installed. Elements are small enough for every order
of addition to be exact."""

import argparse
import json
import random
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

try:
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource
except ImportError:
    print("skipped: no Triton (pip install triton)")
    sys.exit(77)

from triton_kernel import matmul  # noqa: E402

# Codes of 0, 1/2, 1, 3/2, 2, 3 and of their negatives.
VALUES = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0]
CODES = {"e4m3": [0x00, 0x30, 0x38, 0x3C, 0x40, 0x44], "e2m1": [0, 1, 2, 3, 4, 5]}
SIGN = {"e4m3": 0x80, "e2m1": 8}


class Shape(NamedTuple):
    m: int
    n: int
    k: int
    steps: int
    a: str
    b: str
    warps: int


SHAPES = [
    Shape(32, 32, 128, 2, "e4m3", "e4m3", 4),
    Shape(64, 32, 256, 2, "e4m3", "e4m3", 4),
    Shape(32, 64, 128, 3, "e2m1", "e2m1", 4),
    Shape(32, 32, 128, 2, "e4m3", "e2m1", 1),
]
GRID = (2, 2)


class Matrix:
    def __init__(self, rows: int, k: int, kind: str, chance: random.Random) -> None:
        picks = [(chance.randrange(6), chance.randrange(2)) for _ in range(rows * k)]
        self.values = [VALUES[i] * (-1 if s else 1) for i, s in picks]
        codes = [CODES[kind][i] | (SIGN[kind] if s else 0) for i, s in picks]
        if kind == "e2m1":
            codes = [lo | hi << 4 for lo, hi in zip(codes[::2], codes[1::2])]
        self.codes = bytes(codes)
        self.scales = bytes(chance.randrange(125, 130) for _ in range(rows * k // 32))
        self.row: List[List[float]] = []
        for r in range(rows):
            at = r * k
            self.row.append(
                [self.values[at + j] * 2.0 ** (self.scales[(at + j) // 32] - 127) for j in range(k)]
            )


def compile_kernel(s: Shape) -> Any:
    signature = {
        "a_ptr": "*u8",
        "b_ptr": "*u8",
        "a_scale_ptr": "*u8",
        "b_scale_ptr": "*u8",
        "c_ptr": "*fp32",
        "steps": "i32",
    }
    if s.a == "e4m3":
        signature["a_ptr"] = "*fp8e4nv"
    if s.b == "e4m3":
        signature["b_ptr"] = "*fp8e4nv"
    constants: Dict[str, Any] = {"M": s.m, "N": s.n, "K": s.k, "A": s.a, "B": s.b}
    signature.update({name: "constexpr" for name in constants})
    attributes = {(i,): [["tt.divisibility", 16]] for i in range(5)}
    source = ASTSource(fn=matmul, signature=signature, constexprs=constants, attrs=attributes)
    return triton.compile(
        source, target=GPUTarget("hip", "gfx950", 64), options={"num_warps": s.warps}
    )


def run(options: argparse.Namespace, s: Shape) -> List[str]:
    work = Path(options.work)
    kernel = compile_kernel(s)
    (work / "matmul.hsaco").write_bytes(kernel.asm["hsaco"])
    asm = kernel.asm["amdgcn"]
    scaled = sum("v_mfma_scale_f32" in line for line in asm.split("\n"))
    rows, columns, k = s.m * GRID[0], s.n * GRID[1], s.k * s.steps
    chance = random.Random(7)
    a, b = Matrix(rows, k, s.a, chance), Matrix(columns, k, s.b, chance)
    for name, data in (("a", a.codes), ("b", b.codes), ("sa", a.scales), ("sb", b.scales)):
        (work / name).write_bytes(data)
    command = [options.gfx950sim, "run", work / "matmul.hsaco", "--grid", f"{GRID[0]},{GRID[1]},1"]
    command += [
        "--block",
        f"{64 * s.warps},1,1",
        "--lds",
        str(kernel.metadata.shared),
        "--checks",
        "compiled",
        "--json",
    ]
    command += [
        f"in:{work}/a",
        f"in:{work}/b",
        f"in:{work}/sa",
        f"in:{work}/sb",
        f"out:{rows * columns * 4}:{work}/c",
    ]
    command += [f"i32:{s.steps}", "null", "null"]  # global and profiling scratch
    wrong = []
    for order in ("run-to-barrier", "reversed", "lock-step", "shuffle"):
        result = subprocess.run(
            [str(c) for c in command + ["--order", order]],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if result.returncode == 2:
            return [f"{s}: {result.stderr}"]
        wrong += [f"{s} {order}: {f['text']}" for f in json.loads(result.stdout)["findings"]]
        c = struct.unpack(f"<{rows * columns}f", (work / "c").read_bytes())
        for i in range(rows):
            for j in range(columns):
                expected = sum(x * y for x, y in zip(a.row[i], b.row[j]))
                if c[i * columns + j] != expected:
                    return wrong + [
                        f"{s} {order}: C[{i}][{j}] is {c[i * columns + j]}, not {expected}"
                    ]
    print(f"{s}: right, {scaled} scaled MFMA in the code")
    if not scaled and s.a == s.b:  # mixed formats may be widened first
        wrong.append(f"{s}: Triton made no scaled MFMA of it")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gfx950sim", required=True)
    parser.add_argument("--work", required=True)
    options = parser.parse_args()
    Path(options.work).mkdir(parents=True, exist_ok=True)
    wrong = [line for shape in SHAPES for line in run(options, shape)]
    for line in wrong:
        print(line)
    print(f"Triton {triton.__version__}: {len(SHAPES)} products, {len(wrong)} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
