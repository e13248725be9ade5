#!/usr/bin/python3
"""A station in the hands of a script: loads by hand, runs, faults, interruptions."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import meterbench
from meterbench import Scenario, amperes, degrees, hertz, percent, seconds, step, volts

SHORT = dict(
    current=[percent(10), percent(50)], power_factor=1, direction="delivered", target_uncertainty=percent(0.05),
    limits="bench",
)  # fmt: skip


def short(**head):
    head = {"register_account": "waived", **head}
    return Scenario("short", title="Short", steps=[step("accuracy", "load-performance", **SHORT)], **head)


class WithABench(unittest.TestCase):
    options: dict = {}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.bench = meterbench.Station.open("virtual", ledger=self.folder / "x.sqlite", **self.options)
        self.addCleanup(self.bench.close)

    def lab(self, text):
        """A lab file with `text` added."""
        path = self.folder / "lab.yaml"
        shipped = Path(os.environ["METERBENCH_SOURCES"], "config/labs/default.yaml").read_text()
        path.write_text(shipped + text)
        return path


class ByHand(WithABench):
    def test_a_load_is_seen_by_the_reference(self):
        self.bench.source.apply(volts(240), amperes(30), lag=degrees(60))
        self.assertTrue(self.bench.source.is_on)
        reading = self.bench.reference.read()
        self.assertAlmostEqual(reading.active.value, 3600, delta=10)
        self.assertAlmostEqual(reading.frequency.value, 60, delta=0.01)
        self.bench.source.apply(volts(240), amperes(30), power_factor=1, frequency=hertz(59))
        self.assertAlmostEqual(self.bench.reference.read().active.value, 7200, delta=10)
        self.assertAlmostEqual(self.bench.reference.read().frequency.value, 59, delta=0.01)
        self.bench.source.off()
        self.assertFalse(self.bench.source.is_on)
        self.bench.wait(seconds(10))
        self.assertAlmostEqual(self.bench.reference.read().active.value, 0, delta=1)

    def test_registers_advance_under_it(self):
        meter = self.bench.meter()
        before = meter.registers().delivered
        self.bench.source.apply(volts(240), amperes(100))
        self.bench.wait(seconds(360))
        self.bench.source.off()
        self.assertAlmostEqual((meter.registers().delivered - before).watt_hours, 2400, delta=60)

    def test_the_error_is_that_of_the_lab(self):
        self.bench.source.apply(volts(240), amperes(30), lag=degrees(60))
        point = self.bench.measure_error(target_uncertainty=percent(0.05))
        truth = subprocess.run(
            [os.environ["METERBENCH_PROGRAM"], *"lab truth --lab default --meter focus-ax-2s-cl200 --voltage".split(),
             "240 V", "--current", "30 A", "--pf", "0.5 lag", "--direction", "delivered", "--temperature", "23 °C",
             "--format", "json"], capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        import json

        expected = json.loads(truth)["error_percent"]
        self.assertLess(abs(point.error.percent - expected), point.expanded_uncertainty.percent)
        self.assertLessEqual(point.expanded_uncertainty, percent(0.05))
        self.assertEqual(point.power_factor, "0.5 lag")
        self.assertAlmostEqual(point.k, point.budget.k)
        self.assertFalse(self.bench.source.is_on)
        again = self.bench.measure_error(pulses=20)
        self.assertEqual(again.pulses, 20)

    def test_a_target_below_the_floor_is_refused_with_the_smallest(self):
        self.bench.source.apply(volts(240), amperes(30))
        with self.assertRaisesRegex(meterbench.InvalidInput, "smallest|reach"):
            self.bench.measure_error(target_uncertainty=percent(0.001))

    def test_what_a_meter_cannot_bear_is_refused_before_a_byte_leaves(self):
        for load in ((volts(240), amperes(201)), (volts(300), amperes(1))):
            with self.assertRaises(meterbench.OutOfRangeFault) as caught:
                self.bench.source.apply(*load)
            self.assertEqual(caught.exception.device, "source")
            self.assertIn("position A", caught.exception.reply)
        self.assertFalse(self.bench.source.is_on)

    def test_words_that_are_none_are_told(self):
        with self.assertRaisesRegex(ValueError, "delivered, received"):
            self.bench.source.apply(volts(240), amperes(1), direction="sideways")
        with self.assertRaisesRegex(ValueError, "below 90"):
            self.bench.source.apply(volts(240), amperes(1), lag=degrees(120))
        with self.assertRaises(KeyError):
            self.bench.meter("Z")
        with self.assertRaises(meterbench.InvalidInput):
            self.bench.measure_error(pulses=5)

    def test_the_meter_tells_of_itself(self):
        meter = self.bench.meter("A")
        self.assertEqual(meter.type["form"], "2S")
        self.assertEqual(meter.type["maximum_current"], amperes(200))
        self.assertEqual(meter.identity().firmware, "5.34")
        self.assertIn("mode", str(meter.status()))
        self.assertTrue(meter.tables(0, 1)[0])
        self.assertIn("difference_s", str(meter.clock()))
        self.assertTrue(meter.billing())
        self.assertIsInstance(meter.log(), dict)
        self.assertIsInstance(meter.profile(), dict)
        self.assertTrue(meter.present())

    def test_the_meter_refuses_in_words(self):
        with self.assertRaises(meterbench.RefusedFault) as caught:
            self.bench.meter().procedure("clear-data")
        self.assertEqual(caught.exception.device, "optical.A")
        for wipe in (lambda meter: meter.procedure("cold-start"), lambda meter: meter.cold_start("somebody's")):
            with self.assertRaises(meterbench.InvalidInput):
                wipe(self.bench.meter())
        with self.assertRaisesRegex(ValueError, "no-such"):
            self.bench.meter().procedure("no-such")

    def test_the_display_and_the_switches(self):
        self.bench.source.apply(volts(240), amperes(1))
        self.bench.wait(seconds(10))
        shown = self.bench.meter().display()
        self.assertTrue(shown)
        self.bench.meter().press("display_scroll")
        self.bench.wait(seconds(1))
        self.assertNotEqual(self.bench.meter().display(), shown)

    def test_the_chamber(self):
        self.assertAlmostEqual(self.bench.chamber.read().air.value, 23, delta=1)
        self.bench.chamber.condition(meterbench.celsius(40))
        self.bench.wait(seconds(3600))
        self.assertAlmostEqual(self.bench.chamber.read().air.value, 40, delta=1)
        self.bench.chamber.stop()

    def test_a_closed_station_says_so(self):
        self.bench.close()
        self.bench.close()
        with self.assertRaisesRegex(RuntimeError, "closed"):
            self.bench.source.off()


class Faults(WithABench):
    def open(self, faults):
        self.bench.close()
        self.bench = meterbench.Station.open("virtual", ledger=self.folder / "x.sqlite", lab=self.lab(faults))
        self.addCleanup(self.bench.close)

    def test_a_trip_takes_the_load_off_and_is_raised(self):
        self.open("faults: [{at_s: 300, of: source, do: trip}]\n")
        self.bench.source.apply(volts(240), amperes(30))
        with self.assertRaises(meterbench.TrippedFault) as caught:
            self.bench.wait(seconds(600))
        self.assertEqual(caught.exception.device, "source")
        self.assertLess(self.bench.time, seconds(310))
        self.assertFalse(self.bench.source.is_on)
        self.bench.source.apply(volts(240), amperes(30))

    def test_a_fault_ends_a_run_with_what_it_has(self):
        self.open("faults: [{at_s: 45, of: source, do: trip}]\n")
        seen = []
        with self.assertRaises(meterbench.TrippedFault):
            for point in (run := self.bench.run(short())):
                seen.append(point)
        self.assertEqual(run.exit_code, 3)
        self.assertEqual(len(seen), 1)
        self.assertEqual(len(meterbench.Ledger(self.bench.ledger).points()), len(run.points))


class ARun(WithABench):
    def test_tells_each_point_as_it_ends(self):
        run = self.bench.run(short())
        points = list(run)
        self.assertEqual([point.current for point in points], [amperes(20), amperes(100)])
        self.assertTrue(run.passed)
        self.assertEqual([p.error for p in run.points], [p.error for p in points])
        self.assertRegex(str(run.points[0]), r"\+0\.\d+ % ± 0\.\d+ % \(k = 2\.0\d\), pass \(unverified: the scenario waives")

    def test_waits_for_whoever_iterates_in_simulated_time(self):
        run = self.bench.run(short())
        next(run)
        time.sleep(0.3)
        self.assertFalse(run.is_over)
        self.assertIn("[1/2", run.progress)
        with self.assertRaisesRegex(RuntimeError, "a run has the station"):
            self.bench.source.off()
        run.finish()

    def test_can_be_stopped_and_resumed(self):
        run = self.bench.run(short())
        next(run)
        run.stop()
        self.assertTrue(run.is_over)
        self.assertEqual(run.exit_code, 130)
        self.bench.close()
        resumed = subprocess.run(
            [os.environ["METERBENCH_PROGRAM"], "resume", "--ledger", self.bench.ledger], capture_output=True, text=True
        )
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertIn(run.run_id, resumed.stdout)

    def test_stops_where_its_block_is_left(self):
        with self.bench.run(short()) as run:
            for _ in run:
                break
        self.assertEqual(run.exit_code, 130)
        self.bench.source.apply(volts(240), amperes(1))

    def test_stops_when_nobody_holds_it_any_more(self):
        next(self.bench.run(short()))
        self.bench.source.apply(volts(240), amperes(1))
        self.assertEqual(meterbench.Ledger(self.bench.ledger).runs()["exit_code"].tolist(), [130])

    def test_is_paused_and_continued_by_another_thread(self):
        run = self.bench.run(short())
        next(run)
        run.pause()
        threading.Timer(0.3, run.continue_).start()
        begun = time.monotonic()
        run.finish()
        self.assertGreater(time.monotonic() - begun, 0.25)
        texts = meterbench.Ledger(self.bench.ledger).events()["text"].tolist()
        self.assertIn("paused by a script", texts)
        self.assertIn("continued by a script", texts)

    def test_skips_the_point_at_hand(self):
        run = self.bench.run(short())
        next(run)
        run.skip()
        self.assertEqual(next(run).decision, "inconclusive")
        run.finish()
        self.assertEqual(run.exit_code, 1)

    def test_hears_the_command_of_another_terminal(self):
        run = self.bench.run(short())
        next(run)
        told = subprocess.run(
            [os.environ["METERBENCH_PROGRAM"], "status", "--ledger", self.bench.ledger], capture_output=True, text=True
        )
        self.assertIn("[1/2", told.stdout, told.stderr)
        run.finish()

    def test_is_the_one_of_the_command(self):
        """Same engine: same content, hash for hash."""
        run = self.bench.run("ae-1641/load-performance-23c")
        run.finish()
        other = self.folder / "other.sqlite"
        subprocess.run(
            [os.environ["METERBENCH_PROGRAM"], "run", "ae-1641/load-performance-23c", "--meter", "focus-ax-2s-cl200",
             "--ledger", other], check=True, capture_output=True,
        )  # fmt: skip
        hashes = [meterbench.Ledger(path).runs()["content_hash"][0] for path in (self.bench.ledger, other)]
        self.assertEqual(hashes[0], hashes[1])

    def test_goes_without_the_lock_of_the_interpreter(self):
        counted = 0
        over = threading.Event()

        def count():
            nonlocal counted
            while not over.is_set():
                counted += 1
                time.sleep(0.001)

        counter = threading.Thread(target=count)
        run = self.bench.run("ae-1641/load-performance-23c")
        counter.start()
        run.finish()
        over.set()
        counter.join()
        self.assertGreater(counted, 50)


class Interrupted(unittest.TestCase):
    SCRIPT = """
import sys, meterbench
bench = meterbench.Station.open("virtual", ledger=sys.argv[1])
try:
    run = bench.run("ae-1641/load-performance")
    print("begun", flush=True)
    run.finish()
except KeyboardInterrupt:
    print(run.exit_code, bench.source.is_on, flush=True)
    bench.source.apply(meterbench.volts(240), meterbench.amperes(1))
    print("goes on")
"""

    def test_ctrl_c_ends_the_run_with_the_source_off(self):
        with tempfile.TemporaryDirectory() as folder:
            script = subprocess.Popen(
                [sys.executable, "-c", self.SCRIPT, Path(folder, "x.sqlite")], stdout=subprocess.PIPE, text=True
            )
            self.assertEqual(script.stdout.readline(), "begun\n")
            time.sleep(0.5)
            script.send_signal(signal.SIGINT)
            out = script.communicate(timeout=30)[0]
            self.assertEqual(out, "130 False\ngoes on\n")
            self.assertEqual(script.returncode, 0)


class SeveralMeters(WithABench):
    options = {"meters": {"A": "focus-ax-2s-cl200", "*": "focus-ax-4s-cl20"}}

    def test_have_results_of_their_own(self):
        self.assertEqual(self.bench.meters["D"], "focus-ax-4s-cl20")
        points = self.bench.measure(
            step("accuracy", "load-performance", current=amperes(10), power_factor=1, direction="delivered",
                 target_uncertainty=percent(0.06), limits="bench")
        )  # fmt: skip
        self.assertEqual([point.position for point in points], ["A", "B", "C", "D"])


if __name__ == "__main__":
    unittest.main()
