#!/usr/bin/python3
"""Runs on a firmware image: the same as on the host build; bad images, killed benches and EEPROM files."""

import os
import pathlib
import signal
import sqlite3
import subprocess
import time
import unittest

from bench_program import METER, PROGRAM, BenchTest

IMAGES = PROGRAM.parent / "firmware"
POINTS = ("select point_id, position, attempt, temperature_c, voltage_v, current_a, power_factor, direction, "
          "error_percent, u_percent, k, decision, basis, limit_percent from v_point where run_id = ? "
          "order by point_id, position, attempt")


def emulators_of(process):
    """Process ids of the emulators that `process` has started."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = stat.read_text().rsplit(")", 1)
        except OSError:
            continue
        state, parent = fields.split()[:2]
        if "qemu-system" in name and int(parent) == process and state != "Z":
            found.append(int(stat.parent.name))
    return found


def lives(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition, longest=20):
    end = time.monotonic() + longest
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@unittest.skipUnless((IMAGES / "firmware-5.34.elf").exists(), "no arm-none-eabi-g++ when this was built")
class Firmware(BenchTest):
    def run_on(self, firmware, scenario, *more):
        return self.bench("run", scenario, "--meter", METER, "--ledger", self.ledger, "--firmware", firmware, *more)

    def rows(self, query, *values):
        with sqlite3.connect(self.ledger) as ledger:
            return ledger.execute(query, values).fetchall()

    def test_the_whole_sweep_comes_to_the_same_on_image_and_host(self):
        for firmware in ("host", "5.34"):
            done = self.run_on(firmware, "ae-1641/load-performance")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        host, image = self.rows("select run_id, firmware from v_run order by rowid")
        self.assertIn("host build", host[1])
        self.assertRegex(image[1], r"5\.34, image firmware-5\.34\.elf, SHA-256 [0-9a-f]{64}")
        points = [self.rows(POINTS, run[0]) for run in (host, image)]
        self.assertGreaterEqual(len(points[0]), 168)
        self.assertEqual(*points)
        self.assertEqual({point[-3] for point in points[0]}, {"pass"})

    def test_functions_come_to_the_same_on_image_and_host(self):
        for firmware in ("host", "5.34"):
            done = self.run_on(firmware, "examples/told")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        runs = [run for run, in self.rows("select run_id from v_run order by rowid")]
        self.assertEqual(*(self.rows(POINTS, run) for run in runs))

    def test_positions_may_have_different_firmware(self):
        done = self.bench("run", "examples/image", "--meter", f"*={METER}", "--ledger", self.ledger,
                          "--firmware", f"A=5.34,B=host,*={IMAGES / 'example.elf'}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual({(position, decision) for position, decision in
                          self.rows("select position, decision from v_point")},
                         {(position, "pass") for position in "ABCD"})

    def test_an_image_that_blinks_and_no_more_passes_a_small_scenario(self):
        done = self.run_on(IMAGES / "example.elf", "examples/image")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        points = self.rows("select decision, basis, abs(error_percent) from v_point")
        self.assertEqual(len(points), 6)
        for decision, basis, error in points:
            self.assertEqual(decision, "pass")
            self.assertTrue(basis.startswith("unverified"), basis)
            self.assertLess(error, 0.3)

    def test_bad_images_end_with_3_and_say_why(self):
        text = self.folder / "image.elf"
        text.write_text("5.34\n")
        for image, why in ((text, "this is no ELF file"),
                           (PROGRAM, "built for another machine"),
                           (IMAGES / "of_another_version.elf", "built for version 7 of the board"),
                           (IMAGES / "reads_nowhere.elf", r"exception at 0x[0-9a-f]{8} in .*divide_the_sky"),
                           (IMAGES / "stops.elf", r"not take its samples: it is at 0x[0-9a-f]{8} in .*think_it_over"),
                           (IMAGES / "has_no_handler.elf", "locked up")):
            with self.subTest(image=image.name):
                done = self.run_on(image, "examples/image")
                self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
                self.assertRegex(done.stderr, why)

    def test_a_fault_in_the_middle_is_on_record(self):
        done = self.run_on(IMAGES / "reads_nowhere.elf", "examples/image")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(self.rows("select exit_code from v_run"), [(3,)])
        events = self.rows("select text from v_event where kind = 'fault'")
        self.assertTrue(any("divide_the_sky" in text for text, in events), events)

    def test_an_unknown_version_is_a_usage_mistake(self):
        done = self.run_on("5.99", "examples/image")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"5\.99: neither a file nor a version that is there: 5\.34, host")

    def test_no_emulator_stays_behind(self):
        for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=how.name):
                bench = subprocess.Popen(
                    [PROGRAM, "lab", "--listen", "--meter", f"*={METER}", "--firmware", "5.34"], cwd=self.folder,
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                self.addCleanup(bench.stdout.close)
                bench.stdout.readline()
                emulators = emulators_of(bench.pid)
                self.assertEqual(len(emulators), 4)
                bench.send_signal(how)
                bench.wait(timeout=20)
                self.assertTrue(wait_for(lambda: not any(map(lives, emulators))), "emulators go on")

    def test_an_emulator_that_is_killed_ends_the_lab_with_3(self):
        for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=how.name):
                bench = subprocess.Popen([PROGRAM, "lab", "--listen", "--meter", METER, "--firmware", "5.34"],
                                         cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                bench.stdout.readline()
                os.kill(emulators_of(bench.pid)[0], how)
                _, said = bench.communicate(timeout=20)
                self.assertEqual(bench.returncode, 3, said)
                self.assertIn("the emulator has ended", said)

    def test_keys_of_a_terminal_do_not_reach_the_emulators(self):
        bench = subprocess.Popen([PROGRAM, "lab", "--listen", "--meter", METER, "--firmware", "5.34"],
                                 cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(bench.stdout.close)
        bench.stdout.readline()
        emulator, = emulators_of(bench.pid)
        self.assertNotEqual(os.getpgid(emulator), os.getpgid(bench.pid))
        bench.terminate()
        bench.wait(timeout=20)

    def test_a_choice_that_is_none_is_a_usage_mistake(self):
        for option, value in (("--firmware", ""), ("--firmware", "A="), ("--firmware", "A=5.34,A=host"),
                              ("--firmware", "host,5.34"), ("--firmware", "Z=5.34"), ("--eeprom", "/dev/zero"),
                              ("--eeprom", self.folder), ("--eeprom", self.folder / "none" / "meter.eeprom")):
            with self.subTest(option=option, value=str(value)):
                done = self.run_on("host", "examples/image", option, value)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)

    def test_the_eeprom_survives_in_a_file(self):
        eeprom = self.folder / "meter.eeprom"
        energies = []
        for firmware in ("5.34", "host", "5.34"):
            done = self.run_on(firmware, "examples/image", "--eeprom", eeprom)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(eeprom.stat().st_size, 4096)
            energies.append(eeprom.read_bytes())
        self.assertEqual(len(set(energies)), 3, "each run adds to what the meter remembers")
        eeprom.write_bytes(b"short")
        done = self.run_on("5.34", "examples/image", "--eeprom", eeprom)
        self.assertEqual(done.returncode, 2)
        self.assertIn("4096 bytes", done.stderr)

    def test_a_run_goes_on_with_the_same_firmware_alone(self):
        image = self.folder / "firmware.elf"
        image.write_bytes((IMAGES / "reads_nowhere.elf").read_bytes())
        self.assertEqual(self.run_on(image, "examples/image").returncode, 3)
        image.write_bytes((IMAGES / "example.elf").read_bytes())
        done = self.bench("resume", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("the firmware has changed since", done.stderr)

    def test_the_doctor_tells_what_an_image_supports(self):
        done = self.bench("doctor", "--firmware", "5.34")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for subject in ("begins", "speed", "test LED", "no load", "optical port", "display", "watchdog", "rest",
                        "power cut"):
            self.assertRegex(done.stdout, rf"(?m)^fit +{subject} ")
        done = self.bench("doctor", "--firmware", IMAGES / "example.elf")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^remark +optical port +silent")
        for image in ("never_takes", "reads_nowhere", "of_another_version"):
            done = self.bench("doctor", "--firmware", IMAGES / f"{image}.elf")
            self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
            self.assertIn("The firmware is NOT fit.", done.stdout)


if __name__ == "__main__":
    unittest.main()
