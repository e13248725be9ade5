#!/usr/bin/python3
"""The first sweep: every error against the lab's closed formula, and the same run twice."""

import json
import sqlite3
import unittest

from bench_program import METER, ROOT, BenchTest


class Sweep(BenchTest):
    def truth(self, point):
        done = self.bench("lab", "truth", "--lab", "default", "--meter", METER, "--temperature",
                          f"{point['temperature_c']} °C", "--voltage", f"{point['voltage_v']} V", "--current",
                          f"{point['current_a']} A", "--pf", point["power_factor"], "--direction",
                          point["direction"], "--position", point["position"], "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["error_percent"]

    def test_errors_lie_within_their_uncertainty_of_the_truth(self):
        done = self.sweep("--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(done.stdout)
        points = document["runs"][0]["points"]
        self.assertEqual(len(points), 24)
        self.assertEqual({p["current_a"] for p in points}, {2, 5, 20, 50, 100, 200})
        self.assertEqual({p["power_factor"] for p in points}, {"1", "0.5 lag"})
        self.assertEqual({p["direction"] for p in points}, {"delivered", "received"})
        offs = [(abs(p["error_percent"] - self.truth(p)), p["u_percent"]) for p in points]
        self.assertTrue(all(u <= 0.05 for _, u in offs), offs)
        self.assertLessEqual(sum(off > u for off, u in offs), 4, offs)
        self.assertFalse([o for o in offs if o[0] > 2 * o[1]], offs)

    def test_truth_takes_bare_numbers_in_their_own_unit(self):
        told = [self.bench("lab", "truth", "--meter", METER, "--temperature", t, "--voltage", v, "--current", i, "--pf",
                           "0.5 lag", "--format", "json").stdout
                for t, v, i in (("40 °C", "240 V", "20 A"), ("40", "240", "20"))]
        self.assertIn("error_percent", told[0])
        self.assertEqual(told[0], told[1])

    def test_same_scenario_lab_and_seed_give_the_same_content(self):
        hashes = []
        for seed in (7, 7, 8):
            self.assertEqual(self.sweep("--seed", seed).returncode, 0)
            hashes.append(self.shown()["run"]["content_hash"])
        self.assertEqual(hashes[0], hashes[1])
        self.assertNotEqual(hashes[0], hashes[2])
        self.assertRegex(hashes[0], "^[0-9a-f]{64}$")

    def test_the_ledger_does_not_tell_whether_idle_hours_were_skipped(self):
        hashes = []
        for skip in (1, 0):
            # One name for both: the lab's name is part of the content.
            lab = self.lab("one", lambda text, skip=skip: text.replace("meter:\n", f"meter:\n  skip_idle: {skip}\n", 1))
            done = self.bench("run", ROOT / "tests/campaign/one_soak.yaml", "--meter", METER, "--lab", lab,
                              "--ledger", self.ledger, "--format", "json")
            self.assertEqual(done.returncode, 0, done.stderr)
            hashes.append(json.loads(done.stdout)["runs"][0]["run"]["content_hash"])
        self.assertEqual(hashes[0], hashes[1])

    def test_every_point_and_edge_is_in_the_views(self):
        self.assertEqual(self.sweep().returncode, 0)
        with sqlite3.connect(self.ledger) as ledger:
            run = ledger.execute("SELECT scenario, station, lab, seed, meter, exit_code, simulated FROM v_run").fetchall()
            self.assertEqual(run, [("load-performance-23c", "virtual", "default", 1, METER, 0, 1)])
            rows = ledger.execute("SELECT point_id, position, decision, error_percent, u_percent, k, limit_percent "
                                  "FROM v_point ORDER BY point_id").fetchall()
            self.assertEqual(len(rows), 24)
            self.assertEqual({r[2] for r in rows}, {"pass"})
            edges = dict(ledger.execute("SELECT point_id, count(*) FROM v_edge GROUP BY point_id").fetchall())
            pulses = {p["point_id"]: p["pulses"] for p in self.shown()["points"]}
            self.assertEqual(edges, {point: n + 2 for point, n in pulses.items()})
            instruments = ledger.execute("SELECT count(*) FROM v_instrument").fetchone()[0]
            self.assertEqual(instruments, 7)  # with chamber, interlock, pickups and the optical port of A

    def test_text_names_the_ledger_and_ends_with_the_unverified_passes(self):
        done = self.sweep()
        lines = done.stdout.strip().splitlines()
        self.assertEqual(lines[-1], "24 passes, 0 of them unverified")
        self.assertIn(str(self.ledger), done.stdout)
        self.assertIn("SIMULATED: not evidence about any FOCUS AX", done.stdout)
        self.assertEqual(done.stderr, "", "no progress where there is no terminal")

    def test_exports_carry_the_notice(self):
        self.sweep()
        csv = self.bench("export", "last", "--ledger", self.ledger, "--format", "csv").stdout
        self.assertEqual(len(csv.splitlines()), 25)
        self.assertTrue(all("SIMULATED: not evidence about any FOCUS AX" in row for row in csv.splitlines()[1:]))
        out = self.folder / "run.json"
        self.assertEqual(self.bench("export", "last", "--ledger", self.ledger, "--format", "json", "-o", out).returncode, 0)
        self.assertEqual(json.loads(out.read_text())["notice"], "SIMULATED: not evidence about any FOCUS AX")

    def test_verify_finds_a_changed_error(self):
        self.sweep()
        self.assertEqual(self.bench("verify", self.ledger).returncode, 0)
        with sqlite3.connect(self.ledger) as ledger:
            table, column = "point", "error_percent"
            ledger.execute(f"UPDATE {table} SET {column} = {column} + 0.001 WHERE point_id = '013'")
        changed = self.bench("verify", self.ledger)
        self.assertEqual(changed.returncode, 3)
        self.assertIn("013", changed.stdout)


if __name__ == "__main__":
    unittest.main()
