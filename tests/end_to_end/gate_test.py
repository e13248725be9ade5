#!/usr/bin/python3
"""`meterbench gate` as a firmware team calls it: by image, version, tag and run, in every format."""

import json
import unittest
import xml.etree.ElementTree as xml

import junitparser
import yaml
from bench_program import METER, ROOT, BenchTest

PACK = """scenario: A small pack
register_account: waived
gate:
  margin: {margin}
steps:
  - display: display
    shows: [segments]
  - accuracy: load-curve
    current: [50 %, 100 %]
    power_factor: [1, 0.5 lag]
    direction: delivered
    pulses: 20
    limits: bench
"""


class Gate(BenchTest):
    def setUp(self):
        super().setUp()
        self.pack = self.folder / "pack.yaml"
        self.pack.write_text(PACK.format(margin="0.3 %"), encoding="utf-8")

    def gate(self, baseline, candidate, *arguments):
        return self.bench("gate", "--baseline", baseline, "--candidate", candidate, "--pack", self.pack, "--meter", METER,
                          "--ledger", self.ledger, *arguments)

    def told(self, *arguments):
        done = self.gate(*arguments, "--format", "json")
        return done.returncode, json.loads(done.stdout)

    def runs(self, lab="regression"):
        done = self.bench("runs", "--ledger", self.ledger, "--format", "json")
        return [run for run in json.loads(done.stdout) if run["lab"] == lab]

    def run_pack(self, seed, *arguments):
        done = self.bench("run", self.pack, "--lab", "regression", "--meter", METER, "--seed", seed, "--ledger", self.ledger,
                          *arguments)
        self.assertIn(done.returncode, (0, 1), done.stderr)

    def test_runs_what_is_missing_and_nothing_twice(self):
        done = self.gate("host", "5.34")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("12 runs of pack are missing", done.stderr)
        self.assertIn("SIMULATED: not evidence about any FOCUS AX", done.stdout)
        self.assertIn("5 points equivalent, 0 not equivalent, 0 undecidable; 0 changes", done.stdout)
        runs = self.runs()
        self.assertEqual(len(runs), 12)
        self.assertEqual(len({run["seed"] for run in runs}), 12, "each on a day of its own")
        again = self.gate("host", "5.34")
        self.assertEqual((again.returncode, again.stderr), (0, ""))
        self.assertEqual(again.stdout, done.stdout)
        self.assertEqual(len(self.runs()), 12)
        self.assertEqual(self.bench("verify", self.ledger).returncode, 0)

    def test_one_firmware_on_both_sides_shares_no_run(self):
        code, told = self.told("host", "host")
        self.assertEqual(code, 0)
        baseline = {run["run_id"] for run in told["baseline"]["runs"]}
        candidate = {run["run_id"] for run in told["candidate"]["runs"]}
        self.assertEqual((len(baseline), len(candidate), baseline & candidate), (10, 2, set()))

    def test_takes_tags_runs_and_versions(self):
        for seed in range(1, 13):
            self.run_pack(seed, *(("--tag", "old") if seed <= 10 else ()))
        runs = [run["run_id"] for run in self.runs()]
        for run in runs[10:]:
            self.assertEqual(self.bench("tag", run, "--as", "new", "--ledger", self.ledger).returncode, 0)
        code, by_tag = self.told("old", "new")
        self.assertEqual((code, by_tag["verdict"]), (0, "equivalent"))
        code, by_run = self.told(",".join(runs[:10]), ",".join(run[:8] for run in runs[10:]))
        self.assertEqual(code, 0)
        self.assertEqual(by_run["points"], by_tag["points"])
        # Of a day that has been, and of another scenario.
        self.run_pack(12)
        done = self.gate("old", ",".join([runs[11], self.runs()[-1]["run_id"]]))
        self.assertEqual(done.returncode, 2)
        self.assertIn("has 1 runs of pack that count, each on a day of its own; 2 are needed", done.stderr)
        self.sweep("--lab", "regression")
        done = self.gate("old", "last")
        self.assertEqual(done.returncode, 2)
        self.assertIn("does not count: its plan is not that of pack", done.stderr)

    def test_a_candidate_that_differs_is_told_in_every_format(self):
        lab = (ROOT / "config" / "labs" / "regression.yaml").read_text(encoding="utf-8")
        other = self.folder / "regression.yaml"
        other.write_text(lab.replace("gain_percent: 0.08", "gain_percent: 0.5"), encoding="utf-8")
        for seed in range(1, 11):
            self.run_pack(seed, "--tag", "old")
        for seed in (11, 12):
            self.assertEqual(self.bench("run", self.pack, "--lab", other, "--meter", METER, "--seed", seed, "--ledger",
                                        self.ledger, "--tag", "new").returncode, 0)
        code, told = self.told("old", "new")
        self.assertEqual((code, told["exit_code"], told["verdict"]), (1, 1, "not equivalent"))
        self.assertEqual(told["notice"], "SIMULATED: not evidence about any FOCUS AX")
        change = next(c for c in told["changes"] if c["kind"] == "uniform shift")
        self.assertAlmostEqual(change["estimate"], 0.42, delta=0.03)
        for point in told["points"]:
            expected = "equivalent" if point["step"] == "display" else "not equivalent"
            self.assertEqual(point["equivalence"], expected, point)

        suites = junitparser.JUnitXml.fromstring(self.gate("old", "new", "--format", "junit").stdout.encode())
        self.assertEqual((suites.tests, suites.failures, suites.errors), (6, 4, 0))
        names = {suite.name for suite in suites}
        self.assertEqual(names, {"display", "load-curve", "changes"})

        markdown = self.gate("old", "new", "--format", "markdown").stdout
        self.assertIn("### Meter gate: not equivalent", markdown)
        self.assertIn("| uniform shift | A | +0.42", markdown.replace("+0.41", "+0.42").replace("+0.43", "+0.42"))
        self.assertIn("**SIMULATED: not evidence about any FOCUS AX**", markdown)
        self.assertIn("uniform shift at A: +0.4", self.gate("old", "new").stdout)

        wide = self.folder / "wide.yaml"
        wide.write_text(PACK.format(margin="1 %"), encoding="utf-8")
        self.pack = wide
        self.assertEqual(self.gate("old", "new").returncode, 0, "a plan's hash leaves its gate out")
        self.assertEqual(self.gate("old", "new", "--fail-on-change").returncode, 1)
        failed = xml.fromstring(self.gate("old", "new", "--fail-on-change", "--format", "junit").stdout)
        self.assertEqual(failed.get("failures"), "1")

    def test_a_margin_that_cannot_be_decided_is_refused(self):
        self.pack.write_text(PACK.format(margin="0.001 %"), encoding="utf-8")
        done = self.gate("host", "host")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, r"a margin of 0\.001 % cannot be decided by these runs, 0\.\d+ % could")

    def test_tells_what_it_cannot_do(self):
        done = self.gate("host", "9.99")
        self.assertEqual(done.returncode, 2)
        self.assertIn("'9.99' is no tag and no run", done.stderr)
        self.pack.write_text(PACK.format(margin="0.1 %").replace("gate:\n  margin: 0.1 %\n", ""), encoding="utf-8")
        done = self.gate("host", "host")
        self.assertEqual(done.returncode, 2)
        self.assertIn("without a key 'gate'", done.stderr)

    def test_the_job_files_to_copy_call_what_there_is(self):
        for name, script in (("github-actions", lambda d: d["jobs"]["gate"]["steps"][-2]["run"]),
                             ("gitlab-ci", lambda d: d["meter-gate"]["script"][0])):
            document = yaml.safe_load((ROOT / "config" / "ci" / f"{name}.yml").read_text(encoding="utf-8"))
            text = script(document)
            # As the job runs it, on images of ours.
            stand_in = (text.replace("bench/build/meterbench", f"{self.program}")
                        .replace("--ledger gate.sqlite", f"--ledger {self.ledger} --pack {self.pack}"))
            done = self.shell(stand_in, BASELINE="host", CANDIDATE="5.34", METER=METER,
                              GITHUB_STEP_SUMMARY=str(self.folder / "summary.md"))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(junitparser.JUnitXml.fromfile(str(self.folder / "gate.xml")).failures, 0)
            self.assertEqual(json.loads((self.folder / "gate.json").read_text())["verdict"], "equivalent")
        for summary in ("summary.md", "gate.md"):
            self.assertIn("### Meter gate: equivalent", (self.folder / summary).read_text())


if __name__ == "__main__":
    unittest.main()
