#!/usr/bin/python3
"""The gate holds firmware with a defect compiled in against the sound one: each is caught, and named by what changed.

    gate_test.py            ten and two runs a side; by quick, and by full what quick cannot see
    gate_test.py --long     every defect by both packs, with the packs' own numbers of runs; prints a table
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("METERBENCH_PROGRAM", ROOT / "build" / "meterbench")).resolve()
DEFECTIVE = pathlib.Path(os.environ.get("METERBENCH_DEFECTIVE", ROOT / "build" / "tests" / "defects")).resolve()
METER = "focus-ax-2s-cl200"

# Defect, and what the list of changes has to name of it.
NAMED = {
    "elements_with_detent": ("demand", "legs"),
    "interval_goes_on": ("demand", "clock set back"),
    "nothing_saved": ("register", "outage"),
    "test_is_billed": ("test mode", "test mode"),
    "register_slips": ("register", "dosage"),
    "net_is_sum": ("net register", "net"),
}
# As scenarios/regression/quick.yaml lists them.
NOT_BY_QUICK = {"nothing_saved"}


class Bench:
    """A ledger with runs of one pack."""

    def __init__(self, folder: pathlib.Path, pack: str, runs: tuple[int, int] | None):
        """``runs``: baseline and candidate, in place of the pack's own."""
        text = (ROOT / "scenarios" / "regression" / f"{pack}.yaml").read_text(encoding="utf-8")
        own = "runs: {baseline: 30, candidate: 8}"
        assert own in text
        self.baseline, self.candidate = runs or (30, 8)
        self.pack = folder / f"{pack}.yaml"
        self.pack.write_text(text.replace(own, f"runs: {{baseline: {self.baseline}, candidate: {self.candidate}}}"),
                             encoding="utf-8")
        self.ledger = folder / f"{pack}.sqlite"
        self.days = 0
        self.run(PROGRAM, "sound", self.baseline)

    def run(self, program: pathlib.Path, tag: str, times: int) -> None:
        def one(seed: int) -> int:
            return subprocess.run(
                [str(program), "run", str(self.pack), "--lab", "regression", "--meter", METER, "--seed", str(seed),
                 "--ledger", str(self.ledger), "--tag", tag],
                env={**os.environ, "METERBENCH_CONTROL": str(self.ledger) + f".{seed}.control"},
                stdout=subprocess.DEVNULL, timeout=600, check=False).returncode

        seeds = range(self.days + 1, self.days + times + 1)
        self.days += times
        codes = [one(seeds[0])]  # makes the ledger
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            codes += pool.map(one, seeds[1:])
        assert set(codes) <= {0, 1}, f"{tag}: exit codes {codes}"

    def gate(self, candidate: str) -> dict:
        done = subprocess.run(
            [str(PROGRAM), "gate", "--pack", str(self.pack), "--baseline", "sound", "--candidate", candidate,
             "--meter", METER, "--ledger", str(self.ledger), "--format", "json"],
            text=True, capture_output=True, timeout=120, check=False)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def held_against(self, defect: str) -> dict:
        self.run(DEFECTIVE / f"meterbench_{defect}", defect, self.candidate)
        return self.gate(defect)


def caught(defect: str, gate: dict) -> bool:
    kind, place = NAMED[defect]
    return gate["exit_code"] == 1 and any(c["kind"] == kind and place in c["what"] for c in gate["changes"])


class Gate(unittest.TestCase):
    def bench(self, pack: str) -> Bench:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Bench(pathlib.Path(folder.name), pack, (10, 2))

    def told(self, gate: dict) -> str:
        return json.dumps({"exit_code": gate["exit_code"], "changes": gate["changes"]}, indent=1)

    def test_quick_catches_and_names_each_defect_but_those_that_it_lists(self):
        bench = self.bench("quick")
        for defect in NAMED:
            with self.subTest(defect):
                gate = bench.held_against(defect)
                self.assertEqual(caught(defect, gate), defect not in NOT_BY_QUICK, self.told(gate))
        text = (ROOT / "scenarios" / "regression" / "quick.yaml").read_text(encoding="utf-8")
        for defect in NOT_BY_QUICK:
            self.assertIn(f"`{defect}`", text)

    def test_full_catches_what_quick_cannot_see(self):
        bench = self.bench("full")
        for defect in NOT_BY_QUICK:
            gate = bench.held_against(defect)
            self.assertTrue(caught(defect, gate), self.told(gate))


def long_form() -> int:
    missed = 0
    print(f"{'defect':22} {'pack':6} exit  changes", flush=True)
    for pack in ("quick", "full"):
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(pathlib.Path(folder), pack, None)
            for defect in NAMED:
                gate = bench.held_against(defect)
                found = caught(defect, gate)
                expected = pack == "full" or defect not in NOT_BY_QUICK
                missed += found != expected
                kinds = ", ".join(sorted({c["kind"] for c in gate["changes"]})) or "none"
                print(f"{defect:22} {pack:6} {gate['exit_code']:4}  {kinds}{'' if found == expected else '   MISSED'}",
                      flush=True)
    print("HELD" if missed == 0 else "MISSED")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true")
    if parser.parse_args().long:
        sys.exit(long_form())
    unittest.main(argv=sys.argv[:1])
