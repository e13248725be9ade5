#!/usr/bin/python3
"""The package, installed as a user installs it, away from its sources."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCES = Path(os.environ["METERBENCH_SOURCES"])
BUILD = Path(os.environ["METERBENCH_BUILD"])
SCRIPT = """
import meterbench, os, sys
assert meterbench.__file__.startswith(sys.argv[1]), meterbench.__file__
assert os.environ["METERBENCH_HOME"].startswith(sys.argv[1])
with meterbench.Station.open("virtual") as bench:
    bench.source.apply(meterbench.volts(240), meterbench.amperes(30))
    print(bench.measure_error(pulses=10).decision, len(bench.plan("ae-1641/load-performance-23c")))
"""


class Installed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "METERBENCH_HOME")}

    def run_command(self, *command, **environment):
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, env={**self.environment, **environment}
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_by_cmake(self):
        place = self.folder / "site"
        self.run_command("cmake", "--install", BUILD / "python", "--prefix", place)
        out = self.run_command(sys.executable, "-c", SCRIPT, str(place), PYTHONPATH=str(place))
        self.assertEqual(out.split(), ["pass", "24"])

    def test_by_pip(self):
        """Into an environment of its own; the build at hand spares compiling everything again."""
        self.run_command(sys.executable, "-m", "venv", "--system-site-packages", "env")
        python = self.folder / "env/bin/python"
        self.run_command(python, "-m", "pip", "install", "--no-build-isolation", "--no-index", "--no-deps",
                         SOURCES / "python")  # fmt: skip
        out = self.run_command(python, "-c", SCRIPT, str(self.folder / "env"))
        self.assertEqual(out.split(), ["pass", "24"])
        plugins = self.run_command(python, "-m", "pytest", "--help")
        self.assertIn("--bench-station", plugins)


if __name__ == "__main__":
    unittest.main()
