#!/usr/bin/python3
"""A listening lab in real time: the bench itself and outside programs on its real transports."""

import re
import sqlite3
import subprocess
import unittest

from bench_program import METER, PROGRAM, SWEEP, BenchTest

THREE_POINTS = ["--set", "steps.0.current=[25 %, 50 %, 100 %]", "--set", "steps.0.power_factor=1",
                "--set", "steps.0.direction=delivered", "--set", "register_account=waived"]

# As somebody writes it who has never heard of Meterbench.
VISA_PROGRAM = """
import json, os, sys
import pyvisa
addresses = json.loads(os.environ["METERBENCH_LAB"])
visa = pyvisa.ResourceManager("@py")
source = visa.open_resource(addresses["source"], read_termination="\\n", write_termination="\\n", timeout=5000)
print(source.query("*IDN?"))
print(source.query("LIM:VOLT?"))
counter = visa.open_resource(addresses["timer"], timeout=10000)
print(counter.query("*IDN?").strip())
counter.write("CONF:TOT:TIM 0.1,(@1)")
print(counter.query("READ?").strip())
"""

needs_usb = unittest.skipUnless((PROGRAM.parent / "meterbench-usb-host").exists(), "built without umockdev")


class Live(BenchTest):
    def listen(self, *arguments, command):
        return subprocess.run([str(PROGRAM), "lab", "--listen", *map(str, arguments), "--", *map(str, command)],
                              cwd=self.folder, text=True, capture_output=True, timeout=200)

    def points(self, ledger):
        with sqlite3.connect(ledger) as rows:
            return rows.execute("select error_percent, u_percent, decision from v_point order by point_id").fetchall()

    @needs_usb
    def test_a_run_on_real_transports_agrees_with_the_simulated_one(self):
        live = self.folder / "live.sqlite"
        done = self.listen("--meter", METER, "--write-station", "virtual=live.yaml",
                           command=[PROGRAM, "run", SWEEP, "--meter", METER, "--station", self.folder / "live.yaml",
                                    "--ledger", live, *THREE_POINTS])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("SIMULATED: not evidence about any FOCUS AX", done.stdout)
        self.assertEqual(self.sweep(*THREE_POINTS).returncode, 0)
        in_real_time, simulated = self.points(live), self.points(self.ledger)
        self.assertEqual(len(in_real_time), 3)
        for (e1, u1, _), (e2, u2, _) in zip(in_real_time, simulated, strict=True):
            self.assertLessEqual(abs(e1 - e2), (u1 ** 2 + u2 ** 2) ** 0.5)
        with sqlite3.connect(live) as rows:
            far_ends = rows.execute("select role, far_end, identity from v_instrument").fetchall()
        self.assertEqual({f for _, f, _ in far_ends}, {"simulator"})
        self.assertTrue(all(identity for _, _, identity in far_ends), far_ends)

    @needs_usb
    def test_a_visa_program_reads_the_source_over_tcp_and_the_53230a_over_usb(self):
        program = self.folder / "visa.py"
        program.write_text(VISA_PROGRAM)
        done = self.listen("--lab", "showcase", "--meter", METER, command=["/usr/bin/python3", program])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        _, source, limit, counter, total = done.stdout.splitlines()
        self.assertTrue(source.startswith("Meterbench,SCPI source,"))
        self.assertEqual(float(limit), 0)
        self.assertTrue(counter.startswith("Agilent Technologies,53230A,"))
        self.assertEqual(float(total), 0)  # no load, so the meter's LED is dark

    @needs_usb
    def test_mbpoll_reads_and_writes_the_set_point_of_the_chamber(self):
        # Floats lie low word first: mbpoll's own order. Registers count from 0 with -0.
        script = self.folder / "mbpoll.sh"
        script.write_text("""
set -e
address=$(printf '%s' "$METERBENCH_LAB" | sed 's/.*"chamber":"modbus-tcp:\\/\\/\\([^"]*\\)".*/\\1/')
host=${address%%:*}; port=${address#*:}; port=${port%/*}
poll() { mbpoll -m tcp -p "$port" -a 1 -0 -t 4:float -r 2782 -1 "$@"; }
poll "$host"
poll "$host" -- -40
poll "$host"
""")
        done = self.listen("--lab", "showcase", command=["sh", script])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        values = re.findall(r"^\[2782\]:\s+(\S+)$", done.stdout, re.M)
        self.assertEqual([float(v) for v in values], [23, -40], done.stdout)


if __name__ == "__main__":
    unittest.main()
