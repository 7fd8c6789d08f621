"""smallm-bench dense, moe and sensitivity: figures, their forms, and what is measured on a GPU."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List

from test_peer import HERE, Paths as PeerPaths, find_clang, kernel, pointers, two_launches

DENSE = "K,N,Ms\n1024,96,1|4\n"
MOE_HEADER = "experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts"
MOE = f"{MOE_HEADER}\n4,96,1024,2,0,0,64,2,random,1\n"
STREAM = "K,N,Ms\n6144,2304,1\n"  # W of 14 MB: its bytes are what it takes
ROOF = 6914
# bench/fake/null_hip.h
LAUNCH_US, SUBMIT_US, SLOW_US = 2, 4, 100
REPLAYS = 30


class Paths:
    """Set from the command line before the tests run."""

    bench = ""
    smallm = ""
    null_hip = ""
    lld = ""


def run(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    prefixes = ("SMALLM_", "GFX950SIM_", "NULL_HIP_")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    return subprocess.run(
        list(words), env={**clean, **env}, capture_output=True, text=True, timeout=300
    )


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def bench(
        self, operation: str, *more: str, shapes: str = "", status: int = 0, **env: str
    ) -> "subprocess.CompletedProcess[str]":
        words = [Paths.bench, operation, *more]
        if shapes:
            file = self.folder / "shapes.csv"
            file.write_text(shapes)
            words += ["--shapes", str(file)]
        done = run(*words, **env)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def rows(self, operation: str, *more: str, shapes: str, **env: str) -> List[Dict[str, Any]]:
        """The rows of the JSON, which must be what tools for Google Benchmark's JSON rely on."""
        done = self.bench(operation, "--json", *more, shapes=shapes, **env)
        report = json.loads(done.stdout)
        for key, kind in (
            ("date", str),
            ("host_name", str),
            ("executable", str),
            ("num_cpus", int),
            ("json_schema_version", int),
            ("modelled", bool),
        ):
            self.assertIsInstance(report["context"][key], kind)
        self.assertNotIn("caches", report["context"])  # there it is a list of the host's
        rows: List[Dict[str, Any]] = report["benchmarks"]
        for index, row in enumerate(rows):
            self.assertEqual(row["family_index"], index)
            self.assertEqual((row["run_type"], row["time_unit"]), ("iteration", "us"))
            self.assertEqual(row["name"], row["run_name"])
            self.assertTrue(row["name"].startswith(operation + "/"))
            self.assertNotIn(" ", row["name"])
            self.assertEqual(row["real_time"], row["cpu_time"])
            self.assertEqual(
                (row["repetitions"], row["repetition_index"], row["threads"]), (1, 0, 1)
            )
            self.assertGreaterEqual(row["iterations"], 0)
        return rows

    def refused(self, operation: str, words: List[str], *said: str, shapes: str = "") -> None:
        done = self.bench(operation, *words, shapes=shapes, status=2)
        self.assertTrue(done.stderr.startswith("smallm: "), done.stderr)
        for text in said:
            self.assertIn(text, done.stderr)
        self.assertEqual(done.stdout, "")


def time_alone(operation: str, *words: str) -> Dict[str, Any]:
    """smallm time, which has its own way to place tensors, launch and compute rates."""
    done = run(Paths.smallm, "time", operation, *words, "--json")
    assert done.returncode == 0, done.stderr
    figures: Dict[str, Any] = json.loads(done.stdout)
    return figures


class Modelled(Case):
    def compare(self, row: Dict[str, Any], alone: Dict[str, Any], roof: float = ROOF) -> None:
        self.assertEqual(row["kernel"], alone["kernel"])
        self.assertTrue(row["modelled"])
        self.assertEqual(row["iterations"], 1)
        self.assertAlmostEqual(row["real_time"], alone["modelled_us"], places=9)
        self.assertEqual(row["fewest_bytes"], alone["fewest_bytes"])
        self.assertAlmostEqual(row["gbps"], row["fewest_bytes"] / row["real_time"] / 1e3)
        self.assertAlmostEqual(row["roof_fraction"], row["gbps"] / roof)
        self.assertAlmostEqual(alone["roof_fraction"], row["roof_fraction"])
        self.assertEqual(row["hbm_bytes"], alone["hbm_bytes"])
        self.assertEqual(row["launch_us"], alone["launch_us"])

    def test_dense(self) -> None:
        (row,) = self.rows("dense", "--device", "sim", "--m", "1", shapes=DENSE)
        self.assertEqual(row["name"], "dense/K=1024/N=96/M=1")
        self.compare(row, time_alone("dense", "--m", "1", "--n", "96", "--k", "1024"))
        x, w, out = 1024, 96 * 1024, 2 * 96
        self.assertEqual(row["fewest_bytes"], (x + w) * 33 / 32 + out)
        self.assertEqual(row["w_bytes"], w * 33 / 32)

    def test_moe(self) -> None:
        """The routing is the same in both: the seed's."""
        words = "--experts 4 --n 96 --k 1024 --tokens 1 --top-k 2 --a-div 2".split()
        (row,) = self.rows("moe", "--device", "sim", shapes=MOE)
        self.assertEqual(row["name"], "moe/E=4/K=1024/N=96/top_k=2/T=1")
        self.compare(row, time_alone("moe", *words))
        x, w, out = 1024, 2 * 96 * 1024, 2 * 2 * 96
        self.assertEqual(row["fewest_bytes"], (x + w) * 33 / 32 + out)

    def test_text(self) -> None:
        """A row for each cell, with the figures of the JSON."""
        lines = self.bench("dense", "--device", "sim", shapes=DENSE).stdout.splitlines()
        rows = self.rows("dense", "--device", "sim", shapes=DENSE)
        self.assertIn("Modelled for an MI355X, not measured", lines[0])
        self.assertIn("cold caches", lines[0])
        columns = lines[2].replace("% roof", "%roof").replace("launch us", "launch").split()
        self.assertEqual(columns, "cell kernel splits MB us GB/s %roof launch".split())
        self.assertEqual(len(lines), 3 + len(rows))
        for line, row in zip(lines[3:], rows):
            fields = line.split()
            self.assertEqual("dense/" + "/".join(fields[:3]), row["name"])
            self.assertEqual(fields[3], row["kernel"])
            us, gbps, roof = (float(field) for field in fields[6:9])
            # Cells before it have other places in memory: a cell's time moves a little.
            self.assertAlmostEqual(us, row["real_time"], delta=6e-4)
            self.assertAlmostEqual(gbps, row["gbps"], delta=0.06)
            self.assertAlmostEqual(roof, 100 * row["gbps"] / ROOF, delta=0.06)

    def test_m(self) -> None:
        rows = self.rows("dense", "--device", "sim", "--m", "2,3", shapes=DENSE)
        self.assertEqual([row["name"][-3:] for row in rows], ["M=2", "M=3"])

    def test_machine(self) -> None:
        """Another machine has another time, and another roof."""
        (row,) = self.rows(
            "dense", "--device", "sim", "--m", "1", "--set", "hbm.bandwidth=3457", shapes=DENSE
        )
        words = "--m 1 --n 96 --k 1024 --set hbm.bandwidth=3457".split()
        self.compare(row, time_alone("dense", *words), roof=3457)
        slow = self.rows(
            *("dense", "--device", "sim", "--m", "1", "--set", "hbm.latency=840"),
            *("--set", "l2.write=1200"),
            shapes=DENSE,
        )[0]
        self.assertGreater(slow["real_time"], row["real_time"] + 0.35 + 0.35)

    def test_no_plan(self) -> None:
        """A cell that the library declines is told, and is no failure."""
        words = ["--device", "sim", "--m", "4", "--kernel", "smallm_dense_gemv_m1_r1_l64_w1_d3"]
        (row,) = self.rows("dense", *words, shapes=DENSE)
        self.assertIs(row["error_occurred"], True)
        self.assertNotEqual(row["error_message"], "")
        self.assertNotIn("gbps", row)
        self.assertIn("no plan: ", self.bench("dense", *words, shapes=DENSE).stdout)

    def test_arguments(self) -> None:
        for words, said in (
            (["--m", "0"], '--m is "0"'),
            (["--m", "65"], '--m is "65"'),
            (["--caches", "hot"], '--caches is "hot"'),
            (["--device", "cpu"], '--device is "cpu"'),
            (["--k-splits", "-1"], "--k-splits is -1"),
            (["--shapes", "/no/file.csv"], "/no/file.csv"),
            (["--peers", "/no/folder"], "/no/folder/peers.json cannot be opened"),
            (["--device", "sim", "--set", "l2.hot=1"], "--set: there is no parameter l2.hot"),
            (["--device", "sim", "--set", "l2.hit"], "--set: 'l2.hit' is not SECTION.NAME=VALUE"),
            (["--bar"], '"--bar" is not an option of smallm-bench dense'),
        ):
            self.refused("dense", words, said)
        self.refused("moe", ["--m", "1"], '"--m" is not an option of smallm-bench moe')
        self.refused("dense", [], "the header K,N,Ms", shapes="N,K,Ms\n")
        self.refused("moe", [], "names of the columns", shapes=DENSE)
        done = run(Paths.bench, "sparse")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the first word must be dense, moe, peers, sensitivity", done.stderr)

    def test_no_gpu(self) -> None:
        done = self.bench("dense", "--device", "gpu", status=4, SMALLM_HIP_LIBRARY="/no/hip.so")
        self.assertIn("/no/hip.so", done.stderr)


class Measured(Case):
    """On a HIP whose clock is known: how often what is launched, and what is made of the times."""

    def gpu(self, operation: str, *more: str, shapes: str) -> List[Dict[str, Any]]:
        env = {"SMALLM_HIP_LIBRARY": Paths.null_hip, "NULL_HIP_LOG": str(self.folder / "log")}
        return self.rows(operation, "--device", "gpu", *more, shapes=shapes, **env)

    def graphs(self) -> List[Dict[str, int]]:
        lines = (self.folder / "log").read_text().splitlines()
        return [{k: int(v) for k, v in (f.split("=") for f in line.split())} for line in lines]

    def check(self, row: Dict[str, Any], graph: Dict[str, int]) -> None:
        # As many sets of buffers as hold 512 MB, twice the Infinity Cache, and one more.
        sets = min(512, int(512e6 / row["fewest_bytes"] + 1))
        self.assertEqual((graph["captured"], graph["distinct"]), (sets, sets))
        self.assertGreaterEqual(graph["replays"], REPLAYS + 1)  # warm-up before them
        self.assertFalse(row["modelled"])
        self.assertEqual(row["iterations"], REPLAYS * sets)
        # Every third replay is slow, which a median must not see.
        replay = SUBMIT_US + LAUNCH_US * sets
        self.assertAlmostEqual(row["real_time"], replay / sets, places=5)
        self.assertAlmostEqual(row["event_us"], SUBMIT_US + LAUNCH_US, places=5)
        self.assertAlmostEqual(row["spread"], SLOW_US / replay, places=5)
        self.assertAlmostEqual(row["gbps"], row["fewest_bytes"] / row["real_time"] / 1e3)
        self.assertAlmostEqual(row["roof_fraction"], row["gbps"] / ROOF)

    def test_dense(self) -> None:
        (row,) = self.gpu("dense", shapes=STREAM)
        (graph,) = self.graphs()
        self.assertEqual(graph["captured"], 36)
        self.check(row, graph)

    def test_most_sets(self) -> None:
        (row,) = self.gpu("dense", "--m", "1", shapes=DENSE)
        (graph,) = self.graphs()
        self.assertEqual(graph["captured"], 512)
        self.check(row, graph)

    def test_moe(self) -> None:
        shapes = f"{MOE_HEADER}\n8,1536,6144,4,0,0,64,4,random,1\n"
        (row,) = self.gpu("moe", shapes=shapes)
        (graph,) = self.graphs()
        self.check(row, graph)

    def test_peers(self) -> None:
        """A peer is measured in the same way; both launches of it count."""
        peers = two_launches()
        for launch in peers["launches"]:
            launch["file"] = "object.co"
        peers["layouts"] = {}
        (self.folder / "object.co").write_bytes(b"what this HIP does not read")
        (self.folder / "peers.json").write_text(json.dumps({"format": 1, "kernels": [peers]}))
        (row,) = self.gpu("dense", "--peers", str(self.folder), shapes="K,N,Ms\n96,40,1\n")
        ours, theirs = self.graphs()
        self.check(row, ours)
        sets = ours["captured"]
        self.assertEqual(theirs["captured"], 2 * sets)
        peer = row["peers"]["split"]
        self.assertAlmostEqual(peer["us"], 2 * LAUNCH_US + SUBMIT_US / sets, places=5)
        self.assertAlmostEqual(peer["ratio"], peer["us"] / row["real_time"])
        self.assertNotIn("packet_gap_us", peer)

    def test_machine(self) -> None:
        done = self.bench(
            *("dense", "--device", "gpu", "--set", "l2.hit=200"),
            status=2,
            SMALLM_HIP_LIBRARY=Paths.null_hip,
        )
        self.assertIn("--set l2.hit=200 changes the modelled machine", done.stderr)


class Peers(Case):
    """Kernels of other people beside ours, on the simulator."""

    def setUp(self) -> None:
        super().setUp()
        clang = find_clang()
        if not clang:
            self.skipTest("no clang that compiles for gfx950")
        made = self.folder / "kernels.o"
        flags = ["-std=c11", "-target", "amdgcn-amd-amdhsa", "-mcpu=gfx950", "-nogpulib", "-O2"]
        flags += ["-ffreestanding", "-c", str(HERE / "peer_kernels.c"), "-o", str(made)]
        subprocess.run([clang, *flags], check=True)
        subprocess.run(
            [Paths.lld, "-shared", str(made), "-o", str(made.with_suffix(".co"))], check=True
        )
        kernels = [kernel(), two_launches()]
        (self.folder / "peers.json").write_text(json.dumps({"format": 1, "kernels": kernels}))
        self.words = ["--device", "sim", "--peers", str(self.folder)]

    def test_ratios(self) -> None:
        shapes = "K,N,Ms\n96,40,1\n160,33,2\n"
        rows = self.rows("dense", *self.words, shapes=shapes)
        file = self.folder / "shapes.csv"
        words = ["dense", "--peers", str(self.folder), "--shapes", str(file), "--device", "sim"]
        alone = run(Paths.bench, "peers", *words, "--json", "--no-check")
        cells = {(c["N"], c["peer"]): c for c in json.loads(alone.stdout)["cells"]}
        self.assertEqual([sorted(row["peers"]) for row in rows], 2 * [["plain", "split"]])
        self.assertIsNone(rows[1]["peers"]["plain"])  # its condition does not hold
        for row, columns, name, launches in (
            (rows[0], 40, "plain", 1),
            (rows[0], 40, "split", 2),
            (rows[1], 33, "split", 2),
        ):
            peer, cell = row["peers"][name], cells[columns, name]
            # Ours has taken places in memory before it.
            self.assertAlmostEqual(peer["us"] / cell["modelled_us"], 1, delta=0.02)
            self.assertAlmostEqual(peer["ratio"], peer["us"] / row["real_time"])
            self.assertEqual(peer["launches"], launches)
            self.assertAlmostEqual(peer["packet_gap_us"], 1.4 * (launches - 1))

    def test_text(self) -> None:
        shapes = "K,N,Ms\n96,40,1\n160,33,2\n"
        lines = self.bench("dense", *self.words, shapes=shapes).stdout.splitlines()
        rows = self.rows("dense", *self.words, shapes=shapes)
        self.assertIn("above 1 where ours is faster", lines[2])
        self.assertEqual(lines[3].split()[-2:], ["plain", "split"])
        plain, split, gap, unit = lines[4].split()[-4:]
        self.assertEqual((gap, unit), ("+1.4", "us"))
        self.assertAlmostEqual(float(plain), rows[0]["peers"]["plain"]["ratio"], delta=0.0051)
        self.assertAlmostEqual(float(split), rows[0]["peers"]["split"]["ratio"], delta=0.0051)
        self.assertEqual(lines[5].split()[-4], "-")

    def test_other_operation(self) -> None:
        self.refused("moe", self.words, "has no kernel for grouped products", shapes=MOE)

    def test_findings(self) -> None:
        """A peer that leaves its buffers ends the run."""
        one = kernel()
        one["launches"][0]["arguments"] = pointers("x", "x_scale", "w", "w_scale", "out") + [
            {"i32": "M"},
            {"i64": "N"},
            {"i32": "K + 64"},
            {"f32": 1},
        ]
        (self.folder / "peers.json").write_text(json.dumps({"format": 1, "kernels": [one]}))
        done = self.bench("dense", *self.words, shapes="K,N,Ms\n96,40,1\n", status=1)
        self.assertIn("out-of-bounds", done.stderr)


class Sensitivity(Case):
    def table(self, *more: str, shapes: str = STREAM) -> Dict[str, Any]:
        table: Dict[str, Any] = json.loads(
            self.bench("sensitivity", "--json", *more, shapes=shapes).stdout
        )
        return table

    def test_signs(self) -> None:
        names = ["lds.banks", "hbm.bandwidth", "hbm.latency"]
        kernel = ["--kernel", "smallm_dense_gemv_m1_r1_l64_w1_d3"]
        table = self.table(*kernel, *(word for name in names for word in ("--parameter", name)))
        self.assertIs(table["modelled"], True)
        self.assertEqual(table["by_percent"], 30)
        (cell,) = table["cells"]
        alone = time_alone("dense", *"--m 1 --n 2304 --k 6144".split(), *kernel)
        self.assertEqual(cell["kernel"], alone["kernel"])
        self.assertAlmostEqual(cell["modelled_us"], alone["modelled_us"], places=9)
        # By largest effect.
        self.assertEqual(
            [p["name"] for p in table["parameters"]], ["hbm.bandwidth", "hbm.latency", "lds.banks"]
        )
        bandwidth, latency, banks = table["parameters"]
        self.assertEqual(
            (bandwidth["value"], bandwidth["less"], bandwidth["more"]), (6914, 4840, 8988)
        )
        self.assertEqual((bandwidth["confidence"], bandwidth["unit"]), ("H", "GB/s"))
        self.assertIn("8480", bandwidth["source"])
        (change,) = bandwidth["cells"]
        self.assertTrue(20 < change["change_less"] < 45, change)
        self.assertTrue(-30 < change["change_more"] < -5, change)
        # The value that is tried is the one that smallm time has for it.
        words = "--m 1 --n 2304 --k 6144 --set hbm.bandwidth=4840".split()
        self.assertAlmostEqual(
            change["us_less"], time_alone("dense", *words, *kernel)["modelled_us"], places=9
        )
        self.assertAlmostEqual(
            change["change_less"], 100 * (change["us_less"] / cell["modelled_us"] - 1)
        )
        self.assertEqual((latency["less"], latency["more"]), (294, 546))
        # A product of a row does not go through banks; of more of them than 64 the model knows nothing.
        (change,) = banks["cells"]
        self.assertEqual((banks["less"], banks["more"]), (45, None))
        self.assertEqual((change["change_less"], change["change_more"]), (0, None))

    def test_latency(self) -> None:
        """What a small cell does last is wait for its stores, once."""
        table = self.table("--parameter", "l2.write", shapes=DENSE)
        clocks, mhz = 72, 2400
        for cell, change in zip(table["cells"], table["parameters"][0]["cells"]):
            self.assertAlmostEqual((change["us_more"] - cell["modelled_us"]) * mhz, clocks, delta=1)
            self.assertAlmostEqual((cell["modelled_us"] - change["us_less"]) * mhz, clocks, delta=1)

    def test_moved(self) -> None:
        """Whole numbers move by one at least; limits and contradictions end a side."""
        words = ["--parameter", "valu.dot", "--parameter", "fetch.hit", "--parameter", "l1.tags"]
        words += ["--parameter", "mall.latency", "--parameter", "l1.instructions", "--by", "10"]
        table = self.table(*words, "--set", "mall.latency=400", shapes="K,N,Ms\n96,40,1\n")
        moved = {p["name"]: (p["value"], p["less"], p["more"]) for p in table["parameters"]}
        self.assertEqual(moved["valu.dot"], (4, 3, 5))
        self.assertEqual(moved["fetch.hit"], (0, None, 1))
        self.assertEqual(moved["l1.tags"], (1, 0.9, 1.1))
        self.assertEqual(moved["mall.latency"], (400, 360, None))  # not beyond the HBM's
        self.assertEqual(moved["l1.instructions"], (64, 58, None))

    def test_which(self) -> None:
        """All that are of confidence M or L, but for counts and the shape of caches."""
        table = self.table(shapes="K,N,Ms\n96,40,1\n")
        ini = Path(__file__).resolve().parents[2] / "configs" / "mi355x.ini"
        expected, section = set(), ""
        for line in ini.read_text().splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif "=" in line and not line.startswith(";") and line.split("|")[2].strip() != "H":
                expected.add(f"{section}.{line.split('=')[0].strip()}")
        left = {"chip.workgroups", "fetch.line_bytes", "scalar.ways", "l2.interleave", "mall.ways"}
        left |= {"hbm.channels", "hbm.interleave"}
        self.assertTrue(left <= expected)
        self.assertEqual({p["name"] for p in table["parameters"]}, expected - left)
        self.assertTrue(all(p["confidence"] in "ML" for p in table["parameters"]))

    def test_forms(self) -> None:
        words = ["--parameter", "hbm.latency", "--parameter", "dispatch.packet_gap"]
        shapes = "K,N,Ms\n96,40,1|2\n"
        table = self.table(*words, shapes=shapes)
        change = table["parameters"][0]["cells"][1]
        pair = f"{change['change_less']:+.1f} / {change['change_more']:+.1f}"
        text = self.bench("sensitivity", *words, shapes=shapes).stdout.splitlines()
        self.assertIn("Modelled, not measured", text[0])
        self.assertTrue(text[2].startswith("[2] K=96 N=40 M=2: "), text[2])
        self.assertIn(pair, text[4])
        self.assertTrue(text[4].startswith("hbm.latency "), text[4])
        self.assertIn("0 / 0", text[5])  # gaps are not in a launch's time
        mark = self.bench("sensitivity", "--markdown", *words, shapes=shapes).stdout.splitlines()
        row = next(
            line for line in mark if line.startswith("| `hbm.latency` | M | 420 (294, 546) | ns |")
        )
        self.assertIn(f"| {pair} |", row)
        widths = {line.count("|") for line in mark if line.startswith(("| `", "| par"))}
        self.assertEqual(len(widths), 1)

    def test_cells(self) -> None:
        words = ["--parameter", "valu.f64", "--cells", "1"]
        table = self.table(*words, shapes=MOE)
        self.assertEqual([c["operation"] for c in table["cells"]], ["moe"])
        table = self.table(*words, shapes="")
        self.assertEqual([c["cell"] for c in table["cells"]], ["K=6144 N=2304 M=1"])
        table = self.table("--parameter", "valu.f64", "--m", "3", shapes=DENSE)
        self.assertEqual([c["cell"] for c in table["cells"]], ["K=1024 N=96 M=3"])

    def test_arguments(self) -> None:
        for words, said in (
            (["--by", "0"], "--by is 0"),
            (["--by", "91"], "--by is 91"),
            (["--cells", "0"], "--cells is 0"),
            (["--k-splits", "-1"], "--k-splits is -1"),
            (["--json", "--markdown"], "exclude one another"),
            (["--m", "1"], "name --shapes"),
            (["--parameter", "hbm.colour"], '--parameter is "hbm.colour"'),
            (["--set", "hbm.colour=1"], "there is no parameter hbm.colour"),
            (["--shapes", "/no/file.csv"], "/no/file.csv"),
            (["--device", "gpu"], '"--device" is not an option'),
        ):
            self.refused("sensitivity", words, said)
        self.refused("sensitivity", ["--m", "x"], '--m is "x"', shapes=DENSE)
        kernel_name = ["--kernel", "smallm_dense_gemv_m1_r1_l64_w1_d3"]
        done = self.bench("sensitivity", *kernel_name, "--m", "4", shapes=DENSE, status=3)
        self.assertIn("has no plan", done.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("bench", "smallm", "null-hip", "lld"):
        parser.add_argument(f"--{option}", required=True)
    options, rest = parser.parse_known_args()
    Paths.bench, Paths.smallm = options.bench, options.smallm
    Paths.null_hip, Paths.lld = options.null_hip, options.lld
    PeerPaths.lld = options.lld
    unittest.main(argv=[sys.argv[0], *rest])
