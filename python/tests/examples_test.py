#!/usr/bin/python3
"""Every example as a user would run it, in a folder of its own."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_script(self, name, *arguments):
        done = subprocess.run(
            [sys.executable, EXAMPLES / name, *arguments], cwd=self.folder, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_sweep(self):
        out = self.run_script("sweep.py", "--curve", "curve.png")
        self.assertIn("24 points", out)
        self.assertIn("all passed", out)
        self.assertTrue((self.folder / "curve.png").read_bytes().startswith(b"\x89PNG"))

    def test_custom_plan(self):
        self.assertRegex(self.run_script("custom_plan.py"), r"(?s)worst of the survey.*005 load-performance")

    def test_starting_current(self):
        """The virtual meter starts at 0.01 % of 200 A (see firmware: 4.8 W at 240 V)."""
        out = self.run_script("starting_current.py")
        self.assertRegex(out, r"starts at 0\.02\d+ A")

    def test_two_meters(self):
        out = self.run_script("two_meters.py")
        self.assertEqual(out.count("B − A ="), 6)

    def test_test_plan(self):
        report = self.folder / "report.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "meterbench.pytest_plugin", "-p", "no:cacheprovider", "-q",
             EXAMPLES / "test_meter.py", "--junit-xml", report], cwd=self.folder, capture_output=True, text=True,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("skipped", done.stdout)
        self.assertIn("error_percent", report.read_text())

    def test_notebook(self):
        notebook = self.folder / "notebook.ipynb"
        done = subprocess.run(
            [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", EXAMPLES / "notebook.ipynb",
             "--output", notebook], cwd=self.folder, capture_output=True, text=True,
            env={**os.environ, "JUPYTER_PLATFORM_DIRS": "1", "HOME": str(self.folder)},
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        outputs = [out for cell in json.loads(notebook.read_text())["cells"] for out in cell.get("outputs", [])]
        shown = "".join("".join(out.get("data", {}).get("text/html", "")) for out in outputs)
        self.assertIn("SIMULATED: not evidence about any FOCUS AX", shown)
        self.assertIn("reference calibration", shown)
        self.assertTrue(any("image/png" in out.get("data", {}) for out in outputs))


if __name__ == "__main__":
    unittest.main()
