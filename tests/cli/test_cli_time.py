"""smallm time: the timing model's figures of a layer, and its views."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, List

from cli_support import Case, Paths, main, smallm, write_ids

DENSE = ["time", "dense", "--m", "1", "--n", "128", "--k", "6144"]
MOE = ["time", "moe", "--experts", "6", "--n", "40", "--k", "96", "--tokens", "5", "--top-k", "2"]
CAUSES = (
    "issue vmcnt lgkmcnt mfma forward arbitration queue barrier fetch sleep dispatch tail".split()
)
# A kernel that the arguments below are right for: 4 columns a workgroup, 3 K steps of 2,048.
KERNEL = "smallm_dense_gemv_m1_r1_l64_w1_d3"


def by_hand(*options: str) -> Dict[str, Any]:
    """gfx950sim's figures of the same launch, its arguments written out as the loader packs them."""
    n, k = 128, 6144
    arguments = [f"zero:{k}", f"zero:{k // 32}", f"zero:{n * k}", f"zero:{n * k // 32}"]
    arguments += [f"i32:{v}" for v in (n, k, k, k // 32, 3, 1, 1, 0)]
    arguments += [f"zero:{2 * n}", "null", "null", f"i32:{n}"]
    file = str(Path(str(Paths.kernels)) / (KERNEL + ".co"))
    words = ["time", file, "--grid", str(n // 4), "--block", "256", "--json", *options]
    done = subprocess.run(
        [str(Paths.gfx950sim), *words, *arguments],
        stdout=subprocess.PIPE,
        check=True,
        encoding="utf-8",
    )
    found: Dict[str, Any] = json.loads(done.stdout)
    return found


class BadArguments(Case):
    def test_words(self) -> None:
        self.expect(smallm("time"), 2, "time dense")
        self.expect(smallm("time", "quantise"), 2, "time dense")
        self.expect(smallm("time", "dense", "--n", "1", "--k", "32"), 2, "--m is missing; time")
        self.expect(smallm(*MOE, "--what"), 2, "--what", "time moe")
        self.expect(smallm(*DENSE, "--cold", "--warm"), 2, "exclude one another")
        self.expect(smallm(*DENSE, "--repeat", "0"), 2, "--repeat is 0", "from 1 to")
        self.expect(smallm(*DENSE, "--repeat", "two"), 2, '--repeat is "two"')
        self.expect(smallm(*DENSE, "--wave", "1"), 2, "--wave", "--timeline, which is missing")
        self.expect(smallm(*DENSE, "--instructions", "1"), 2, "--trace FILE, which is missing")
        timeline = [*DENSE, "--timeline"]
        self.expect(smallm(*timeline, "--wave", "16"), 2, "--wave is 16", "from 0 to 15")
        self.expect(smallm(*timeline, "--workgroup", "-1"), 2, "--workgroup is -1")
        self.expect(smallm(*timeline, "--width", "19"), 2, "--width is 19", "from 20 to 2000")
        self.expect(smallm(*timeline, "--rows", "0"), 2, "--rows is 0", "from 1 to 10000")
        self.expect(smallm(*timeline, "--from", "9", "--to", "9"), 2, "--from 9", "before --to 9")
        self.expect(smallm(*timeline, "--json"), 2, "--timeline is a drawing", "--json")
        both = [*timeline, "--trace", "t.json", "--instructions", "4"]
        self.expect(smallm(*both), 2, "both say which waves")

    def test_only_on_the_simulator(self) -> None:
        for words in (DENSE, MOE):
            self.expect(smallm(*words, "--device", "gpu"), 2, '--device is "gpu"', "auto or sim")

    def test_only_of_time(self) -> None:
        for option in ("--annotate", "--warm", "--timeline"):
            self.expect(smallm("run", *DENSE[1:], option), 2, option, "run dense")

    def test_help(self) -> None:
        status, out, _ = smallm("--help")
        self.assertEqual(status, 0)
        for part in ("time dense|moe", "--set SECTION.NAME=VALUE", "--annotate", "--report"):
            self.assertIn(part, out)

    def test_no_simulator(self) -> None:
        """A command beside which there is no library that can be loaded."""
        with tempfile.TemporaryDirectory() as folder:
            alone = Path(folder, "smallm")
            shutil.copy(Paths.smallm, alone)
            Path(folder, "libgfx950sim.so").write_bytes(b"")
            for words in (DENSE, MOE):
                done = subprocess.run(
                    [str(alone), *words],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    check=False,
                )
                got = (done.returncode, done.stdout, done.stderr)
                self.expect(got, 4, "libgfx950sim.so cannot be loaded", "SMALLM_BUILD_SIM=ON")


class Simulated(Case):
    def setUp(self) -> None:
        if Paths.simulator is None:
            self.skipTest("built without the simulator")

    def told(self, *words: str) -> Dict[str, Any]:
        status, out, err = smallm(*words, "--json")
        self.assertEqual((status, err), (0, ""))
        found: Dict[str, Any] = json.loads(out)
        return found

    def test_settings(self) -> None:
        self.expect(
            smallm(*DENSE, "--set", "l2.speed=1"), 2, "--set: there is no parameter l2.speed"
        )
        self.expect(smallm(*DENSE, "--set", "l2.hit=fast"), 2, "--set: l2.hit is 'fast'")
        self.expect(smallm(*DENSE, "--machine", "/no/file.ini"), 2, "--machine: /no/file.ini")

    def test_same_as_the_simulator_says(self) -> None:
        kernel = ["--kernel", KERNEL]
        for options in ([], ["--warm", "--repeat", "2"], ["--flush"], ["--set", "hbm.latency=999"]):
            mine, its = self.told(*DENSE, *kernel, *options), by_hand(*options)
            self.assertEqual(mine["kernel"], its["kernel"])
            same = [k for k in its if k in mine and k not in ("device", "kernel")]
            self.assertGreater(len(same), 20)
            for key in same:
                self.assertEqual(mine[key], its[key], (options, key))
            self.assertEqual(mine["stalls"], its["clocks_by_cause"])

    def test_options_tell(self) -> None:
        """What the options ask for is what is modelled."""
        cold = self.told(*DENSE)
        warm = self.told(*DENSE, "--warm", "--repeat", "2")
        slow = self.told(*DENSE, "--set", "hbm.latency=2000", "--set", "l2.hit=400")
        self.assertEqual((cold["caches"], warm["caches"]), ("cold", "warm"))
        self.assertEqual(warm["hbm_bytes"], 0)
        self.assertLess(warm["modelled_us"], cold["modelled_us"])
        self.assertGreater(slow["modelled_us"], cold["modelled_us"] + 0.3)
        self.assertEqual(self.told(*DENSE, "--device", "sim"), cold)
        with tempfile.TemporaryDirectory() as folder:
            ini = (Path(Paths.source) / "configs" / "mi355x.ini").read_text(encoding="utf-8")
            changed = re.sub(r"(\[hbm\][^\[]*\nlatency +=) \d+", r"\1 2000", ini)
            slower = Path(folder, "slow.ini")
            for text, check in ((ini, self.assertEqual), (changed, self.assertNotEqual)):
                slower.write_text(text, encoding="utf-8")
                told = self.told(*DENSE, "--machine", str(slower))
                check(told["modelled_us"], cold["modelled_us"])

    def test_json_of_dense(self) -> None:
        told = self.told(*DENSE, "--out-type", "f32", "--bias")
        run = json.loads(smallm("run", *DENSE[1:], "--out-type", "f32", "--bias", "--json")[1])
        self.assertNotIn("modelled_us", run)
        self.assertEqual({k: told[k] for k in run}, run, "what run says, and more")
        self.assert_figures(told)
        n, k = 128, 6144
        self.assertEqual(told["fewest_bytes"], (n + 1) * k * 33 // 32 + 8 * n)
        self.assertAlmostEqual(
            told["w_gbps"] * told["fewest_bytes"], told["gbps"] * n * k * 33 / 32, delta=1
        )
        self.assertNotIn("sort_us", told)
        self.assertNotIn("lines", told)

    def assert_figures(self, told: Dict[str, Any]) -> None:
        self.assertTrue(told["pass"])
        self.assertEqual(list(told["stalls"]), CAUSES)
        self.assertEqual(sum(told["stalls"].values()), told["wave_clocks"])
        self.assertAlmostEqual(told["modelled_us"] * told["core_mhz"], told["clocks"], places=6)
        self.assertAlmostEqual(
            told["gbps"] * told["modelled_us"] * 1e3, told["fewest_bytes"], places=3
        )
        self.assertEqual(told["roof_gbps"], 6914)
        self.assertAlmostEqual(told["roof_fraction"], told["gbps"] / 6914, places=12)
        hbm = told["levels"]["HBM"]
        self.assertEqual(told["hbm_bytes"], hbm["read_bytes"] + hbm["written_bytes"])
        self.assertAlmostEqual(
            told["bytes_ratio"] * told["fewest_bytes"], told["hbm_bytes"] + told["dirty_bytes"]
        )
        for key in ("launch_us", "packet_gap_us", "plan_us", "limited_by", "mfma_busy", "caches"):
            self.assertIn(key, told)

    def test_json_of_moe(self) -> None:
        told = self.told(*MOE, "--a-div", "2", "--weighted")
        self.assert_figures(told)
        row = 96 * 33 // 32
        moved = (told["touched_experts"] * 40 + 5) * row + 10 * (4 + 2 * 40)
        self.assertEqual(told["fewest_bytes"], moved)
        self.assertGreater(told["sort_us"], 1)
        slow = self.told(*MOE, "--a-div", "2", "--weighted", "--set", "dispatch.packet_gap=2000")
        self.assertEqual(slow["packet_gap_us"], 2)
        self.assertEqual(slow["sort_us"], told["sort_us"])
        combined = self.told(*MOE, "--combine")
        moved = (combined["touched_experts"] * 40 + 10) * row + 5 * 2 * 40
        self.assertEqual(combined["fewest_bytes"], moved)

    def test_elsewhere(self) -> None:
        """Of slots whose expert is not here nothing has to move."""
        with tempfile.TemporaryDirectory() as folder:
            ids = [[0, -1], [5, 0], [-1, -1], [0, 0], [-1, 3]]
            file = write_ids(Path(folder, "ids.npy"), ids)
            told = self.told(*MOE, "--routing", file, "--a-div", "2")
        self.assertEqual(told["fewest_bytes"], (3 * 40 + 4) * 99 + 6 * 80)

    def test_annotate(self) -> None:
        told = self.told(*DENSE, "--annotate")
        for cause in CAUSES:
            self.assertEqual(sum(x["clocks"][cause] for x in told["lines"]), told["stalls"][cause])
        status, out, err = smallm(*DENSE, "--annotate")
        self.assertEqual((status, err), (0, ""))
        for line in told["lines"]:
            self.assertIn(f" {line['pc']:x}  {line['text']}\n", out)

    def test_text(self) -> None:
        told = self.told(*MOE)
        status, out, err = smallm(*MOE)
        self.assertEqual((status, err), (0, ""))
        for part in (
            "PASS",
            f"modelled {told['modelled_us']:.3f} us",
            "occupancy: ",
            "clocks of waves",
            f"rate: {told['gbps']:.1f} GB/s of the {told['fewest_bytes']} bytes",
            f"{100 * told['roof_fraction']:.1f} % of the roof of 6914 GB/s",
            f"{told['bytes_ratio']:.3f} of those",
            f"sort: modelled {told['sort_us']:.3f} us",
        ):
            self.assertIn(part, out)
        self.assertNotIn("sort:", smallm(*DENSE)[1])

    def test_timeline(self) -> None:
        def shown(*options: str) -> List[str]:
            status, out, err = smallm(*DENSE, "--timeline", *options)
            self.assertEqual((status, err), (0, ""))
            return re.findall(r"^workgroup \d+ wave \d+(?=:)", out, re.M)

        self.assertEqual(shown(), ["workgroup 0 wave 0"])
        self.assertEqual(shown("--workgroup", "3", "--wave", "2"), ["workgroup 3 wave 2"])
        self.assertEqual(
            shown("--workgroup", "3", "--rows", "9"), [f"workgroup 3 wave {w}" for w in range(4)]
        )
        nowhere = smallm(*DENSE, "--timeline", "--workgroup", "99999")
        self.expect(nowhere, 2, "--timeline: there is no such wave", "workgroups 0 to")

    def test_files(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            trace, page = Path(folder, "t.json"), Path(folder, "r.html")

            def followed(*options: str) -> int:
                words = [*DENSE, "--trace", str(trace), "--report", str(page), *options]
                status, out, err = smallm(*words)
                self.assertEqual((status, err), (0, ""))
                self.assertIn(str(trace), out)
                self.assertIn(str(page), out)
                events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
                names = [e["name"] for e in events if e.get("cat") == "instruction"]
                return names.count("s_endpgm")

            self.assertEqual(followed(), 16)
            self.assertEqual(followed("--instructions", "3"), 3)
            self.assertEqual(followed("--instructions", "0"), 0)
            self.assertEqual(followed("--timeline", "--workgroup", "1"), 4)
            self.assertIn("dense M=1 N=128 K=6144", page.read_text(encoding="utf-8"))
            told = self.told(*DENSE, "--report", str(page))
            self.assertIn(f"{told['modelled_us']:.3f} µs", page.read_text(encoding="utf-8"))
        for option in ("--trace", "--report"):
            self.expect(smallm(*DENSE, option, "/no/f"), 2, f"{option} /no/f cannot be written")


if __name__ == "__main__":
    main()
