#!/usr/bin/python3
"""Stations and what they can do: both virtual benches, every counting method, soaks, doctor and discover."""

import json
import sqlite3
import unittest

from bench_program import METER, ROOT, SWEEP, BenchTest

ZERA = ["--station", "virtual-zera"]
FORTY = ["--station", "virtual-40"]
ONE_LOAD = ["--set", "steps.0.current=100 %", "--set", "steps.0.power_factor=[1, 0.5 lag]", "--set",
            "steps.0.direction=delivered", "--set", "steps.0.target_uncertainty=0.1 %"]
SMALL_METER = "focus-ax-1s-cl100"

SOAK = """scenario: One hot point
steps:
  - soak: 53 °C
  - accuracy: load-performance
    current: 25 %
    power_factor: 1
    direction: delivered
    target_uncertainty: 0.05 %
    limits: bench
"""


class Stations(BenchTest):
    def rows(self, query):
        with sqlite3.connect(self.ledger) as rows:
            return rows.execute(query).fetchall()

    def truth(self, *arguments):
        done = self.bench("lab", "truth", *arguments, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["error_percent"]

    def test_every_method_of_the_zera_station_is_right_within_its_uncertainty(self):
        for method in ("timestamps", "gated_total", "error_calculator"):
            with self.subTest(method):
                self.ledger.unlink(missing_ok=True)
                done = self.bench("run", SWEEP, *ZERA, "--meter", SMALL_METER, "--ledger", self.ledger, *ONE_LOAD,
                                  "--set", f"steps.0.method={method}")
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                points = self.rows("select power_factor, error_percent, u_percent from v_point")
                self.assertEqual(len(points), 2)
                for pf, error, u in points:
                    truth = self.truth("--lab", "zera", "--meter", SMALL_METER, "--temperature", "23", "--current",
                                       "100", "--pf", pf)
                    self.assertLessEqual(abs(error - truth), u, (method, pf))

    def test_a_method_that_the_station_lacks_is_told_at_plan_time(self):
        done = self.bench("plan", SWEEP, "--meter", METER, "--set", "steps.0.method=error_calculator")
        self.assertEqual(done.returncode, 2)
        self.assertIn("this station has no method error_calculator", done.stderr)

    def test_the_zera_station_names_and_refuses_what_is_beyond_its_120_a(self):
        done = self.bench("plan", SWEEP, *ZERA, "--meter", METER, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        plan = json.loads(done.stdout)
        self.assertEqual(len(plan["unreachable"]), 4)
        for point in plan["unreachable"]:
            self.assertIn("200 A", point["point"])
            self.assertIn("allow 120 A", point["reason"])
        self.assertLessEqual(max(point["current_a"] for point in plan["points"]), 120)

    def test_a_soak_ends_with_the_meters_body_stable_and_the_error_is_that_of_the_heat(self):
        scenario = self.folder / "hot.yaml"
        scenario.write_text(SOAK, encoding="utf-8")
        done = self.bench("run", scenario, "--meter", METER, "--ledger", self.ledger)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        ((error, u, temperature),) = self.rows("select error_percent, u_percent, temperature_c from v_point")
        self.assertEqual(temperature, 53)
        body = self.rows("select min(value), max(value) from v_environment where quantity = 'body_c'")[0]
        self.assertGreater(body[0], 51)
        self.assertLess(body[1], 55)
        truth = self.truth("--meter", METER, "--temperature", str(body[1]), "--current", "50")
        self.assertLessEqual(abs(error - truth), u)
        told = [text for (text,) in self.rows("select text from v_event where kind = 'soak'")]
        self.assertTrue(any(text.startswith("stable after ") for text in told), told)
        self.assertGreaterEqual(sum(text.startswith("check load:") for text in told), 2)

    def test_a_soak_that_does_not_end_in_time_is_a_bench_fault(self):
        scenario = self.folder / "hot.yaml"
        scenario.write_text(SOAK.replace("53 °C", "53 °C\n    limit: 1 h"), encoding="utf-8")
        done = self.bench("run", scenario, "--meter", METER, "--ledger", self.ledger)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("The source is off.", done.stderr)

    def test_an_instrument_that_refuses_is_not_a_meter_that_is_silent(self):
        text = (ROOT / "config/labs/zera.yaml").read_text(encoding="utf-8")
        lab = self.folder / "refusing.yaml"
        lab.write_text(text + "faults: [{command: 12, of: counter, do: refuse}]\n", encoding="utf-8")
        done = self.bench("run", SWEEP, *ZERA, "--lab", lab, "--meter", SMALL_METER, "--ledger", self.ledger, *ONE_LOAD,
                          "--set", "steps.0.method=timestamps")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("counter", done.stderr)

    def test_doctor_leaves_the_relay_alone_while_the_source_is_not_known_to_be_off(self):
        lab = self.lab("silent", lambda text: text + "faults: [{command: 1, of: source, do: unplug}]\n")
        done = self.bench("doctor", "--lab", lab, "--meter", METER)
        self.assertEqual(done.returncode, 3)
        self.assertIn("its relay was not tried", done.stdout)

    def test_doctor_without_a_meter_asks_for_one_instead_of_blaming_the_bench(self):
        done = self.bench("doctor")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("name the meters with --meter", done.stdout)

    def test_doctor_finds_the_shipped_benches_fit(self):
        for station in ("virtual", "virtual-40", "virtual-zera"):
            done = self.bench("doctor", "--station", station, "--meter", SMALL_METER, SWEEP)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("The bench is fit.", done.stdout)
            self.assertIn("SIMULATED", done.stdout)

    def test_doctor_tells_each_finding_with_its_remedy(self):
        cases = {
            "pickup A": lambda lab: lab.replace("pickup: {jitter_us: 20}", "pickup: {level_percent: 5}"),
            "interlock": lambda lab: lab + "faults: [{at_s: 0, of: interlock, do: door_open}]\n",
            "source": lambda lab: lab + "faults: [{command: 1, of: source, do: unplug}]\n",
            "reference": lambda lab: lab.replace("2025-06-02", "2027-06-02"),
        }
        for subject, change in cases.items():
            with self.subTest(subject):
                lab = self.lab("sick", change)
                done = self.bench("doctor", "--lab", lab, "--meter", METER, "--format", "json")
                findings = json.loads(done.stdout)["findings"]
                found = [f for f in findings if f["subject"] == subject and f["grade"] != "fit"]
                self.assertTrue(found, findings)
                self.assertTrue(all(f["remedy"] for f in found), found)
                self.assertEqual(done.returncode, 3)

    def findings(self, *arguments):
        done = self.bench("doctor", *arguments, "--format", "json")
        return json.loads(done.stdout)["findings"]

    def test_doctor_asks_the_counters_in_front_of_the_meters_and_no_other(self):
        def counters(*meters):
            return {f["text"] for f in self.findings(*FORTY, *meters) if f["subject"].startswith("counter")}
        self.assertEqual(len(counters()), 6, "nobody said which sockets are in use")
        self.assertEqual(len(counters("--meter", f"*={METER}")), 6, "each has a serial number of its own")
        self.assertEqual(len(counters("--meter", f"07={METER},08={METER}")), 2)

    def test_doctor_looks_at_every_certificate_of_the_positions(self):
        lab = self.lab("late", lambda text: text.replace("2025-06-02", "2026-01-17"))
        found = {f["subject"]: f for f in self.findings("--lab", lab, "--meter", METER)}
        self.assertEqual(found["reference"]["grade"], "unfit")
        self.assertEqual(found["isolation A"]["grade"], "remark")
        self.assertIn("MB-POS-2025-001 ends 2026-01-20", found["isolation A"]["text"])

    def test_meters_on_different_counters_are_measured_together(self):
        done = self.bench("run", SWEEP, *FORTY, "--meter", f"01={METER},08={METER},40={METER}", "--ledger", self.ledger,
                          *ONE_LOAD)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        points = self.rows("select position, power_factor, error_percent, u_percent from v_point")
        self.assertEqual(sorted((position, pf) for position, pf, _, _ in points),
                         sorted((p, f) for p in ("01", "08", "40") for f in ("1", "0.5 lag")))
        for position, pf, error, u in points:
            truth = self.truth("--lab", "forty", "--meter", METER, "--position", position, "--temperature", "23",
                               "--current", "200", "--pf", pf)
            self.assertLessEqual(abs(error - truth), u, (position, pf))
        used = [role for (role,) in self.rows("select role from v_instrument where role like 'counter%' order by role")]
        self.assertEqual(used, ["counter", "counter_2", "counter_6"])

    def test_the_examples_of_real_benches_are_valid_and_offered_to_nobody(self):
        examples = sorted((ROOT / "config/stations/examples").glob("*.yaml"))
        self.assertGreaterEqual(len(examples), 2)
        done = self.bench("check", *examples)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.bench("plan", SWEEP, "--station", "phantom-eight", "--meter", METER)
        self.assertEqual(done.returncode, 2)
        self.assertIn("allowed: virtual, virtual-40, virtual-zera", done.stderr)

    def test_discover_drafts_a_station_that_is_valid(self):
        draft = self.folder / "draft.yaml"
        done = self.bench("discover", "--format", "yaml")
        draft.write_text(done.stdout, encoding="utf-8")
        self.assertEqual(self.bench("check", draft).returncode, 0)
        self.assertIn("attached", json.loads(self.bench("discover", "--format", "json").stdout))

    def test_the_whole_sweep_has_the_sequence_of_the_approval(self):
        done = self.bench("plan", ROOT / "scenarios/ae-1641/load-performance.yaml", "--meter", METER, "--format", "json")
        plan = json.loads(done.stdout)
        self.assertEqual([soak["temperature_c"] for soak in plan["soaks"]], [23, 53, 0, -20, -40, 23])
        self.assertFalse(plan["unreachable"])


if __name__ == "__main__":
    unittest.main()
