#!/usr/bin/python3
"""What the program answers when the meter, a file, an instrument or a person ends a run."""

import json
import re
import signal
import sqlite3
import subprocess
import unittest

from bench_program import METER, PROGRAM, ROOT, SWEEP, BenchTest


class ExitCodes(BenchTest):
    def sweep_of_gain(self, gain):
        """The points of a meter that much beyond its limit, each named with its decision."""
        lab = self.lab("fast", lambda text: re.sub(r"gain_percent: \+?0\.08\b", f"gain_percent: {gain}", text))
        done = self.sweep("--lab", lab)
        self.assertEqual(done.returncode, 1, done.stdout)
        points = self.shown()["points"]
        self.assertEqual(len(points), 24)
        for point in points:
            self.assertRegex(done.stdout, rf"(?m)^  {point['point_id']} {point['decision']} at position A: ")
        return done, points

    def test_a_meter_beyond_its_limit_is_1_and_the_points_are_named(self):
        _, points = self.sweep_of_gain(1.4)
        self.assertEqual({p["decision"] for p in points}, {"fail"})

    def test_a_fail_that_the_reference_may_explain_is_inconclusive_and_named_too(self):
        # The source is good to 0.25 % and 0.1°, which is 0.55 % at 0.5 lag: what seems 0.81 % may be 0.3 %, within the
        # limit of 0.6 %. At power factor 1 what seems 0.80 % is 0.54 % at least, beyond 0.5 %.
        done, points = self.sweep_of_gain(0.8)
        for point in points:
            expected = "fail" if point["power_factor"] == "1" else "inconclusive"
            self.assertEqual(point["decision"], expected, point["point_id"])
        self.assertEqual(len(re.findall(r"(?m)^ +unproven_fail: .* a source that is known more closely", done.stdout)), 12)

    def test_a_broken_scenario_is_2_with_line_and_column(self):
        scenario = self.folder / "broken.yaml"
        text = (ROOT / SWEEP).read_text(encoding="utf-8")
        lines = text.splitlines()
        row = next(i for i, line in enumerate(lines) if "target_uncertainty" in line)
        lines[row] = lines[row].replace("target_uncertainty", "target_uncertanty")
        scenario.write_text("\n".join(lines) + "\n", encoding="utf-8")
        column = lines[row].index("target_uncertanty") + 1
        for verb in (["run", scenario, "--meter", METER], ["check", scenario]):
            done = self.bench(*verb)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{scenario}:{row + 1}:{column}: ", done.stderr)
            self.assertIn("target_uncertainty", done.stderr)
        self.assertFalse((self.folder / "meterbench.sqlite").exists(), "nothing was begun")

    def test_check_resolves_what_files_name(self):
        scenario = self.folder / "names.yaml"
        text = (ROOT / SWEEP).read_text(encoding="utf-8")
        for name, told in (("limits: consle", "'consle' is not known"), ("limits: console", "no row for test 'load-performance'")):
            scenario.write_text(text.replace("limits: bench", name), encoding="utf-8")
            done = self.bench("check", scenario)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertRegex(done.stderr, rf"(?m)^{re.escape(str(scenario))}:\d+:\d+: .*{told}")
        lab = self.lab("nowhere", lambda text: text + "\nfaults: [{at_s: 1, of: optical.Q, do: bad_crc}]\n")
        done = self.bench("check", lab)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertRegex(done.stderr, rf"{re.escape(str(lab))}:\d+:24: 'optical.Q' is not known")

    def test_a_meter_with_one_circuit_is_2_with_one_message(self):
        for station in ("virtual", "virtual-zera"):
            done = self.bench("plan", "scenarios/ae-1641/circuits.yaml", "--meter", "focus-ax-3s-cl20", "--station", station)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn("forms 2S and 4S", done.stderr)

    def test_legs_that_do_not_make_the_voltage_are_2_with_both_figures(self):
        done = self.bench("plan", "scenarios/ae-1641/circuits.yaml", "--meter", METER, "--set", "steps.4.voltage_split=140 V / 118 V")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("258 V", done.stderr)
        self.assertIn("240 V", done.stderr)

    def test_what_is_out_of_reach_is_told_before_the_first_load_and_counted_at_the_end(self):
        done = self.bench("run", SWEEP, "--meter", "A=focus-ax-2s-cl200,B=focus-ax-4s-cl20", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 1, done.stdout)
        before, after = done.stdout.split("\npoint ", 1)
        self.assertRegex(before, r"cannot be reached: 200 A, .*focus-ax-4s-cl20: 200 A is beyond its Imax 20 A")
        out = before.count("cannot be reached: ")
        self.assertGreater(out, 0)
        self.assertRegex(after.splitlines()[-1], rf"^\d+ passes, 0 of them unverified; {out} out of reach$")
        again = self.bench("run", SWEEP, "--meter", "A=focus-ax-2s-cl200,B=focus-ax-4s-cl20", "--ledger", self.ledger, "--format", "json")
        self.assertEqual(len(json.loads(again.stdout)["runs"][0]["unreachable"]), out)

    def test_yaml_that_is_none_is_2_with_line_and_column(self):
        scenario = self.folder / "none.yaml"
        scenario.write_text("scenario: x\nsteps: [1, 2\n", encoding="utf-8")
        done = self.bench("run", scenario, "--meter", METER)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, rf"{re.escape(str(scenario))}:\d+:\d+: ")

    def test_a_target_out_of_reach_is_2_and_names_the_smallest(self):
        done = self.sweep("--set", "steps.0.target_uncertainty=0.001 %")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"the smallest for all points is 0\.0\d+ %")

    def test_a_source_that_trips_is_3_with_the_source_off_and_earlier_points_kept(self):
        lab = self.lab("tripping", lambda text: text + "\nfaults: [{at_s: 300, of: source, do: trip}]\n")
        done = self.sweep("--lab", lab)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("The source is off.", done.stderr)
        points = self.shown()["points"]
        finished = [p for p in points if p["error_percent"] is not None]
        self.assertGreaterEqual(len(finished), 3)
        self.assertTrue(all(p["decision"] == "pass" and p["ended_s"] <= 300 for p in finished))
        self.assertEqual(points[-1]["events"][0]["kind"], "fault")
        self.assertEqual(self.shown()["run"]["exit_code"], 3)

    def test_a_reference_that_answers_nonsense_is_3(self):
        faults = ", ".join(f"{{command: {n}, of: reference, do: bad_checksum}}" for n in range(40, 60))
        lab = self.lab("noisy", lambda text: text + f"\nfaults: [{faults}]\n")
        done = self.sweep("--lab", lab)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("The source is off.", done.stderr)

    def test_one_spoilt_answer_is_asked_again_and_stands_in_the_record(self):
        lab = self.lab("spoilt", lambda text: text + "\nfaults: [{command: 40, of: reference, do: bad_checksum}]\n")
        done = self.sweep("--lab", lab)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual([e["kind"] for e in self.shown()["events"]],
                         ["meter", "repeated", *2 * ["register_hold"], *2 * ["reconciled"], "meter_after"])

    def test_usage_mistakes_are_2(self):
        for arguments in (["run"], ["run", SWEEP], ["run", SWEEP, "--meter", "focus-ax-2s-cl20"], ["fly"],
                          ["run", SWEEP, "--meter", METER, "--station", "virtul"], ["show", "nothing"]):
            done = self.bench(*arguments)
            self.assertIn(done.returncode, (2, 3) if arguments[0] == "show" else (2,), arguments)
            self.assertTrue(done.stderr, arguments)
        self.assertIn("focus-ax-2s-cl200", self.bench("run", SWEEP, "--meter", "focus-ax-2s-cl20").stderr)

    def test_a_seed_is_a_number_that_the_ledger_can_hold(self):
        for seed in ("-1", "18446744073709551616", "1.5", ""):
            self.assertEqual(self.sweep("--seed", seed).returncode, 2, seed)

    def test_a_voltage_beyond_the_meter_is_refused_before_a_load(self):
        done = self.sweep("--set", "steps.0.voltage=240 %")
        self.assertEqual(done.returncode, 2)
        self.assertIn("576 V", done.stderr)

    def test_all_scenarios_are_checked_before_the_first_load(self):
        broken = self.folder / "broken.yaml"
        broken.write_text("scenario: x\n", encoding="utf-8")
        done = self.sweep(broken)
        self.assertEqual(done.returncode, 2)
        self.assertFalse(self.ledger.exists())

    def test_after_a_bench_fault_the_bench_is_not_energised_again(self):
        lab = self.lab("tripping", lambda text: text + "\nfaults: [{at_s: 100, of: source, do: trip}]\n")
        done = self.sweep(SWEEP, "--lab", lab, "--format", "json")
        self.assertEqual(done.returncode, 3)
        self.assertIn("not run: ", done.stderr)
        self.assertIn("The source is off.", done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["runs"]), 1)

    def test_half_an_output_is_no_success(self):
        self.assertEqual(self.sweep().returncode, 0)
        with open("/dev/full", "w", encoding="utf-8") as full:
            for verb in (["export", "last", "--format", "csv"], ["show"], ["runs"]):
                done = subprocess.run([str(PROGRAM), *verb, "--ledger", str(self.ledger)], stdout=full,
                                      stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(done.returncode, 3, verb)
                self.assertIn("standard output", done.stderr)

    def test_a_reader_that_has_seen_enough_is_told_nothing_but_the_code(self):
        self.assertEqual(self.sweep().returncode, 0)
        for verb in (["export", "last", "--format", "json"], ["show", "--format", "json"]):  # more than a pipe holds
            with subprocess.Popen([str(PROGRAM), *verb, "--ledger", str(self.ledger)], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True) as run:
                run.stdout.readline()
                run.stdout.close()
                self.assertEqual(run.stderr.read(), "", verb)
                self.assertEqual(run.wait(timeout=60), 3, verb)

    def test_a_run_goes_on_to_its_end_without_its_reader(self):
        with subprocess.Popen([str(PROGRAM), "run", SWEEP, "--meter", METER, "--ledger", str(self.ledger)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
            run.stdout.readline()
            run.stdout.close()
            told = run.stderr.read()
            self.assertEqual(run.wait(timeout=60), 3, told)
        shown = self.shown()
        self.assertEqual(len(shown["points"]), 24)
        self.assertEqual(shown["run"]["exit_code"], 0)

    def test_no_truth_is_told_of_what_cannot_be(self):
        for option in (["--current", "0 A"], ["--current", "1e300 A"], ["--current", "5 A", "--temperature", "-400 °C"],
                       ["--current", "5 A", "--frequency", "0 Hz"], ["--current", "5 A", "--voltage", "-5 V"]):
            self.assertEqual(self.bench("lab", "truth", "--meter", METER, *option).returncode, 2, option)

    def test_a_ledger_that_cannot_be_written_is_3(self):
        self.assertEqual(self.bench("run", SWEEP, "--meter", METER, "--ledger", "/proc/none/x.sqlite").returncode, 3)

    def test_ctrl_c_is_130_with_the_source_off_and_a_ledger_that_opens(self):
        for sent in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(sent), subprocess.Popen(
                    [str(PROGRAM), "run", SWEEP, "--meter", METER, "--ledger", str(self.ledger)], cwd=self.folder,
                    text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
                for line in run.stdout:
                    if line.startswith("003 "):
                        run.send_signal(sent)
                        break
                rest = run.stdout.read()
                self.assertEqual(run.wait(timeout=30), 130, rest)
                self.assertIn("The source is off.", rest)
            shown = self.shown()
            self.assertEqual(shown["run"]["exit_code"], 130)
            self.assertGreaterEqual(len([p for p in shown["points"] if p["decision"] == "pass"]), 3)
            self.assertLess(len(shown["points"]), 24)
            with sqlite3.connect(self.ledger) as ledger:
                self.assertEqual(ledger.execute("PRAGMA integrity_check").fetchone()[0], "ok")


if __name__ == "__main__":
    unittest.main()
