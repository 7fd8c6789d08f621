"""Metadata of hand-written kernels: HIP finds no kernel without. What a kernel takes is in its descriptor already, so the
text is made from an object that was assembled without it; the arguments are the micro-benchmarks' own.

    python3 metadata.py FIRST.o LISTING.s OUT.s    OUT.s includes LISTING.s and has the metadata behind it"""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Dict, List, Tuple

SECTION = struct.Struct(
    "<IIQQQQIIQQ"
)  # of ELF64: name, type, flags, address, offset, size, link, info, align, entry
SYMBOL = struct.Struct("<IBBHQQ")  # name, info, other, section, value, size
SHT_SYMTAB = 2

ARGUMENTS = """\
  - .args:
      - .name: memory
        .offset: 0
        .size: 8
        .value_kind: global_buffer
        .address_space: global
      - .name: count
        .offset: 8
        .size: 4
        .value_kind: by_value
      - .name: stride
        .offset: 12
        .size: 4
        .value_kind: by_value
"""


def descriptors(image: bytes) -> List[Tuple[str, bytes]]:
    """Kernels by name, each with the 64 bytes of its descriptor, in the order of the symbols."""
    (table,) = struct.unpack_from("<Q", image, 40)
    size, count = struct.unpack_from("<HH", image, 58)
    sections = [SECTION.unpack_from(image, table + size * i) for i in range(count)]
    found: Dict[str, bytes] = {}
    for section in sections:
        if section[1] != SHT_SYMTAB:
            continue
        names = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], SYMBOL.size):
            name, _, _, home, value, _ = SYMBOL.unpack_from(image, at)
            start = names + name
            text = image[start : image.index(b"\0", start)].decode()
            if text.endswith(".kd"):
                begin = sections[home][4] + value
                found[text[: -len(".kd")]] = image[begin : begin + 64]
    return list(found.items())


def entry(name: str, descriptor: bytes) -> str:
    lds, private, arguments = struct.unpack_from("<III", descriptor, 0)
    rsrc3, rsrc1 = struct.unpack_from("<II", descriptor, 44)
    vgprs = ((rsrc1 & 0x3F) + 1) * 8
    sgprs = ((rsrc1 >> 6 & 0xF) // 2 + 1) * 16
    first_acc = ((rsrc3 & 0x3F) + 1) * 4
    return ARGUMENTS + "".join(
        f"    {key}: {value}\n"
        for key, value in (
            (".name", name),
            (".symbol", f"{name}.kd"),
            (".kernarg_segment_size", arguments),
            (".kernarg_segment_align", 8),
            (".group_segment_fixed_size", lds),
            (".private_segment_fixed_size", private),
            (".wavefront_size", 64),
            (".max_flat_workgroup_size", 1024),
            (".vgpr_count", vgprs),
            (".agpr_count", max(vgprs - first_acc, 0)),
            (".sgpr_count", sgprs),
        )
    )


def main(words: List[str]) -> int:
    if len(words) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    first, listing, out = words
    kernels = descriptors(Path(first).read_bytes())
    if not kernels:
        print(f"metadata.py: {first} has no kernel.", file=sys.stderr)
        return 1
    text = "".join(entry(name, descriptor) for name, descriptor in kernels)
    Path(out).write_text(
        f'.include "{listing}"\n.amdgpu_metadata\n---\namdhsa.version: [1, 2]\n'
        f"amdhsa.target: amdgcn-amd-amdhsa--gfx950\namdhsa.kernels:\n{text}...\n.end_amdgpu_metadata\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
