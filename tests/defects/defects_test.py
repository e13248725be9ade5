#!/usr/bin/python3
"""Scenarios that pass on the firmware and fail on a firmware with a defect compiled in."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("METERBENCH_PROGRAM", ROOT / "build" / "meterbench")).resolve()
DEFECTIVE = pathlib.Path(os.environ.get("METERBENCH_DEFECTIVE", ROOT / "build" / "tests" / "defects")).resolve()
METER = "focus-ax-2s-cl200"

# Defect, the scenario that shows it, and kinds of result that have to fail, each at least once.
DEFECTS = (
    ("elements_with_detent", "ae-1641/detent", {"demand_error"}),
    ("interval_goes_on", "ae-1641/demand", {"demand_error"}),
    ("test_is_billed", "ae-1641/demand", {"mode_change"}),
    ("nothing_saved", "ae-1641/registers", {"register_error"}),
    ("register_slips", "ae-1641/registers", {"register_error"}),
    ("net_is_sum", "ae-1641/registers", {"net_difference"}),
)


class Defects(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_on(self, program, scenario):
        """Exit code, and the points of the run."""
        ledger = self.folder / f"{program.name}.sqlite"
        done = subprocess.run([str(program), "run", scenario, "--meter", METER, "--ledger", str(ledger)], text=True,
                              cwd=self.folder, capture_output=True, timeout=240, check=False)
        shown = subprocess.run([str(PROGRAM), "show", "last", "--ledger", str(ledger), "--format", "json"], text=True,
                               capture_output=True, timeout=60, check=True)
        return done, json.loads(shown.stdout)["points"]

    def test_each_scenario_passes_on_the_firmware(self):
        for scenario in sorted({scenario for _, scenario, _ in DEFECTS}):
            with self.subTest(scenario):
                done, points = self.run_on(PROGRAM, scenario)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual({p["decision"] for p in points}, {"pass"})

    def test_each_defect_fails_its_scenario(self):
        for defect, scenario, kinds in DEFECTS:
            with self.subTest(defect):
                done, points = self.run_on(DEFECTIVE / f"meterbench_{defect}", scenario)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                failed = {p["result"] for p in points if p["decision"] == "fail"}
                self.assertLessEqual(kinds, failed, done.stdout)


if __name__ == "__main__":
    unittest.main()
