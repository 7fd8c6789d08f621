"""gen.kernels.stages.output: what the emitted scalar and vector code works out, executed here on
integers, for every type of Out and of the bias.
"""

from __future__ import annotations

import struct
import unittest
from typing import Dict, List, Tuple

from gen import kernarg
from gen.build import Builder
from gen.ir import Imm, Instr, Operand, Reg, Slice
from gen.kernels.stages import output

MASK = 0xFFFFFFFF
Values = Dict[Tuple[str, int], int]


def _value(operand: Operand, values: Values) -> int:
    if isinstance(operand, Imm):
        return operand.value & MASK
    assert isinstance(operand, Slice)
    return values[operand.named_units()[0]]


def _f32(value: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", value))[0])


def _float(bits: int) -> float:
    return float(struct.unpack("<f", struct.pack("<I", bits))[0])


def _execute(instrs: List[Instr], values: Values) -> None:
    """Straight-line code of the stage, loads left out; from the ISA's descriptions."""
    for ins in instrs:
        if ins.mnemonic.startswith("buffer_load"):
            continue
        sources = [_value(o, values) for o in ins.operands[0 if "cmp" in ins.mnemonic else 1 :]]
        if ins.mnemonic == "s_cmp_eq_u32":
            values[("scc", 0)] = int(sources[0] == sources[1])
            continue
        result = {
            "s_mov_b32": lambda s: s[0],
            "s_and_b32": lambda s: s[0] & s[1],
            "s_lshl_b32": lambda s: s[0] << (s[1] & 31),
            "s_cselect_b32": lambda s: s[0] if values[("scc", 0)] else s[1],
            "v_lshlrev_b32_e32": lambda s: s[1] << (s[0] & 31),
            "v_bfi_b32": lambda s: (s[0] & s[1]) | (~s[0] & s[2]),
            "v_or_b32_e32": lambda s: s[0] | s[1],
            "v_add_f32_e32": lambda s: _f32(_float(s[0]) + _float(s[1])),
            "v_cvt_f32_f16_e32": lambda s: _f32(
                float(struct.unpack("<e", struct.pack("<H", s[0] & 0xFFFF))[0])
            ),
        }[ins.mnemonic](sources)
        target = ins.operands[0]
        assert isinstance(target, Slice)
        values[target.named_units()[0]] = result & MASK


class Stage:
    """A builder with kernel arguments, and what its instructions make of them."""

    def __init__(self, n: int, out: str, bias: str, pointer: int = 0x7F0012345678) -> None:
        self.b = Builder()
        self.b.block("only")
        size = kernarg.DENSE.size // 4
        self.args: Reg = self.b.sgpr("args", size, fields=kernarg.DENSE.dword_names())
        self.values: Values = {("args", i): 0xDEAD0000 + i for i in range(size)}
        code = kernarg.OUT_TYPES.index(out) | kernarg.BIAS_TYPES.index(bias) << kernarg.BIAS_SHIFT
        for name, words in (
            ("n", (n,)),
            ("format", (code,)),
            ("bias", (pointer & MASK, pointer >> 32)),
        ):
            for unit, word in zip(self.arg(name).named_units(), words):
                self.values[unit] = word

    def arg(self, name: str) -> Slice:
        size = next(a.size for a in kernarg.DENSE.args if a.name == name)
        first = kernarg.DENSE.offsets()[name] // 4
        return self.args[first : first + size // 4]

    def run(self) -> None:
        segments = self.b.program.blocks[0].segments
        _execute([ins for segment in segments for ins in segment.instrs], self.values)
        segments[-1].instrs.clear()

    def dwords(self, reg: Reg) -> List[int]:
        return [self.values[(reg.name, i)] for i in range(reg.width)]


class Bias(unittest.TestCase):
    def test_only_the_selected_descriptor_has_records(self) -> None:
        for bias in kernarg.BIAS_TYPES:
            for out in kernarg.OUT_TYPES:
                for n in (1, 7168, output.MAX_COLUMN):
                    with self.subTest(bias=bias, out=out, n=n):
                        stage = Stage(n, out, bias)
                        srds = output.bias_srds(stage.b, stage.arg)
                        stage.run()
                        half, full = stage.dwords(srds.half), stage.dwords(srds.full)
                        self.assertEqual(half[2], 2 * n if bias in ("bf16", "f16") else 0)
                        self.assertEqual(full[2], 4 * n if bias == "f32" else 0)
                        self.assertEqual(half[:2] + half[3:], [0x12345678, 0x7F00, 0x20000])
                        self.assertEqual(full[:2] + full[3:], half[:2] + half[3:])

    def test_no_bit_of_any_pointer_reaches_past_the_base(self) -> None:
        stage = Stage(5, "bf16", "none", pointer=MASK << 32 | MASK)
        srds = output.bias_srds(stage.b, stage.arg)
        stage.run()
        for srd in (srds.half, srds.full):
            self.assertEqual(stage.dwords(srd), [MASK, 0xFFFF, 0, 0x20000])

    def test_value_of_every_type(self) -> None:
        cases = [("none", 0, 0, 0.0)]
        for value in (1.5, -0.0, -448.0, 2.0**-24, 3 * 2.0**-24, 65504.0):
            bits = struct.unpack("<H", struct.pack("<e", value))[0]
            cases.append(("f16", bits, 0, value))
        for bits in (0x3FC0, 0x8000, 0x0001, 0xFF7F):
            cases.append(("bf16", bits, 0, _float(bits << 16)))
        for value in (1e-45, 3.25, -1e38):
            cases.append(("f32", 0, _f32(value), _float(_f32(value))))
        for name, half, full, expected in cases:
            with self.subTest(name, half=half, full=full):
                stage = Stage(8, "f32", name)
                srds = output.bias_srds(stage.b, stage.arg)
                column, total = stage.b.vgpr("column"), stage.b.vgpr("total")
                stage.values[("column", 0)] = 3
                bias = output.bias_loads(stage.b, srds, column, "bias")
                stage.run()
                self.assertEqual(stage.values[(bias.half.name, 0)], 6, "offset of a 16-bit column")
                self.assertEqual(stage.values[(bias.full.name, 0)], 12, "offset of an f32 column")
                stage.values.update({(bias.half.name, 0): half, (bias.full.name, 0): full})
                value = output.bias_value(stage.b, bias, "value")
                stage.run()
                self.assertEqual(stage.values[(value.name, 0)], _f32(expected))
                stage.values.update({(bias.half.name, 0): half, (total.name, 0): 0})
                output.bias_add(stage.b, bias, total, "again")
                stage.run()
                self.assertEqual(stage.values[(total.name, 0)], _f32(0.0 + expected))


class Blocks(unittest.TestCase):
    def test_each_type_of_out_reaches_its_block(self) -> None:
        stage = Stage(8, "bf16", "f32")
        value, offset = stage.b.vgpr("value"), stage.b.vgpr("offset")
        srd = stage.b.sgpr("srd", 4)

        def body(t: output.OutType) -> None:
            t.convert(stage.b, value)
            stage.b.emit(t.store, value, offset, srd, 0, mods=["offen"])

        output.store_blocks(stage.b, stage.arg, "end", body)
        stage.b.block("end")
        stage.b.emit("s_endpgm")
        blocks = stage.b.program.blocks
        instrs = {blk.label: [i for seg in blk.segments for i in seg.instrs] for blk in blocks}
        for out, work in (
            ("bf16", ["v_cvt_pk_bf16_f32", "buffer_store_short", "s_branch"]),
            ("f16", ["v_cvt_f16_f32_e32", "buffer_store_short", "s_branch"]),
            ("f32", ["buffer_store_dword", "s_branch"]),
        ):
            values = Stage(8, out, "f32").values
            at = blocks[1].label
            for ins in instrs["only"]:
                if ins.mnemonic == "s_cbranch_scc1":
                    if values[("scc", 0)]:
                        at = str(ins.target)
                        break
                else:
                    _execute([ins], values)
            self.assertEqual(at, f"store_{out}")
            self.assertEqual([i.mnemonic for i in instrs[at]], work)
            self.assertEqual(instrs[at][-1].target, "end")

    def test_size(self) -> None:
        for t in output.OUT_TYPES:
            stage = Stage(8, t.name, "f16")
            size = output.size_log2(stage.b, stage.arg)
            stage.run()
            self.assertEqual(1 << stage.values[(size.name, 0)], t.bytes)
            self.assertEqual(1 << t.shift, t.bytes)


if __name__ == "__main__":
    unittest.main()
