"""`smallm run moe` and `smallm run quantise`: exit statuses, sentences on stderr, JSON, files."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Dict, List, Optional

from cli_support import Case, Paths, fake, main, smallm, write_ids

MOE = ["run", "moe", "--experts", "6", "--n", "40", "--k", "96", "--tokens", "5", "--top-k", "2"]
QUANTISE = ["run", "quantise", "--m", "3", "--k", "96"]


class BadArguments(Case):
    def test_words(self) -> None:
        self.expect(smallm("run", "moe"), 2, "--experts is missing", "run moe")
        self.expect(smallm(*MOE[:-2]), 2, "--top-k is missing", "run moe")
        self.expect(smallm(*MOE, "--what"), 2, "--what", "run moe")
        self.expect(smallm(*MOE, "--a-div", "x"), 2, '--a-div is "x"', "whole number")
        self.expect(smallm(*MOE, "--m", "4"), 2, "--m", "run moe")
        self.expect(smallm(*MOE, "--out-type", "f8"), 2, '--out-type is "f8"')
        self.expect(smallm("run", "quantise", "--k", "32"), 2, "--m is missing", "run quantise")
        self.expect(smallm(*QUANTISE, "--rule", "round"), 2, '--rule is "round"', "ceil or floor")
        self.expect(smallm(*QUANTISE, "--type", "e4m3"), 2, '--type is "e4m3"')

    def test_help(self) -> None:
        status, out, _ = smallm("--help")
        self.assertEqual(status, 0)
        for part in ("run moe", "run quantise", "--routing", "--combine", "--a-div", "--rule"):
            self.assertIn(part, out)

    def test_guards(self) -> None:
        def changed(option: str, value: str) -> List[str]:
            words = list(MOE)
            words[words.index(option) + 1] = value
            return words

        self.expect(fake(*changed("--experts", "0")), 2, "experts is 0")
        self.expect(fake(*changed("--n", "-1")), 2, "n is -1")
        self.expect(fake(*changed("--k", "48")), 2, "k is 48", "multiple of 32")
        self.expect(fake(*changed("--tokens", "0")), 2, "tokens is 0")
        self.expect(fake(*changed("--top-k", "-2")), 2, "top-k is -2")
        self.expect(fake(*MOE, "--a-div", "0"), 2, "a_div is 0")
        self.expect(fake(*MOE, "--block-m", "6"), 2, "block_m is 6", "multiple of 4")
        self.expect(fake(*MOE, "--k-splits", "-1"), 2, "k_splits is -1")
        self.expect(fake(*MOE, "--kernel", "none_such"), 2, "none_such")
        self.expect(fake("run", "quantise", "--m", "0", "--k", "32"), 2, "m is 0")
        self.expect(
            fake("run", "quantise", "--m", "1", "--k", "48"), 2, "k is 48", "multiple of 32"
        )
        self.expect(fake(*QUANTISE, "--ldx", "95"), 2, "ldx is 95", "k = 96")

    def test_files(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            wide = write_ids(Path(folder, "wide.npy"), [[0] * 3] * 5)
            words = write_ids(Path(folder, "words.npy"), [[0] * 2] * 5, "<f4")
            for bad, reason in ((wide, "another shape"), (words, "not int32")):
                self.expect(fake(*MOE, "--routing", bad), 2, bad, reason, "shape (5, 2)")
            self.expect(fake(*MOE, "--routing", "some"), 2, "balanced, random or one", "opened")


class Devices(Case):
    def test_declined(self) -> None:
        words = list(MOE)
        words[words.index("--tokens") + 1] = "2049"
        self.expect(fake(*words), 3, "declined", "slots is 4098", "4096")
        self.expect(fake(*MOE, "--kernel", "smallm_quantise_m1_l4_w4"), 3, "declined")

    def test_wrong_result(self) -> None:
        """A HIP that computes nothing leaves everything as it was."""
        got = fake(*MOE)
        self.expect(got, 1, "the result is wrong", "400 of 400")
        self.assertIn("FAIL", got[1])
        got = fake(*QUANTISE)
        self.expect(got, 1, "the result is wrong")
        self.assertIn("FAIL", got[1])

    def test_no_device(self) -> None:
        self.expect(fake(*MOE, FAKE_HIP_DEVICES="0"), 4, "shows no device", Paths.fake_hip)
        self.expect(fake(*MOE, FAKE_HIP_FAIL="hipMalloc"), 4, "hipMalloc", "made to fail")
        self.expect(fake(*MOE, FAKE_HIP_FAIL="hipModuleLaunchKernel"), 4, "made to fail")
        self.expect(fake(*QUANTISE, FAKE_HIP_FAIL="hipModuleLaunchKernel"), 4, "made to fail")

    def test_json_of_a_gpu(self) -> None:
        result = json.loads(fake(*MOE, "--json")[1])
        self.assertEqual((result["simulated"], result["pass"]), (False, False))
        self.assertIsNone(result["w_bytes_read"])


class Simulated(Case):
    def setUp(self) -> None:
        if Paths.simulator is None:
            self.skipTest("built without the simulator")

    def run_json(self, *words: str, env: Optional[Dict[str, str]] = None) -> Dict[str, object]:
        status, out, err = smallm(*words, "--device", "sim", "--json", env=env)
        self.assertEqual((status, err), (0, ""))
        return dict(json.loads(out))

    def test_text(self) -> None:
        status, out, err = smallm(*MOE, "--device", "sim")
        self.assertEqual((status, err), (0, ""))
        for part in ("simulated gfx950", "PASS", "smallm_moe_", "10 of 10 slots", "W read"):
            self.assertIn(part, out)
        status, out, err = smallm(*QUANTISE, "--device", "sim")
        self.assertEqual((status, err), (0, ""))
        self.assertIn("PASS: 0 of 288 elements and 0 of 9 scales", out)

    def test_json(self) -> None:
        result = self.run_json(*MOE, "--a-div", "2")
        wanted = {
            "op": "moe",
            "experts": 6,
            "n": 40,
            "k": 96,
            "tokens": 5,
            "top_k": 2,
            "a_div": 2,
            "block_m": 64,
            "weighted": False,
            "combine": False,
            "routing": "random",
            "slots_here": 10,
            "out_type": "bf16",
            "pass": True,
            "simulated": True,
            "wrong_elements": 0,
        }
        self.assertEqual({k: result[k] for k in wanted}, wanted)
        touched = int(str(result["touched_experts"]))
        self.assertIn(touched, range(2, 7))
        self.assertEqual(result["w_bytes"], touched * 40 * 96)
        self.assertEqual(result["w_bytes_read"], result["w_bytes"])
        self.assertLessEqual(float(str(result["bound_ratio"])), 1)
        self.assertEqual(self.run_json(*MOE, "--a-div", "2"), result)
        other = self.run_json(*MOE, "--a-div", "2", "--seed", "2")
        self.assertNotEqual(other["rel_err"], result["rel_err"])

    def test_routing(self) -> None:
        one = self.run_json(*MOE, "--routing", "one")
        self.assertEqual((one["touched_experts"], one["max_rows_per_expert"]), (1, 10))
        balanced = self.run_json(*MOE, "--routing", "balanced")
        self.assertEqual((balanced["touched_experts"], balanced["max_rows_per_expert"]), (6, 2))
        with tempfile.TemporaryDirectory() as folder:
            ids = [[0, -1], [5, 0], [-1, -1], [0, 0], [99, 3]]
            file = write_ids(Path(folder, "ids.npy"), ids)
            for more in ((), ("--combine", "--weighted")):
                result = self.run_json(*MOE, "--routing", file, *more)
                self.assertEqual(
                    [result[k] for k in ("slots_here", "touched_experts", "max_rows_per_expert")],
                    [6, 3, 4],
                )
            nobody = write_ids(Path(folder, "nobody.npy"), [[-1, -1]] * 5)
            for more in ((), ("--combine",)):
                result = self.run_json(*MOE, "--routing", nobody, *more)
                self.assertEqual((result["slots_here"], result["w_bytes_read"]), (0, 0))

    def test_options(self) -> None:
        typical = {"bf16": 1.7e-3, "f16": 2.1e-4, "f32": 2e-7}
        for block_m, (out, error) in zip(("4", "16", "128"), typical.items()):
            words = ("--out-type", out, "--block-m", block_m, "--weighted", "--combine")
            result = self.run_json(*MOE, *words)
            self.assertEqual((result["out_type"], result["block_m"]), (out, int(block_m)))
            self.assertEqual((result["weighted"], result["combine"]), (True, True))
            self.assertLess(float(str(result["rel_err"])), 1.5 * error)
        for level in ("deterministic", "batch-invariant"):
            self.assertEqual(self.run_json(*MOE, "--determinism", level)["determinism"], level)

    def test_kernel_by_name(self) -> None:
        listed = smallm("info")[1].split()
        names = [w for w in listed if w.startswith(("smallm_moe_gemv_", "smallm_moe_mfma_"))]
        self.assertGreater(len(names), 3)
        for name in (names[0], names[-1]):
            self.assertEqual(self.run_json(*MOE, "--kernel", name)["kernel"], name)
        words = list(MOE)
        words[words.index("--k") + 1] = "6144"
        mfma = [n for n in names if "mfma" in n][0]
        split = self.run_json(*words, "--kernel", mfma, "--k-splits", "2")
        self.assertEqual(split["k_splits"], 2)
        self.assertGreater(int(str(split["workspace_bytes"])), 0)

    def test_quantise(self) -> None:
        for kind in ("bf16", "f16", "f32"):
            for rule in ("ceil", "floor"):
                result = self.run_json(*QUANTISE, "--type", kind, "--rule", rule, "--ldx", "128")
                wanted = {
                    "op": "quantise",
                    "m": 3,
                    "k": 96,
                    "ldx": 128,
                    "type": kind,
                    "rule": rule,
                    "pass": True,
                    "wrong_elements": 0,
                    "wrong_scales": 0,
                }
                self.assertEqual({k: result[k] for k in wanted}, wanted)


if __name__ == "__main__":
    main()
