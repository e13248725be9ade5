#!/usr/bin/python3
"""The meter over its optical port, as a person asks it: `meterbench meter …` on the virtual station."""

import json
import os
import subprocess
import unittest

from bench_program import PROGRAM, BenchTest


class Meter(BenchTest):
    def meter(self, *arguments, typed="", password=None):
        environment = dict(os.environ)
        environment.pop("METERBENCH_METER_PASSWORD", None)
        if password is not None:
            environment["METERBENCH_METER_PASSWORD"] = password
        return subprocess.run([str(PROGRAM), "meter", *arguments], cwd=self.folder, text=True, capture_output=True,
                              timeout=120, input=typed, env=environment)

    def told(self, *arguments):
        done = self.meter(*arguments, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_read_tells_who_it_is_and_its_tables_byte_for_byte(self):
        done = self.meter("read")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("SIMULATED: not evidence about any FOCUS AX\n"), done.stdout)
        told = self.told("read", "0", "ST-01", "--position", "B")
        self.assertTrue(told["simulated"])
        self.assertEqual(told["position"], "B")
        self.assertEqual(told["manufacturer"], "MTBN")
        self.assertEqual(told["mode"], "metering")
        self.assertEqual([table["name"] for table in told["tables"]], ["ST-00", "ST-01"])
        self.assertTrue(bytes.fromhex(told["tables"][1]["bytes"]).startswith(b"MTBN"))

    def test_registers_of_a_meter_that_rests_are_zero(self):
        told = self.told("registers")
        whole = {one["flow"]: one["energy_wh"] for one in told["present"]["energies"] if one["tier"] == 0}
        self.assertEqual(whole["delivered"], 0)
        self.assertEqual(whole["received"], 0)

    def test_a_meter_without_profile_says_so(self):
        self.assertEqual(self.told("profile")["profiles"], [])
        self.assertIn("This meter has no load profile", self.meter("profile").stdout)

    def test_a_refusal_is_told_in_words_and_is_no_fault_of_the_bench(self):
        done = self.meter("read", "MT-999", "--format", "json")
        self.assertEqual(done.returncode, 1)
        told = json.loads(done.stdout)
        self.assertEqual(told["exit_code"], 1)
        self.assertIn("MT-999", told["fault"])
        self.assertIn("MT-999", done.stderr)

    def test_what_cannot_be_asked_is_a_mistake_of_usage(self):
        for arguments in (["read", "ST-42"], ["read", "45"], ["read", "x"], ["procedure", "explode"], ["procedure"], [],
                          ["clock", "--utc-offset-h", "15"], ["read", "--position", "Z"]):
            with self.subTest(arguments):
                self.assertEqual(self.meter(*arguments).returncode, 2)

    def test_a_cold_start_asks_twice(self):
        done = self.meter("procedure", "cold-start")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--wipe", done.stderr)
        for typed in ("", "yes\n", "VIRTUAL-B\n"):
            done = self.meter("procedure", "cold-start", "--wipe", typed=typed)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("nothing was written", done.stderr)

    def test_a_password_is_never_shown(self):
        for password in ("OPEN-SESAME", "OPEN-SESAME-OPEN-SESAME"):
            done = self.meter("read", "--format", "json", password=password)
            self.assertNotIn("SESAME", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
