"""The installed tree: what each component holds, and a program built against a tree that has moved,
by find_package and by pkg-config, run on the simulator.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Optional, Set

HERE = Path(__file__).resolve().parent


class Options:
    """Set from the command line before the tests run."""

    build = ""
    cmake = ""
    cc = ""
    pkg_config = ""
    hip_include = ""
    libdir = ""
    version = ""
    simulator = False


def run(*words: str, env: Optional[Dict[str, str]] = None) -> str:
    """Stdout; AssertionError with all output when the command fails."""
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(
            ("SMALLM_", "GFX950SIM_", "PKG_CONFIG", "CMAKE_", "LD_LIBRARY", "DESTDIR")
        )
    }
    done = subprocess.run(words, env={**clean, **(env or {})}, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def install(prefix: Path, *components: str, build: str = "") -> None:
    for component in components:
        words = ["--install", build or Options.build, "--component", component]
        run(Options.cmake, *words, "--prefix", str(prefix))


def files(prefix: Path) -> Set[str]:
    return {str(p.relative_to(prefix)) for p in prefix.rglob("*") if not p.is_dir()}


def scratch(case: unittest.TestCase) -> Path:
    folder = tempfile.TemporaryDirectory()
    case.addCleanup(folder.cleanup)
    return Path(folder.name).resolve()


class TestComponents(unittest.TestCase):
    def setUp(self) -> None:
        self.prefix = scratch(self)
        self.so = f"{Options.libdir}/libsmallm.so"
        self.soname = self.so + "." + ".".join(Options.version.split(".")[:2])

    def test_runtime(self) -> None:
        install(self.prefix, "runtime")
        have = files(self.prefix)
        needed = {f"{self.so}.{Options.version}", self.soname, "bin/smallm"}
        needed.add("share/licenses/smallm/LICENSE")
        self.assertLessEqual(needed, have)
        for name in have - needed:
            self.assertRegex(name, r"^bin/smallm-\w+$", "not a runtime file")
        self.assertTrue((self.prefix / self.soname).is_symlink())
        run(str(self.prefix / "bin/smallm"), "--help")

    def test_devel(self) -> None:
        install(self.prefix, "devel")
        have = files(self.prefix)
        headers = {h.name for h in (HERE / "../../loader/include/smallm").glob("*.h")}
        self.assertEqual({Path(f).name for f in have if f.startswith("include/")}, headers)
        self.assertIn(self.so, have)
        self.assertIn(f"{Options.libdir}/pkgconfig/smallm.pc", have)
        self.assertIn("share/doc/smallm/linking.md", have)
        self.assertIn("share/doc/smallm/example/example.c", have)
        self.assertNotIn(self.soname, have)
        for name in have:
            self.assertNotRegex(name, r"^(bin/|lib.*\.so\.)", "not a devel file")

    def test_nothing_else(self) -> None:
        components = ["runtime", "devel"] + ["simulator"] * Options.simulator
        install(self.prefix / "parts", *components)
        run(Options.cmake, "--install", Options.build, "--prefix", str(self.prefix / "all"))
        self.assertEqual(files(self.prefix / "parts"), files(self.prefix / "all"))

    def test_no_place_named(self) -> None:
        install(self.prefix, "runtime", "devel")
        for name in files(self.prefix):
            if name.endswith((".cmake", ".pc")):
                text = (self.prefix / name).read_text(encoding="utf-8")
                self.assertNotIn(str(self.prefix), text, name)
                self.assertNotIn(Options.build, text, name)

    def test_simulator(self) -> None:
        if not Options.simulator:
            self.skipTest("this build has no simulator")
        install(self.prefix, "simulator")
        have = files(self.prefix)
        self.assertIn(f"{Options.libdir}/libgfx950sim.so", have)
        self.assertIn("include/gfx950sim/gfx950sim.h", have)
        self.assertNotIn("bin/smallm", have)
        run(str(self.prefix / "bin/gfx950sim"), "--help")

    def test_command_finds_its_simulator(self) -> None:
        if not Options.simulator:
            self.skipTest("this build has no simulator")
        install(self.prefix / "old", "runtime", "simulator")
        (self.prefix / "old").rename(self.prefix / "new")
        dense = ["run", "dense", "--m", "2", "--n", "40", "--k", "96", "--device", "sim"]
        run(str(self.prefix / "new/bin/smallm"), *dense)


class TestProgram(unittest.TestCase):
    """Of somebody who has the installed tree, not at the place where it was installed."""

    folder: Path
    prefix: Path

    @classmethod
    def setUpClass(cls) -> None:
        scratch_folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch_folder.cleanup)
        cls.folder = Path(scratch_folder.name).resolve()
        first = cls.folder / "first"
        install(first, "runtime", "devel", *["simulator"] * Options.simulator)
        cls.prefix = cls.folder / "second place"
        first.rename(cls.prefix)
        cls.example = cls.prefix / "share/doc/smallm/example"
        cls.library = cls.prefix / Options.libdir

    example: Path
    library: Path

    def check_program(self, program: Path, find_libsmallm: bool) -> None:
        simulator = str(self.library / "libgfx950sim.so")
        env = {"SMALLM_HIP_LIBRARY": simulator}
        if find_libsmallm:
            env["LD_LIBRARY_PATH"] = str(self.library)
        text = run(str(program), env=env)
        self.assertIn(f"smallm {Options.version}", text)
        self.assertRegex(text, r"out\[19\]\[299\] = \S+, plain C has ")

    def configure(self, source: Path, build: str, *more: str) -> str:
        words = [
            "-S",
            str(source),
            "-B",
            str(self.folder / build),
            f"-DCMAKE_C_COMPILER={Options.cc}",
        ]
        return run(Options.cmake, *words, f"-DCMAKE_PREFIX_PATH={self.prefix}", *more)

    def test_find_package(self) -> None:
        if not Options.simulator:
            self.skipTest("this build has no simulator")
        hip = [
            f"-DHIP_LIBRARY={self.library}/libgfx950sim.so",
            f"-DHIP_INCLUDE={Options.hip_include}",
        ]
        self.configure(self.example, "built", *hip)
        run(Options.cmake, "--build", str(self.folder / "built"))
        self.check_program(self.folder / "built/example", False)

    def test_find_package_version(self) -> None:
        major, minor, patch = (int(n) for n in Options.version.split("."))
        asked = {
            f"{major}.{minor}": True,
            f"{major}.{minor}.{patch} EXACT": True,
            f"{major}.{minor}.{patch + 1}": False,
            f"{major}.{minor + 1}": False,
            f"{major + 1}.0": False,
        }
        if major == 0 and minor > 0:
            asked[f"{major}.{minor - 1}"] = False
        source = self.folder / "versions"
        source.mkdir()
        lines = ["cmake_minimum_required(VERSION 3.16)", "project(versions LANGUAGES C)"]
        for number, version in enumerate(asked):
            lines.append(f"find_package(smallm {version} CONFIG QUIET)")
            lines.append(f'message(STATUS "answer {number} ${{smallm_FOUND}}")')
        (source / "CMakeLists.txt").write_text("\n".join(lines), encoding="utf-8")
        text = self.configure(source, "versions-build")
        for number, (version, good) in enumerate(asked.items()):
            self.assertIn(
                f"answer {number} {int(good)}\n", text, f"version {version} of {Options.version}"
            )

    def pkg_config(self, *words: str, pc: Optional[Path] = None) -> List[str]:
        folder = pc or self.library / "pkgconfig"
        text = run(Options.pkg_config, *words, "smallm", env={"PKG_CONFIG_PATH": str(folder)})
        # A space of a path has a backslash before it.
        return [w.replace("\\ ", " ") for w in re.split(r"(?<!\\)\s+", text.strip())]

    def need_pkg_config(self) -> None:
        if not Options.pkg_config:
            self.skipTest("no pkg-config here: install pkgconf to test smallm.pc")

    def test_pkg_config(self) -> None:
        self.need_pkg_config()
        if not Options.simulator:
            self.skipTest("this build has no simulator")
        program = self.folder / "by-pkg-config"
        words = [Options.cc, str(self.example / "example.c"), "-o", str(program)]
        words += ["-isystem", Options.hip_include, *self.pkg_config("--cflags", "--libs")]
        run(*words, str(self.library / "libgfx950sim.so"), "-lm")
        self.check_program(program, True)

    def test_pkg_config_says(self) -> None:
        self.need_pkg_config()
        self.assertEqual(self.pkg_config("--modversion"), [Options.version])
        for variable, folder in (("libdir", self.library), ("includedir", self.prefix / "include")):
            self.assertEqual(
                Path(" ".join(self.pkg_config(f"--variable={variable}"))).resolve(), folder
            )

    def test_pkg_config_of_other_folders(self) -> None:
        """A prefix and a libdir of a distribution, and an absolute libdir."""
        self.need_pkg_config()
        for number, (libdir, place) in enumerate(
            (
                ("lib/x86_64-some-gnu", self.folder / "here/lib/x86_64-some-gnu"),
                ("/opt/x/lib64",) * 2,
            )
        ):
            pc = self.folder / f"pc{number}"
            script = self.folder / f"pc{number}.cmake"
            lines = [
                f'set(CMAKE_INSTALL_PREFIX "{self.folder}/here")',
                f'set(CMAKE_INSTALL_LIBDIR "{libdir}")',
            ]
            lines += [
                "set(CMAKE_INSTALL_INCLUDEDIR include)",
                f'set(PROJECT_VERSION "{Options.version}")',
            ]
            lines += [
                f'set(generated "{pc}")',
                f'include("{HERE}/../../loader/cmake/PkgConfig.cmake")',
            ]
            script.write_text("\n".join(lines), encoding="utf-8")
            run(Options.cmake, "-P", str(script))
            there = self.folder / "here/lib/x86_64-some-gnu/pkgconfig" if number == 0 else pc
            there.mkdir(parents=True, exist_ok=True)
            if number == 0:
                shutil.copy(pc / "smallm.pc", there)
            for variable, folder in (
                ("libdir", Path(place)),
                ("includedir", self.folder / "here/include"),
            ):
                text = " ".join(self.pkg_config(f"--variable={variable}", pc=there))
                self.assertEqual(Path(text).resolve(), folder)


class TestPage(unittest.TestCase):
    def test_page_shows_the_example(self) -> None:
        page = (HERE / "../../docs/linking.md").read_text(encoding="utf-8")
        for name, language in (("example.c", "c"), ("CMakeLists.txt", "cmake")):
            blocks = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
            text = (HERE / "example" / name).read_text(encoding="utf-8")
            self.assertIn(
                text, blocks, f"docs/linking.md must show tests/install/example/{name} as it is"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("build", "cmake", "cc", "pkg-config", "hip-include", "libdir", "version"):
        parser.add_argument(f"--{option}", default="")
    parser.add_argument("--simulator", action="store_true")
    options, rest = parser.parse_known_args()
    for key, value in vars(options).items():
        setattr(Options, key, value)
    unittest.main(argv=[sys.argv[0], *rest])
