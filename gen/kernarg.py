"""Kernel argument layouts, stated once: they become the code object's metadata and the C struct of
the loader.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple

from gen.ir import Reg, Slice


@dataclass(frozen=True)
class Arg:
    """One argument of `size` bytes, naturally aligned; pointers are global."""

    name: str
    size: int
    doc: str
    pointer: bool = False
    const: bool = False

    @property
    def c_type(self) -> str:
        if self.pointer:
            return "const void *" if self.const else "void *"
        return "uint32_t "


PRELOAD_DWORDS = 14
"""What 16 user SGPRs leave besides the address of the arguments."""

FIRST_PRELOADED = 2
"""SGPR of the first preloaded dword; s[0:1] is the address of the arguments."""


@dataclass(frozen=True)
class Layout:
    """The arguments of a kernel family in memory order; the first `preload` dwords are in SGPRs when
    a wave starts.
    """

    struct: str
    args: Tuple[Arg, ...]
    preload: int = 0

    def offsets(self) -> Dict[str, int]:
        result: Dict[str, int] = {}
        at = 0
        for arg in self.args:
            at = (at + arg.size - 1) // arg.size * arg.size
            result[arg.name] = at
            at += arg.size
        return result

    @property
    def size(self) -> int:
        last = self.args[-1]
        end = self.offsets()[last.name] + last.size
        return (end + 7) // 8 * 8

    def dword_names(self) -> List[str]:
        """A name for each dword of the segment."""
        names = [""] * (self.size // 4)
        for arg in self.args:
            first = self.offsets()[arg.name] // 4
            for i in range(arg.size // 4):
                names[first + i] = arg.name + (("_lo", "_hi")[i] if arg.size == 8 else "")
        return names

    def preload_loads(self) -> List[Tuple[int, int, int]]:
        """(SGPR, dwords, byte offset) of the loads that do what preloading does; SGPR tuples of two
        are even, larger ones a multiple of four.
        """
        loads: List[Tuple[int, int, int]] = []
        at = 0
        while at < self.preload:
            sgpr, left = FIRST_PRELOADED + at, self.preload - at
            width = next(w for w in (8, 4, 2, 1) if w <= left and sgpr % min(w, 4) == 0)
            loads.append((sgpr, width, 4 * at))
            at += width
        return loads


ArgOf = Callable[[str], Slice]
"""Name of an argument to its dwords in the registers of a kernel."""


def _ptr(name: str, doc: str, const: bool = True) -> Arg:
    return Arg(name, 8, doc, pointer=True, const=const)


TICKETS = 4096
"""Start of every workspace: one u32 ticket per tile of a launch that splits K over workgroups; and
as many, one per column tile of a launch that combines.
"""

TICKET_GRANULE = 256
"""Updates of one memory channel stand in line, so tickets of neighbours are this far apart; the
granule in which addresses are dealt out is assumed (configs/mi355x.ini, hbm.interleave).
"""

TICKET_LANES = 128
"""Ticket number t is at (t % lanes) * granule + 4 * (t / lanes)."""

COMBINE_TICKET_OFFSET = 4 * TICKETS // TICKET_LANES
"""Those that combine fill the second half of each granule."""

TICKET_BYTES = TICKET_LANES * TICKET_GRANULE
"""All of them: zero between launches."""

OUT_TYPES: Tuple[str, ...] = ("bf16", "f16", "f32")
"""`format`, bits 1:0: index of the type of Out."""

BIAS_TYPES: Tuple[str, ...] = ("none", "bf16", "f16", "f32")
"""`format`, bits 3:2: index of the type of the bias."""

BIAS_SHIFT = 2

M_BITS = 8
"""`m_rem` of the dense families: bits of m."""

DENSE = Layout(
    "smallm_dense_args",
    (
        _ptr("x", "E4M3 [M, K], 16-byte aligned"),
        _ptr("x_scale", "E8M0 [M, K/32]"),
        _ptr("w", "E4M3 [N, K], K contiguous, 16-byte aligned"),
        _ptr("w_scale", "E8M0 [N, K/32]"),
        Arg("n", 4, "rows of W, 1 <= n < 2^31"),
        Arg("k", 4, "elements of a row, a multiple of 32"),
        Arg("ldx", 4, "elements (bytes) from one row of X to the next"),
        Arg("ldxs", 4, "bytes from one row of X scale to the next"),
        Arg("slice_steps", 4, "K steps of every K slice: floor(steps / slices)"),
        Arg("m_rem", 4, "bits 7:0 m, rows of X, at most m_tile; above: slices with a K step more"),
        Arg("k_splits", 4, "workgroups (grid y) that share the K of a tile"),
        Arg("format", 4, "bits 1:0 type of Out, 3:2 type of the bias"),
        _ptr("out", "[M, N] of the type that `format` says", const=False),
        _ptr("bias", "[N] of the type that `format` says, or anything where there is none"),
        _ptr("workspace", "tickets, then f32 partial tiles; unused if k_splits is 1", const=False),
        Arg("ldo", 4, "elements from one row of Out to the next"),
    ),
    preload=PRELOAD_DWORDS,
)

QUANTISE_TYPES: Tuple[str, ...] = ("bf16", "f16", "f32")
"""`format` of the quantiser, bits 1:0: index of the type of X."""

QUANTISE_FLOOR = 4
"""`format` of the quantiser, bit 2: scale by OCP's rule, floor; else by the reference's, ceil."""

QUANTISE = Layout(
    "smallm_quantise_kernargs",
    (
        _ptr("x", "[M, K] of the type that `format` says, aligned to its element"),
        _ptr("q", "E4M3 [M, K]", const=False),
        _ptr("scale", "E8M0 [M, K/32]", const=False),
        Arg("k", 4, "elements of a row, a multiple of 32, k < 2^30"),
        Arg("ldx", 4, "elements from one row of X to the next"),
        Arg("ldq", 4, "bytes from one row of Q to the next"),
        Arg("lds", 4, "bytes from one row of scales to the next"),
        Arg("format", 4, "bits 1:0 type of X, bit 2 floor rule"),
    ),
    preload=12,
)

SORT_SLOTS = 4096
"""Largest number of slots that one launch sorts."""

SORT_EXPERTS = 2048
"""Largest number of experts, local and global."""

SORT_MAPS: Tuple[str, ...] = ("none", "map", "mask")
"""`map_kind`: an id is local; expert_map[id] is local, -1 elsewhere; expert_map[id] is 1 if local."""

MOE_SORT = Layout(
    "smallm_moe_sort_kernargs",
    (
        _ptr("topk_ids", "int32 [slots]; an id out of range takes its slot out"),
        _ptr("expert_map", "int32 [experts_global], or anything where map_kind is none"),
        _ptr("sorted_token_ids", "int32 [em]; `slots` where no slot stands", const=False),
        _ptr("expert_ids", "int32 [em / block_m], local; -1 past the last block", const=False),
        _ptr("num_tokens_post_padded", "int32 [1]", const=False),
        Arg("slots", 4, "tokens * top_k, 1 <= slots <= 4096"),
        Arg("experts", 4, "local experts, 1 <= experts <= 2048"),
        Arg("experts_global", 4, "ids below it are looked up, at most 2048; experts without map"),
        Arg("block_m", 4, "slots of a block"),
        Arg("block_magic", 4, "ceil(2^(31 + block_shift) / block_m)"),
        Arg("block_shift", 4, "ceil(log2(block_m)); i / block_m = mulhi(2 i, magic) >> shift"),
        Arg("em", 4, "a multiple of block_m that holds every block, em < 2^29"),
        Arg("map_kind", 4, "0 none, 1 map, 2 mask"),
    ),
    preload=PRELOAD_DWORDS,
)

MOE_WEIGHTED = 1 << 4
"""`format` of the grouped kernels: results are multiplied by weights[slot]."""

MOE_COMBINED = 1 << 5
"""`format` of the grouped kernels: Out is [slots / top_k, N], sums over the slots of a token."""

MOE = Layout(
    "smallm_moe_args",
    (
        _ptr("expert_ids", "int32 [em / block_m]; outside [0, experts): the block is skipped"),
        _ptr("num_tokens_post_padded", "int32 [1]; blocks from it on are skipped; any value"),
        _ptr("w", "E4M3 [experts, N, K], K contiguous, 16-byte aligned"),
        _ptr("w_scale", "E8M0 [experts, N, K/32]"),
        _ptr("sorted_token_ids", "int32 [em], in blocks of block_m; a slot where 0 <= id < slots"),
        Arg("n", 4, "rows of an expert's W, experts * n < 2^31"),
        Arg("k", 4, "elements of a row, a multiple of 32"),
        Arg("slice_steps", 4, "K steps of every K slice of the first pass: floor(steps / slices)"),
        Arg("slice_rem", 4, "the first slice_rem slices take one K step more"),
        Arg("block_m", 4, "ids of a block, a multiple of 4"),
        Arg("em", 4, "a multiple of block_m, at least block_m, em < 2^29"),
        Arg("experts", 4, "experts of W"),
        Arg("slots", 4, "rows of Out, or of the workspace where they are combined"),
        _ptr("x", "E4M3 [x_rows, K], 16-byte aligned"),
        _ptr("x_scale", "E8M0 [x_rows, K/32]"),
        Arg("x_rows", 4, "rows of X; what lies past them reads as zero"),
        Arg("ldx", 4, "elements (bytes) from one row of X to the next"),
        Arg("ldxs", 4, "bytes from one row of X scale to the next"),
        Arg("div_magic", 4, "ceil(2^(31 + div_shift) / a_div)"),
        Arg("div_shift", 4, "ceil(log2(a_div)); row of X = mulhi(2 id, magic) >> shift"),
        Arg("ldo", 4, "elements from one row of Out to the next"),
        _ptr("weights", "f32 [slots], or anything where not weighted"),
        _ptr("out", "[slots, N], or [tokens, N] where combined", const=False),
        _ptr("workspace", "tickets, partial tiles, rows to combine; where needed", const=False),
        Arg("slice_steps1", 4, "as slice_steps, of further passes, which split 0 makes alone"),
        Arg("slice_rem1", 4, "as slice_rem, of further passes"),
        Arg("k_splits", 4, "workgroups (grid z) that share the K of a tile in the first pass"),
        Arg("grid_y", 4, "blocks of a pass, at most em / block_m"),
        Arg("format", 4, "bits 1:0 type of Out, 4 weighted, 5 combined"),
        Arg("tokens", 4, "slots / top_k; this and the rest only where combined"),
        Arg("top_k", 4, "slots of a token"),
        Arg("block_magic", 4, "ceil(2^(31 + block_shift) / block_m)"),
        Arg("block_shift", 4, "ceil(log2(block_m))"),
    ),
    preload=PRELOAD_DWORDS,
)

LAYOUTS: Tuple[Layout, ...] = (DENSE, QUANTISE, MOE_SORT, MOE)


def metadata_args(layout: Layout) -> List[str]:
    """The `.args` list of the code object's metadata, as YAML lines."""
    lines: List[str] = []
    offsets = layout.offsets()
    for arg in layout.args:
        fields = [f".name: {arg.name}", f".offset: {offsets[arg.name]}", f".size: {arg.size}"]
        if arg.pointer:
            fields += [".value_kind: global_buffer", ".address_space: global"]
            fields += [".actual_access: " + ("read_only" if arg.const else "write_only")]
        else:
            fields += [".value_kind: by_value"]
        lines.append("      - " + fields[0])
        lines += ["        " + f for f in fields[1:]]
    return lines


def c_header() -> str:
    """The header that the loader packs arguments with."""
    out = [
        "/* Kernel argument segments. Generated by gen from gen/kernarg.py: do not edit. */",
        "#ifndef SMALLM_KERNARGS_H",
        "#define SMALLM_KERNARGS_H",
        "",
        "#include <stddef.h>",
        "#include <stdint.h>",
        "",
    ]
    out += [
        "enum {",
        f"    SMALLM_TICKET_BYTES = {TICKET_BYTES}, /* start of a workspace, zero between launches */",
        f"    SMALLM_M_BITS = {M_BITS}, /* of m_rem; the rest is the number of longer slices */",
        f"    SMALLM_TICKETS = {TICKETS}, /* of each kind: for splits of K, for combining */",
        *(f"    SMALLM_FORMAT_OUT_{t.upper()} = {i}," for i, t in enumerate(OUT_TYPES)),
        *(
            f"    SMALLM_FORMAT_BIAS_{t.upper()} = {i << BIAS_SHIFT},"
            for i, t in enumerate(BIAS_TYPES)
        ),
        *(f"    SMALLM_QUANTISE_{t.upper()} = {i}," for i, t in enumerate(QUANTISE_TYPES)),
        f"    SMALLM_QUANTISE_FLOOR = {QUANTISE_FLOOR},",
        f"    SMALLM_SORT_SLOTS = {SORT_SLOTS}, /* at most, in one launch */",
        f"    SMALLM_SORT_EXPERTS = {SORT_EXPERTS}, /* at most, local and global */",
        *(f"    SMALLM_SORT_MAP_{t.upper()} = {i}," for i, t in enumerate(SORT_MAPS)),
        f"    SMALLM_MOE_WEIGHTED = {MOE_WEIGHTED},",
        f"    SMALLM_MOE_COMBINED = {MOE_COMBINED},",
        "};",
        "",
    ]
    for layout in LAYOUTS:
        out.append(f"struct {layout.struct} {{")
        out += [f"    {arg.c_type}{arg.name}; /* {arg.doc} */" for arg in layout.args]
        out += ["};", ""]
        struct = f"struct {layout.struct}"
        for name, offset in layout.offsets().items():
            out.append(
                f'_Static_assert(offsetof({struct}, {name}) == {offset}, "{layout.struct}.{name}");'
            )
        out += [f'_Static_assert(sizeof({struct}) == {layout.size}, "{layout.struct}");', ""]
    out += ["#endif", ""]
    return "\n".join(out)
