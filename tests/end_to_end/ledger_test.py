#!/usr/bin/python3
"""What a finished run leaves for people and other programs: show, export, runs, and the interim checks."""

import csv
import io
import json
import sqlite3
import unittest
import xml.etree.ElementTree as ElementTree

import junitparser

from bench_program import METER, ROOT, SWEEP, BenchTest

NOTICE = "SIMULATED: not evidence about any FOCUS AX"
CHECK = "scenarios/check/weekly.yaml"
STANDARD = "certified-standard-2s"


class Record(BenchTest):
    """One sweep for all tests: none of them writes."""

    @classmethod
    def setUpClass(cls):
        run = Record("setUp")
        run.setUp()
        cls.addClassCleanup(run.doCleanups)
        done = run.sweep()
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        cls.record = run.ledger

    def setUp(self):
        super().setUp()
        self.ledger = getattr(self, "record", self.ledger)

    def told(self, verb, *arguments):
        done = self.bench(verb, *arguments, "--ledger", self.ledger)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_junit_is_read_by_a_reader_of_its_own(self):
        out = self.folder / "run.xml"
        self.told("export", "last", "--format", "junit", "-o", out)
        read = junitparser.JUnitXml.fromfile(str(out))
        suites = list(read)
        self.assertEqual([suite.name for suite in suites][-1], "bench")
        cases = [case for suite in suites for case in suite]
        self.assertEqual(len(cases), 24 + 1)
        self.assertTrue(all(case.is_passed for case in cases))
        self.assertEqual((read.tests, read.failures, read.errors), (25, 0, 0))
        bench_seconds = sum(p["ended_s"] - p["started_s"] for p in self.shown()["points"])
        self.assertAlmostEqual(read.time, bench_seconds, delta=0.05)
        for suite in suites:
            properties = {p.name: p.value for p in suite.properties()}
            self.assertEqual(properties["notice"], NOTICE)
            self.assertEqual(properties["run_id"], self.shown()["run"]["run_id"])
            self.assertEqual(properties["station"], "virtual")
            self.assertEqual(properties["lab"], "default")
            self.assertEqual(properties["firmware"], self.shown()["run"]["firmware"])
            self.assertEqual(properties["content_hash"], self.shown()["run"]["content_hash"])

    def test_junit_has_the_shape_that_build_servers_know(self):
        # jenkins-junit.xsd: what may stand in what, and which attributes there must be.
        inside = {"testsuites": {"testsuite"}, "testsuite": {"properties", "testcase"}, "properties": {"property"},
                  "testcase": {"skipped", "error", "failure", "system-out"}}
        needed = {"testsuite": {"name", "tests", "failures", "errors", "time", "timestamp"}, "testcase": {"name", "classname", "time"},
                  "property": {"name", "value"}}

        def check(element):
            self.assertLessEqual(needed.get(element.tag, set()), set(element.attrib), element.tag)
            for child in element:
                self.assertIn(child.tag, inside.get(element.tag, set()))
                check(child)

        root = ElementTree.fromstring(self.told("export", "last", "--format", "junit"))
        self.assertEqual(root.tag, "testsuites")
        check(root)
        names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
        self.assertEqual(len(names), len(set(names)))

    def test_csv_has_a_row_for_each_point_with_all_columns(self):
        rows = list(csv.DictReader(io.StringIO(self.told("export", "last", "--format", "csv"))))
        self.assertEqual(len(rows), 24)
        self.assertEqual({row["result"] for row in rows}, {"percent_error"})
        self.assertEqual({row["waveform"] for row in rows}, {"sine"})
        self.assertEqual({row["service"] for row in rows}, {"single_phase"})
        self.assertEqual({row["notice"] for row in rows}, {NOTICE})
        self.assertFalse([row for row in rows if None in row or None in row.values()])

    def test_show_names_the_meter_that_stood_there(self):
        meters = self.shown()["meters"]
        self.assertEqual([(m["position"], m["type"], m["void"]) for m in meters], [("A", METER, [])])
        self.assertRegex(meters[0]["state_sha256"], "^[0-9a-f]{64}$")
        self.assertGreater(meters[0]["kt_wh"], 0)
        self.assertIn(meters[0]["serial_number"], self.told("show", "last"))

    def test_show_tells_everything_about_a_point(self):
        text = self.told("show", "last", "--point", "003", "--position", "A")
        point = next(p for p in self.shown()["points"] if p["point_id"] == "003")
        for expected in (NOTICE, "Point 003 at position A", point["limit"]["citation"], "share %",
                         "LED edges", "Environment"):
            self.assertIn(expected, text)
        for component in point["budget"]["components"]:
            self.assertIn(component["name"], text)
        document = json.loads(self.told("show", "last", "--point", "003", "--format", "json"))
        self.assertEqual(document["notice"], NOTICE)
        self.assertEqual([p["point_id"] for p in document["points"]], ["003"])
        self.assertEqual(self.told("show", "last", "--point", "3", "--position", "A"), text)
        self.assertNotRegex(text, r"\de[-+]\d\d\b", "figures for people have no exponent")
        shown = document["points"][0]
        self.assertAlmostEqual(sum(c["share_percent"] for c in shown["budget"]["components"]), 100, places=6)
        edges = shown["summary"]["edges"]
        self.assertEqual(edges["edges"], len(point["edges"]))
        self.assertLessEqual(edges["interval_s"]["least"], edges["interval_s"]["mean"])
        self.assertTrue(shown["summary"]["environment"])

    def test_show_refuses_a_point_that_is_not_there(self):
        for arguments, told in ((("--point", "999"), "no point '999'"), (("--point", "001", "--position", "Z"), "at position Z"),
                                (("--position", "A"), "name a point too")):
            done = self.bench("show", "last", *arguments, "--ledger", self.ledger)
            self.assertEqual(done.returncode, 2)
            self.assertIn(told, done.stderr)

    def test_a_recall_finds_the_runs_that_used_a_meter_or_an_instrument(self):
        shown = self.shown()
        def found(*arguments):
            return [run["run_id"] for run in json.loads(self.told("runs", *arguments, "--format", "json"))]
        serial = shown["meters"][0]["serial_number"]
        self.assertTrue(serial)
        self.assertEqual(found("--used", serial, "--since", "2025-01-01"), [shown["run"]["run_id"]])
        self.assertEqual(found("--used", serial, "--since", "2099-01-01"), [])
        self.assertEqual(found("--used", "no-such-number"), [])
        certificate = next(i["certificate"] for i in shown["instruments"] if i["role"] == "reference")
        self.assertEqual(found("--used", certificate), [shown["run"]["run_id"]])
        self.assertEqual(found("--used", "MB-REF-1"), [shown["run"]["run_id"]], "the reference of station virtual")
        self.assertEqual(self.bench("runs", "--since", "yesterday", "--ledger", self.ledger).returncode, 2)
        self.assertEqual(self.bench("runs", "--format", "csv", "--ledger", self.ledger).returncode, 2)

    def test_a_void_event_takes_the_decisions_away_everywhere(self):
        copy = self.folder / "copy.sqlite"
        with sqlite3.connect(self.ledger) as whole, sqlite3.connect(copy) as target:
            whole.backup(target)
            target.execute("INSERT INTO event (run_row, point_id, position, time_s, kind, text) "
                           "SELECT run_row, '', 'A', 1, 'void', 'another meter' FROM run")
        self.ledger = copy
        self.assertEqual({p["decision"] for p in self.shown()["points"]}, {"inconclusive"})
        self.assertEqual(self.shown()["meters"][0]["void"], ["another meter"])
        self.assertIn("position A: VOID, no decision stands: another meter", self.told("show", "last"))
        root = ElementTree.fromstring(self.told("export", "last", "--format", "junit"))
        self.assertEqual(len(root.findall(".//skipped")), 0)
        errors = [case.find("error") for case in root.iter("testcase") if case.find("error") is not None]
        self.assertEqual([error.get("type") for error in errors], ["inconclusive"] * 24)
        self.assertIn("void: another meter", errors[0].get("message"))


class InterimChecks(BenchTest):
    def station(self, otherwise):
        """A copy of the virtual station that asks for a weekly check."""
        text = (ROOT / "config" / "stations" / "virtual.yaml").read_text(encoding="utf-8")
        path = self.folder / f"{otherwise}.yaml"
        path.write_text(f"{text}\ninterim_checks:\n  weekly: {{every: 168 h, otherwise: {otherwise}}}\n", encoding="utf-8")
        return path

    def check(self, station, *arguments):
        return self.bench("run", CHECK, "--station", station, "--meter", STANDARD, "--ledger", self.ledger, *arguments)

    def chart(self):
        done = self.bench("runs", "--check", "weekly", "--format", "csv", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 0, done.stderr)
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def test_a_missed_check_makes_the_basis_unverified_until_one_has_passed(self):
        station = self.station("unverified")
        self.assertEqual(self.sweep("--station", station).returncode, 0)
        self.assertEqual(self.sweep("--station", station, "--require-verified").returncode, 1)
        self.assertIn("no weekly check", self.shown()["points"][0]["basis"])
        checked = self.check(station)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual({p["result"] for p in self.shown()["points"]}, {"deviation"})
        self.assertEqual(self.sweep("--station", station, "--require-verified").returncode, 0)

    def test_a_check_against_an_expired_standard_does_not_stand(self):
        station = self.station("unverified")
        standard = self.folder / f"{STANDARD}.yaml"
        text = (ROOT / "config" / "meters" / standard.name).read_text(encoding="utf-8")
        standard.write_text(text.replace("due: 2026-02-03", "due: 2025-05-03"), encoding="utf-8")
        checked = self.bench("run", CHECK, "--station", station, "--meter", standard, "--ledger", self.ledger)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertEqual(self.sweep("--station", station, "--require-verified").returncode, 1)
        self.assertIn("MB-STD-2S-2025-001 expired 2025-05-03", self.shown()["points"][0]["basis"])

    def test_another_standard_than_the_certified_one_ends_the_check_before_a_load(self):
        lab = self.lab("exchanged", lambda text: text.replace("standard: ", "standard:\n  other_specimen: 1 ", 1))
        done = self.check(self.station("unverified"), "--lab", lab)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("serial number is VIRTUAL-A, certificate MB-STD-2S-2025-001 is of MB-STD-2S-1", done.stderr)
        self.assertEqual(self.shown()["points"], [])

    def test_a_missed_check_refuses_the_run_where_the_station_says_so(self):
        station = self.station("refuse")
        refused = self.sweep("--station", station)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("no weekly check", refused.stderr)
        self.assertEqual(self.shown()["points"], [])
        self.assertEqual(self.check(station).returncode, 0, "the check itself is not held up")
        self.assertEqual(self.sweep("--station", station).returncode, 0)

    def test_doctor_tells_how_each_check_stands(self):
        station = self.station("refuse")
        def told():
            done = self.bench("doctor", "--station", station, "--meter", METER, "--ledger", self.ledger, "--format", "json")
            found = [f for f in json.loads(done.stdout)["findings"] if "check" in f["subject"]]
            self.assertEqual(len(found), 1, done.stdout)
            return done.returncode, found[0]
        code, none = told()
        self.assertEqual((code, none["grade"]), (3, "unfit"))
        self.assertIn("there is no such ledger", none["text"])
        refused = self.sweep("--station", station)
        self.assertIn("scenarios/check", refused.stderr)
        self.assertNotIn("implausible", refused.stderr)
        code, missed = told()
        self.assertEqual((code, missed["subject"], missed["grade"]), (3, "weekly check", "unfit"))
        self.assertIn("no weekly check", missed["text"])
        self.assertIn("no run starts", missed["remedy"])
        self.assertEqual(self.check(station).returncode, 0)
        code, stands = told()
        self.assertEqual((code, stands["grade"]), (0, "fit"))
        self.assertEqual(stands["text"], "the last one, of 2025-06-02, stands until 2025-06-09")

    def test_two_checks_make_a_control_chart(self):
        station = self.station("unverified")
        for _ in range(2):
            self.assertEqual(self.check(station).returncode, 0)
        rows = self.chart()
        self.assertEqual(len(rows), 2 * 6)
        self.assertEqual({row["result"] for row in rows}, {"deviation"})
        self.assertEqual({row["notice"] for row in rows}, {NOTICE})
        for row in rows:
            self.assertLessEqual(abs(float(row["error_percent"])), float(row["limit_percent"]))
        ranges = [row["moving_range_percent"] for row in rows]
        self.assertEqual(ranges[:6], [""] * 6)
        self.assertEqual([float(r) for r in ranges[6:]], [0.0] * 6, "the same lab and seed")


if __name__ == "__main__":
    unittest.main()
