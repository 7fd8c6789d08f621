"""Pages in headless Chromium: what it makes of them, and what it paints."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path
from typing import Any, List, Tuple

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
Rect = Tuple[float, float, float, float]  # left, top, width, height
Pixel = Tuple[int, int, int]


class Picture:
    """A PNG of 8 bits a channel, RGB or RGBA, not interlaced: what a browser writes."""

    def __init__(self, png: bytes) -> None:
        assert png.startswith(b"\x89PNG\r\n\x1a\n"), "no PNG"
        at, data = 8, b""
        while at < len(png):
            size, kind = struct.unpack(">I4s", png[at : at + 8])
            body = png[at + 8 : at + 8 + size]
            assert zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + size :][:4])[0]
            at += 12 + size
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, interlace = struct.unpack(
                    ">IIBBBBB", body
                )
                assert (depth, interlace) == (8, 0) and colour in (2, 6), "another kind of PNG"
                self.channels = 3 if colour == 2 else 4
            elif kind == b"IDAT":
                data += body
        self.rows = self._unfilter(zlib.decompress(data))

    def _unfilter(self, raw: bytes) -> List[bytearray]:
        n, stride = self.channels, self.width * self.channels
        rows: List[bytearray] = []
        above = bytearray(stride)
        for y in range(self.height):
            kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1 :][:stride])
            for i in range(stride):
                left = line[i - n] if i >= n else 0
                up, corner = above[i], above[i - n] if i >= n else 0
                if kind == 1:
                    line[i] = (line[i] + left) & 255
                elif kind == 2:
                    line[i] = (line[i] + up) & 255
                elif kind == 3:
                    line[i] = (line[i] + (left + up) // 2) & 255
                elif kind == 4:
                    line[i] = (line[i] + paeth(left, up, corner)) & 255
            rows.append(line)
            above = line
        return rows

    def pixel(self, x: int, y: int) -> Pixel:
        at = x * self.channels
        row = self.rows[y]
        return (row[at], row[at + 1], row[at + 2])

    def pixels(self, rect: Rect) -> List[Pixel]:
        """Of all pixels that the rectangle touches."""
        left, top, width, height = rect
        columns = range(max(0, int(left)), min(self.width, int(left + width) + 1))
        lines = range(max(0, int(top)), min(self.height, int(top + height) + 1))
        return [self.pixel(x, y) for y in lines for x in columns]


def paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    to_left, to_up, to_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


class Browser:
    """One browser with a profile of its own."""

    def __init__(self, test: unittest.TestCase) -> None:
        found = next(filter(None, map(shutil.which, NAMES)), None)
        if not found:
            test.skipTest(
                f"none of {', '.join(NAMES)} is here: install chromium (./run test does, where apt has it)"
            )
        self.folder = Path(tempfile.mkdtemp())
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.command = [str(found), "--headless", "--disable-gpu", "--hide-scrollbars"]
        self.command += ["--no-first-run", f"--user-data-dir={self.folder}/profile"]
        if os.geteuid() == 0:
            self.command.append("--no-sandbox")

    def open(self, page: Path, *options: str) -> str:
        return subprocess.run(
            [*self.command, *options, page.as_uri()],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=120,
            check=True,
        ).stdout

    def dom(self, page: Path) -> str:
        return self.open(page, "--dump-dom")

    def evaluate(self, text: str, script: str, size: Tuple[int, int]) -> Any:
        """What a script on a page of that text returns, as JSON."""
        probe = f"document.title=JSON.stringify((function(){{{script}}})());"
        page = self.folder / "probe.html"
        page.write_text(
            text.replace("</body>", f"<script>{probe}</script></body>"), encoding="utf-8"
        )
        dom = self.open(page, "--dump-dom", "--window-size=%d,%d" % size)
        title = dom[dom.index("<title>") + 7 : dom.index("</title>")]
        for name, character in (("lt", "<"), ("gt", ">"), ("amp", "&")):
            title = title.replace(f"&{name};", character)
        return json.loads(title)

    def screenshot(self, text: str, size: Tuple[int, int]) -> bytes:
        page, file = self.folder / "page.html", self.folder / "page.png"
        page.write_text(text, encoding="utf-8")
        self.open(page, f"--screenshot={file}", "--window-size=%d,%d" % size)
        found = file.read_bytes()
        file.unlink()
        return found
