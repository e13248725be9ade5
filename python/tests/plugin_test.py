#!/usr/bin/python3
"""The pytest plugin: what a test plan's author relies on."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from junitparser import JUnitXml

import meterbench

SCENARIO = """\
scenario: Two points
register_account: waived
steps:
  - accuracy: load-performance
    label: all
    current: [10 %, 50 %]
    power_factor: 1
    direction: delivered
    target_uncertainty: 0.05 %
    limits: bench
"""


class Plugin(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "two.yaml").write_text(SCENARIO)

    def pytest(self, text, *options):
        """Exit code, output and cases of a test plan."""
        (self.folder / "test_it.py").write_text("import pytest\nfrom meterbench import *\n" + text)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "meterbench.pytest_plugin", "-p", "no:cacheprovider", "-q",
             "test_it.py", "--junit-xml", "report.xml", "--bench-ledger", "x.sqlite", *options],
            cwd=self.folder, capture_output=True, text=True,
        )  # fmt: skip
        report = self.folder / "report.xml"
        cases = [case for suite in JUnitXml.fromfile(str(report)) for case in suite] if report.exists() else []
        return done.returncode, done.stdout + done.stderr, cases

    POINTS = '@pytest.mark.scenario("two.yaml")\ndef test_point(point):\n    assert point.decision == "pass"\n'

    def test_makes_a_case_of_each_point_at_each_position(self):
        code, out, cases = self.pytest(self.POINTS, "--bench-meter", "A=focus-ax-2s-cl200,B=focus-ax-2s-cl200")
        self.assertEqual(code, 0, out)
        self.assertEqual(len(cases), 4)
        self.assertIn("001-A-load-performance_240_V_20_A_PF_1_delivered", cases[0].name)
        self.assertEqual(len(meterbench.Ledger(self.folder / "x.sqlite").runs()), 1, "measured once")

    def test_a_scenario_may_have_values_replaced(self):
        code, out, cases = self.pytest(self.POINTS.replace('"two.yaml"', '"two.yaml", **{"steps.0.current": amperes(7)}'))
        self.assertEqual((code, len(cases)), (0, 1), out)
        self.assertIn("_7_A_", cases[0].name)

    def test_a_fail_is_a_failure(self):
        lab = self.folder / "lab.yaml"
        shipped = Path(os.environ["METERBENCH_SOURCES"], "config/labs/ideal.yaml").read_text()
        lab.write_text(shipped.replace("gain_percent: 0", "gain_percent: 2", 1) if "gain_percent: 0" in shipped
                       else shipped + "\nmeter: {gain_percent: 2}\n")  # fmt: skip
        code, out, cases = self.pytest(self.POINTS, "--bench-lab", str(lab))
        self.assertEqual(code, 1, out)
        self.assertTrue(all(case.result for case in cases))

    def test_a_mistake_in_the_scenario_is_told_at_its_place(self):
        (self.folder / "two.yaml").write_text(SCENARIO.replace("delivered", "sideways"))
        code, out, _ = self.pytest(self.POINTS)
        self.assertEqual(code, 2, out)
        self.assertRegex(out, r"two\.yaml:8:16: .*sideways")

    def test_the_source_is_off_after_a_test_that_fails(self):
        code, out, cases = self.pytest("""
def test_one(bench):
    bench.source.apply(volts(240), amperes(5))
    assert False

def test_two(bench):
    assert not bench.source.is_on
""")
        self.assertEqual(code, 1, out)
        self.assertEqual([bool(case.result) for case in cases], [True, False])

    def test_skips_where_no_such_meter_stands(self):
        plan = '@pytest.mark.{}\ndef test_it(meter):\n    assert meter.type["form"] == "2S"\n'
        for mark, skipped in ('form("2S")', False), ('form("1S", "4S")', True), ('rating("CL20")', True), (
            'rating("CL200", "CL20")', False,
        ):  # fmt: skip
            code, out, _ = self.pytest(plan.format(mark))
            self.assertEqual(code, 0, out)
            self.assertEqual("1 skipped" in out, skipped, mark)

    def test_a_fault_of_the_bench_is_an_error_of_what_was_not_measured(self):
        lab = self.folder / "lab.yaml"
        shipped = Path(os.environ["METERBENCH_SOURCES"], "config/labs/default.yaml").read_text()
        lab.write_text(shipped + "\nfaults: [{at_s: 45, of: source, do: trip}]\n")
        code, out, cases = self.pytest(self.POINTS, "--bench-lab", str(lab))
        self.assertEqual(code, 1, out)
        self.assertFalse(cases[0].result)
        self.assertIn("TrippedFault", out)


if __name__ == "__main__":
    unittest.main()
