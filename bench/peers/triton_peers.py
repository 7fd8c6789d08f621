"""Compile Triton's block-scaled products for gfx950, and write the manifest that smallm-bench reads.

  triton_peers.py --out DIR [--match TEXT,...]

--match: only code objects with one of these texts in their names. No GPU and no PyTorch are needed. Options of the compiler are Triton's defaults (num_stages 2, matrix_instr_nonkdim 0,
waves_per_eu 0). A call from PyTorch tells the compiler which arguments are 1, which are multiples of 16, and which
tensors are smaller than 2 GB; so there is one code object for each answer that a call may give, and the manifest says
which is whose. Exit status 77 (skipped) where Triton is not installed."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

try:
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource
except ImportError:
    print("skipped: no Triton (pip install triton)")
    sys.exit(77)

from triton_kernels import combine, dense, grouped  # noqa: E402


class Tile(NamedTuple):
    m: int
    n: int
    k: int
    warps: int

    def __str__(self) -> str:
        return f"{self.m}x{self.n}x{self.k}_w{self.warps}"


# The tile of the baseline, and a small one for few rows.
TILES = [Tile(64, 128, 128, 8), Tile(16, 16, 1024, 2)]
COMBINE_N = 1024

POINTER_TYPES = {
    "x": "*fp8e4nv",
    "x_scale": "*u8",
    "w": "*fp8e4nv",
    "w_scale": "*u8",
    "out": "*bf16",
    "weights": "*fp32",
    "sorted_token_ids": "*i32",
    "expert_ids": "*i32",
    "num_tokens_post_padded": "*i32",
    "slot_rows": "*bf16",
}
WIDE = {"stride_expert", "stride_expert_scale"}


class Variant(NamedTuple):
    """What the compiler may assume, and the conditions under which that is so."""

    label: str
    when: List[str]
    ones: List[str]
    sixteens: List[str]
    constants: Dict[str, Any]


def compile_kernel(
    fn: Any, names: List[str], v: Variant, warps: int, small: bool
) -> Tuple[Any, List[str]]:
    """The compiled kernel, and the names of the arguments that it really takes."""
    constants = dict(v.constants, **{name: 1 for name in v.ones})
    signature, attributes = {}, {}
    for i, name in enumerate(names):
        if name in constants:
            signature[name] = "constexpr"
        elif name in POINTER_TYPES:
            signature[name] = POINTER_TYPES[name]
            attributes[(i,)] = [["tt.divisibility", 16]]
            if small or name not in ("w", "w_scale"):
                attributes[(i,)].append(["tt.pointer_range", 32])
        else:
            signature[name] = "i64" if name in WIDE else "i32"
            if name in v.sixteens:
                attributes[(i,)] = [["tt.divisibility", 16]]
    source = ASTSource(fn=fn, signature=signature, constexprs=constants, attrs=attributes)
    target = GPUTarget("hip", "gfx950", 64)
    compiled = triton.compile(
        source, target=target, options={"num_warps": warps, "enable_fp_fusion": True}
    )
    return compiled, [name for name in names if signature[name] != "constexpr"]


def wanted(match: str, file: str) -> bool:
    return any(text in file for text in match.split(","))


def launch(
    out: Path, file: str, compiled: Any, taken: List[str], values: Dict[str, Any], grid: List[Any]
) -> Dict[str, Any]:
    (out / file).write_bytes(compiled.asm["hsaco"])
    arguments: List[Dict[str, Any]] = []
    for name in taken:
        if name in POINTER_TYPES:
            arguments.append({"pointer": values.get(name, name)})
        else:
            arguments.append({"i64" if name in WIDE else "i32": values.get(name, name)})
    arguments += [{"pointer": "null"}] * 2  # Triton's global and profiling scratch
    return {
        "file": file,
        "symbol": compiled.metadata.name,
        "grid": grid,
        "block": [64 * compiled.metadata.num_warps],
        "lds": compiled.metadata.shared,
        "arguments": arguments,
    }


STRIDES = {
    "stride_x": "K",
    "stride_xs": "K / 32",
    "stride_w": "K",
    "stride_ws": "K / 32",
    "stride_out": "N",
    "stride_expert": "N * K",
    "stride_expert_scale": "N * (K / 32)",
}


def k_variants(tile: Tile) -> List[Variant]:
    """Whether the tiles fill K, and whether rows of scales lie at multiples of 16."""
    found = []
    for even in (True, False):
        for aligned in (True, False):
            if even and not aligned and tile.k % 512 == 0:
                continue  # K % tile.k == 0 says that K % 512 == 0
            if not even and aligned and tile.k <= 512 and 512 % tile.k == 0:
                continue
            when = [f"K % {tile.k} == 0" if even else "K % 32 == 0"]
            when += ["K % 512 == 0"] if aligned else []
            sixteens = ["K", "stride_x", "stride_w", "stride_expert"]
            sixteens += ["stride_xs", "stride_ws", "stride_expert_scale"] if aligned else []
            label = ("even" if even else "masked") + ("_aligned" if aligned else "")
            found.append(Variant(label, when, [], sixteens, {"EVEN_K": even}))
    return found


def tile_constants(tile: Tile) -> Dict[str, int]:
    return {"BLOCK_M": tile.m, "BLOCK_N": tile.n, "BLOCK_K": tile.k}


def dense_kernels(out: Path, match: str) -> List[Dict[str, Any]]:
    kernels = []
    names = [*dense.arg_names]
    for tile in TILES:
        for k in k_variants(tile):
            for m, ones, sixteens, when in (
                ("m1", ["M"], [], ["M == 1"]),
                ("m16", [], ["M"], ["M % 16 == 0"]),
                ("m", [], [], []),
            ):
                v = Variant(
                    f"{k.label}_{m}",
                    [*k.when, *when, "N % 16 == 0"],
                    ones,
                    [*k.sixteens, *sixteens, "N", "stride_out"],
                    dict(k.constants, **tile_constants(tile)),
                )
                file = f"dense_{tile}_{v.label}.co"
                if not wanted(match, file):
                    continue
                compiled, taken = compile_kernel(dense, names, v, tile.warps, True)
                grid = [f"ceildiv(M, {tile.m})", f"ceildiv(N, {tile.n})"]
                kernels.append(
                    {
                        "name": f"triton_{tile}",
                        "operation": "dense",
                        "when": v.when,
                        "launches": [launch(out, file, compiled, taken, STRIDES, grid)],
                    }
                )
    return kernels


def combining(out: Path) -> Dict[str, Any]:
    v = Variant("", [], [], ["N"], {"BLOCK_N": COMBINE_N})
    compiled, taken = compile_kernel(combine, [*combine.arg_names], v, 4, True)
    grid = ["slots / top_k", f"ceildiv(N, {COMBINE_N})"]
    return launch(out, "combine.co", compiled, taken, {"slot_rows": "workspace"}, grid)


def grouped_kernels(out: Path, match: str) -> List[Dict[str, Any]]:
    """Below 2 GB of W with 32-bit offsets, from there on with 64-bit ones; combined, a second launch adds."""
    kernels = []
    names = [*grouped.arg_names]
    add = combining(out)
    for tile in TILES:
        for k in k_variants(tile):
            for weighted in (True, False):
                for small in (True, False):
                    v = Variant(
                        f"{k.label}{'_weighted' if weighted else ''}{'' if small else '_large'}",
                        [
                            *k.when,
                            "N % 16 == 0",
                            f"block_m % {tile.m} == 0",
                            f"weighted == {int(weighted)}",
                            *(["E * N * K < 2147483648"] if small else []),
                        ],
                        [],
                        [*k.sixteens, "N", "stride_out"],
                        dict(k.constants, WEIGHTED=weighted, **tile_constants(tile)),
                    )
                    file = f"grouped_{tile}_{v.label}.co"
                    if not wanted(match, file):
                        continue
                    compiled, taken = compile_kernel(grouped, names, v, tile.warps, small)
                    grid = [f"sorted_len / {tile.m}", f"ceildiv(N, {tile.n})"]
                    plain = launch(out, file, compiled, taken, STRIDES, grid)
                    to_rows = launch(
                        out, file, compiled, taken, dict(STRIDES, out="workspace"), grid
                    )
                    one = {"name": f"triton_{tile}", "operation": "moe"}
                    kernels.append(dict(one, when=[*v.when, "top_k == 0"], launches=[plain]))
                    kernels.append(
                        dict(
                            one,
                            when=[*v.when, "top_k > 0"],
                            workspace="slots * N * 2",
                            zeroed=True,
                            launches=[to_rows, add],
                        )
                    )
    return kernels


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--match", default="")
    options = parser.parse_args()
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    about = f"Triton {triton.__version__}, dot_scaled e4m3 with e8m0 scales, compiled by triton_peers.py"
    manifest = {
        "format": 1,
        "about": about,
        "kernels": dense_kernels(out, options.match) + grouped_kernels(out, options.match),
    }
    (out / "peers.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{out}/peers.json: {len(manifest['kernels'])} kernels, {about}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
