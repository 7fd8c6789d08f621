"""The views of the timing model, run on the kernels of the tests."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Dict, List

MEMORY = str(Path(os.environ["SIM_KERNELS"]) / "time_memory.co")
ISSUE = str(Path(os.environ["SIM_KERNELS"]) / "time_issue.co")

# 64 workgroups of 4 waves; each wave runs its loop of 8 loads twice, 1 KB a load.
STREAM = [MEMORY, "--kernel", "stream", "--grid", "64", "--block", "256"]
STREAM_ARGUMENTS = ["zero:4194304", "i32:2", "i32:4096"]
STREAM_WAVES, STREAM_LOADS = 256, 16
# Loads, LDS, a barrier, a matrix instruction and a store, straight on; the store goes 4 MB up.
MIX = [MEMORY, "--kernel", "mix", "--grid", "64", "--block", "128"]
MIX_ARGUMENTS = ["zero:8388608", "i32:4194304", "i32:0"]


def run(command: str, arguments: List[str], status: int = 0) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [os.environ["GFX950SIM"], command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        timeout=60,
        check=False,
    )
    if done.returncode != status:
        raise AssertionError(
            f"gfx950sim {command} ended with {done.returncode}, not {status}\n"
            f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done


def stream(command: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return run(command, [*STREAM, *options, *STREAM_ARGUMENTS])


def timed(*options: str) -> Dict[str, Any]:
    found: Dict[str, Any] = json.loads(stream("time", "--json", *options).stdout)
    return found
