#!/usr/bin/python3
"""The package's types, by mypy: those of its sources, those that it promises of the engine, those of a user."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
# What pybind11 makes of every class, whatever it says of itself.
OF_EVERY_CLASS = ("metaclass differs", '.__init__ is inconsistent, stub does not have *args argument "args"')

RIGHT = """
import meterbench
from meterbench import amperes, degrees, percent, volts

def worst(bench: meterbench.Station) -> float:
    bench.source.apply(volts(240), amperes(30), lag=degrees(60))
    point = bench.measure_error(target_uncertainty=percent(0.05))
    power: meterbench.ActivePower = (volts(1) * amperes(1)).active_part(degrees(0))
    return point.error.percent if point.error is not None else power.value
"""
WRONG = """
import meterbench
from meterbench import amperes, seconds, volts

def load(bench: meterbench.Station) -> None:
    bench.source.apply(amperes(30), volts(240))
    volts(1) + amperes(1)
    bench.wait(5)
"""


def mypy(*arguments, module="mypy"):
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, cwd=tempfile.gettempdir(),
        env={**os.environ, "MYPYPATH": os.environ["PYTHONPATH"], "MYPY_CACHE_DIR": os.devnull},
    )  # fmt: skip


class Types(unittest.TestCase):
    CONFIG = ["--config-file", HOME / "pyproject.toml"]

    def test_of_the_sources(self):
        checked = mypy(*self.CONFIG, "-p", "meterbench")
        self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_of_the_engine_are_those_of_the_stub(self):
        compared = mypy("--mypy-config-file", HOME / "pyproject.toml", "--concise", "meterbench._engine",
                        module="mypy.stubtest")  # fmt: skip
        found = [line for line in compared.stdout.splitlines() if not line.endswith(OF_EVERY_CLASS)]
        self.assertEqual(found, [], compared.stderr)
        self.assertIn("metaclass differs", compared.stdout, "nothing was compared")

    def user(self, text):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "script.py")
            script.write_text(text)
            return mypy(*self.CONFIG, script)

    def test_help_a_user(self):
        checked = self.user(RIGHT)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        errors = self.user(WRONG).stdout
        for line in 6, 7, 8:
            self.assertIn(f"script.py:{line}: error", errors)


if __name__ == "__main__":
    unittest.main()
