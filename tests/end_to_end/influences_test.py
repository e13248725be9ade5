#!/usr/bin/python3
"""What influences do to a meter, as the shipped packs ask it: a sound one passes, a defect is found and named."""

import json
import sqlite3
import unittest

from bench_program import METER, BenchTest

INFLUENCES = "scenarios/ae-1641/influences.yaml"
HALF_WAVE = "scenarios/ae-1641/half-wave.yaml"

DIPS = """scenario: Dips
register_account: waived
steps:
  - dips: voltage-dips
    sequence:
      - {voltage: 0 %, duration: 1 s, times: 3, pause: 50 ms}
      - {voltage: 50 %, duration: 1 min}
    allowed: ALLOWED
"""


class Influences(BenchTest):
    def influences(self, *arguments):
        return self.bench("run", INFLUENCES, "--meter", METER, "--ledger", self.ledger, *arguments)

    def rows(self, query):
        with sqlite3.connect(self.ledger) as rows:
            return rows.execute(query).fetchall()

    def truth(self, **load):
        options = [word for key, value in load.items() for word in (f"--{key}", str(value))]
        done = self.bench("lab", "truth", "--meter", METER, "--temperature", "23", *options, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["error_percent"]

    def test_a_sound_meter_passes_with_shifts_that_are_true_within_their_uncertainty(self):
        done = self.influences()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        shifts = self.rows("select step, current_a, voltage_v, frequency_hz, power_factor, waveform, error_percent, "
                           "u_percent from v_point where result = 'shift' and step <> 'self-heating'")
        self.assertEqual(len(shifts), 16 + 5)
        for step, amperes, volts, hertz, pf, waveform, shift, u in shifts:
            load = {"current": amperes, "pf": pf}
            other = dict(load, voltage=volts, frequency=hertz)
            if waveform != "sine":
                other["waveform"] = waveform
            true_shift = self.truth(**other) - self.truth(**load)
            self.assertLessEqual(abs(shift - true_shift), u, (step, other))
        self.assertEqual(self.rows("select decision from v_point where result = 'dips'"), [("pass",)])
        (s, u), = self.rows("select error_percent, u_percent from v_point where result = 'repeatability'")
        self.assertLess(s, 0.01)
        self.assertGreater(u, 0)

    def test_a_meter_that_its_own_current_warms_fails_by_self_heating(self):
        lab = self.lab("warm", lambda text: text.replace("  temperature_slope_percent_per_k: 0.001\n",
                                                         "  temperature_slope_percent_per_k: 0.05\n"
                                                         "  self_heating_k: 20\n"))
        done = self.influences("--lab", lab)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        failed = {step for step, in self.rows("select step from v_point where decision = 'fail'")}
        self.assertEqual(failed, {"self-heating"})

    def test_half_waves_reach_direct_meters_alone(self):
        done = self.bench("run", HALF_WAVE, "--meter", METER, "--ledger", self.ledger)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        refused = self.bench("plan", HALF_WAVE, "--meter", "focus-ax-3s-cl20")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("is fed by current transformers, which pass none", refused.stderr)

    def test_what_a_meter_registers_in_dips_is_held_against_what_is_allowed(self):
        creeping = self.lab("creeping", lambda text: text.replace("  delay_s: 0.1\n", "  delay_s: 0.1\n  creep_w: 900\n", 1))
        for allowed, code in (("3.6 s", 0), ("0.1 s", 1)):  # of 48 kW; 900 W are about 20 Wh
            scenario = self.folder / "dips.yaml"
            scenario.write_text(DIPS.replace("ALLOWED", allowed), encoding="utf-8")
            done = self.bench("run", scenario, "--meter", METER, "--ledger", self.ledger, "--lab", creeping)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
