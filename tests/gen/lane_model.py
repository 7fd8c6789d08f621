"""A wave in Python: executes instruction objects lane by lane, as the ISA describes them. It knows
what gen.kernels.moe_sort and its stages use and stops at anything else.
"""

from __future__ import annotations

from typing import Callable, Dict, List, Optional, Tuple

from gen.config import LANES
from gen.ir import Imm, Instr, Kind, Operand, Slice

MASK = 0xFFFFFFFF
ALL = (1 << LANES) - 1


def number(ins: Instr, mod: str, default: int = 0) -> int:
    """The number of modifier `mod:n`."""
    found = [m.split(":")[1] for m in ins.mods if m.startswith(mod + ":")]
    return int(found[0], 0) if found else default


class Wave:
    """64 lanes, LDS and scalars: what the ISA says of the instructions that the kernel uses."""

    def __init__(self) -> None:
        self.lanes: Dict[Tuple[str, int], List[int]] = {}
        self.scalars: Dict[Tuple[str, int], int] = {("exec", 0): MASK, ("exec", 1): MASK}
        self.lds: Dict[int, int] = {}

    def set(self, name: str, values: List[int], dword: int = 0) -> None:
        self.lanes[(name, dword)] = [v & MASK for v in values]

    def wide(self, operand: Operand) -> int:
        """A scalar of the operand's width."""
        if isinstance(operand, Imm):
            return operand.value & ALL if operand.value < 0 else operand.value
        assert isinstance(operand, Slice)
        units = operand.named_units()
        return sum(self.scalars[unit] << (32 * i) for i, unit in enumerate(units))

    def put(self, operand: Operand, value: int) -> None:
        assert isinstance(operand, Slice)
        for i, unit in enumerate(operand.named_units()):
            self.scalars[unit] = value >> (32 * i) & MASK

    def read(self, operand: Operand, lane: int) -> int:
        if isinstance(operand, Slice) and operand.reg.kind is Kind.VGPR:
            return self.lanes[operand.named_units()[0]][lane]
        return self.wide(operand) & MASK

    def run(self, instrs: List[Instr]) -> None:
        for ins in instrs:
            name = ins.mnemonic
            if name.startswith("s_") or ins.is_branch:
                self._scalar(ins)
            elif name == "v_readlane_b32":
                lane = self.wide(ins.operands[2])
                self.put(ins.operands[0], self.read(ins.operands[1], lane))
            elif name.startswith("v_cmp"):
                self.put(ins.operands[0], self._compare(ins))
            else:
                self._vector(ins)

    def _scalar(self, ins: Instr) -> None:
        if ins.is_branch or ins.mnemonic == "s_barrier":
            return
        a = [self.wide(o) for o in ins.operands[1:]]
        result = {
            "s_mov_b64": lambda: a[0],
            "s_and_b64": lambda: a[0] & a[1],
            "s_sub_u32": lambda: a[0] - a[1],
        }[ins.mnemonic]()
        self.put(ins.operands[0], result)

    def _active(self) -> List[int]:
        mask = self.scalars[("exec", 0)] | self.scalars[("exec", 1)] << 32
        return [lane for lane in range(LANES) if mask >> lane & 1]

    def _compare(self, ins: Instr) -> int:
        test: Callable[[int, int], bool] = {
            "v_cmp_gt_u32_e64": lambda a, b: a > b,
            "v_cmp_ne_u32_e64": lambda a, b: a != b,
        }[ins.mnemonic]
        one, two = ins.operands[1:]
        return sum(1 << i for i in self._active() if test(self.read(one, i), self.read(two, i)))

    def _vector(self, ins: Instr) -> None:
        first = ins.operands[0]
        assert isinstance(first, Slice)
        old = self.lanes.get(first.named_units()[0], [0] * LANES)
        result = list(old)
        for lane in self._active():
            value = self._lane(ins, lane, old)
            if value is not None:
                result[lane] = value & MASK
        if ins.op.roles[0].writes:
            self.lanes[first.named_units()[0]] = result

    def _lane(self, ins: Instr, lane: int, old: List[int]) -> Optional[int]:
        sources = ins.operands[1:] if ins.op.roles[0].writes else ins.operands
        name, offset = ins.mnemonic, number(ins, "offset")
        if name.endswith("_dpp"):
            return self._dpp(ins, lane)
        a = [self.read(o, lane) for o in sources if not _is_vcc(o)]
        if name == "ds_read_b32":
            return self.lds[a[0] + offset]
        if name in ("ds_write_b32", "ds_add_u32"):
            self.lds[a[0] + offset] = a[1] + (self.lds[a[0]] if name == "ds_add_u32" else 0)
            return None
        if name == "v_cndmask_b32_e32":
            vcc = self.scalars[("vcc", 0)] | self.scalars[("vcc", 1)] << 32
            return a[1] if vcc >> lane & 1 else a[0]
        if name == "v_bitop3_b32":
            return _bitop3(a, number(ins, "bitop3"))
        below = (1 << lane) - 1
        return {
            "v_mov_b32_e32": lambda: a[0],
            "v_add_u32_e32": lambda: a[0] + a[1],
            "v_sub_u32_e32": lambda: a[0] - a[1],
            "v_and_b32_e32": lambda: a[0] & a[1],
            "v_lshlrev_b32_e32": lambda: a[1] << (a[0] & 31),
            "v_lshl_add_u32": lambda: (a[0] << a[1]) + a[2],
            "v_lshl_or_b32": lambda: (a[0] << a[1]) | a[2],
            "v_bfe_i32": lambda: -(a[0] >> a[1] & 1),
            "v_mbcnt_lo_u32_b32": lambda: bin(a[0] & below).count("1") + a[1],
            "v_mbcnt_hi_u32_b32": lambda: bin(a[0] & below >> 32).count("1") + a[1],
        }[name]()

    def _dpp(self, ins: Instr, lane: int) -> Optional[int]:
        """v_add_u32: row_shr with zeros from outside the row, row_bcast into the rows of the mask."""
        kind = ins.mods[0].split(":")[0]
        count = number(ins, kind)
        if kind == "row_shr":
            moved = lane - count if lane % 16 >= count else None
        else:
            moved = lane // 16 * 16 - 1 if count == 15 else 31
            if not number(ins, "row_mask") >> lane // 16 & 1:
                return None
        added = 0 if moved is None else self.read(ins.operands[1], moved)
        return added + self.read(ins.operands[2], lane)


def _is_vcc(operand: Operand) -> bool:
    return isinstance(operand, Slice) and operand.reg.name == "vcc" and operand.width == 2


def _bitop3(a: List[int], table: int) -> int:
    result = 0
    for bit in range(32):
        index = (a[0] >> bit & 1) << 2 | (a[1] >> bit & 1) << 1 | (a[2] >> bit & 1)
        result |= (table >> index & 1) << bit
    return result
