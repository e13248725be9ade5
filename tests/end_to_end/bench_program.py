"""The built program as a person or a script runs it, for the end-to-end tests."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("METERBENCH_PROGRAM", ROOT / "build" / "meterbench")).resolve()
SWEEP = "scenarios/ae-1641/load-performance-23c.yaml"
METER = "focus-ax-2s-cl200"


class BenchTest(unittest.TestCase):
    """Each test has a folder of its own, with a ledger in it."""

    program = PROGRAM

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.ledger = self.folder / "ledger.sqlite"

    def bench(self, *arguments):
        """Runs the program; a hang is a failure."""
        return subprocess.run([str(PROGRAM), *map(str, arguments)], cwd=self.folder, text=True,
                              capture_output=True, timeout=120)

    def shell(self, script, **environment):
        """Runs a job's script, as a build server would; `self.program` is what it finds built."""
        return subprocess.run(["bash", "-e", "-c", script], cwd=self.folder, text=True, capture_output=True, timeout=120,
                              env={**os.environ, **environment})

    def sweep(self, *arguments):
        return self.bench("run", SWEEP, "--meter", METER, "--ledger", self.ledger, *arguments)

    def shown(self, run="last", ledger=None):
        done = self.bench("show", run, "--ledger", ledger or self.ledger, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def lab(self, name, change):
        """A copy of the default lab's text, changed."""
        text = (ROOT / "config" / "labs" / "default.yaml").read_text(encoding="utf-8")
        changed = change(text)
        self.assertNotEqual(text, changed, "the change did not apply")
        path = self.folder / f"{name}.yaml"
        path.write_text(changed, encoding="utf-8")
        return path
