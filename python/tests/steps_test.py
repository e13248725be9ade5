#!/usr/bin/python3
"""Steps `python` of scenarios: what a function answers, asks, breaks and is kept from."""

import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import meterbench

FUNCTIONS = '''
import os, subprocess, sys, time
import meterbench
from meterbench import amperes, degrees, minutes, seconds, volts
from meterbench.steps import CannotTell, Outcome

def yes(bench): return True
def nothing(bench): pass
def no(bench): return False
def maybe(bench): raise CannotTell("the magnet is away")
def told(bench, limit, words, flag): return Outcome("pass", f"{limit + 1} {words} {flag}")
def by_position(bench): return {"A": True, "B": Outcome("fail", "B hums")}
def elsewhere(bench): return {"Z": True}
def half(bench): return {"A": True}
def odd(bench): return 42
def breaks(bench): raise ZeroDivisionError("oh")
def leaves(bench): os._exit(7)
def babbles(bench): os.write(int(os.environ["METERBENCH_STEP_SOCKET"]), b"not JSON\\n"); time.sleep(60)
def prints(bench): print("said by the function"); return True
def sleeps(bench): time.sleep(60)
def begets(bench, file):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    open(file, "w").write(str(child.pid))
    time.sleep(60)
def loads(bench):
    begin = bench.registers("A").delivered
    bench.apply(volts(240), amperes(100), lag=degrees(60))
    power = bench.reference().active
    bench.apply(volts(240), amperes(100), direction="received")
    bench.wait(seconds(60))
    back = bench.reference().active
    bench.off()
    bench.wait(seconds(5))
    gone = abs(bench.reference().active.value) < 1
    return Outcome("pass" if gone else "fail", f"{power.value:.0f} {back.value:.0f}")
def too_much(bench):
    try:
        bench.apply(volts(240), amperes(1000))
    except meterbench.OutOfRangeFault as fault:
        return Outcome("pass", fault.reply)
def wrong_words(bench):
    try:
        bench.apply(volts(240), amperes(1), direction="sideways")
    except meterbench.OutOfRangeFault as fault:
        return Outcome("pass", fault.reply)
def left_on(bench):
    bench.apply(volts(240), amperes(100))
    return True
def sleeps_under_load(bench):
    bench.apply(volts(240), amperes(100))
    time.sleep(60)
def waits_for_trip(bench):
    bench.apply(volts(240), amperes(100))
    bench.wait(minutes(30))
def looks(bench):
    bench.wait(seconds(5))
    shown = bench.display("A")
    bench.press("A", "display_scroll")
    bench.wait(seconds(1))
    return Outcome("pass" if bench.display("A") != shown else "fail", bench.meters["A"]["form"])
def reads_ledger(bench):
    points = meterbench.Ledger().points()
    return Outcome("pass", f"{len(points)} before")
'''


class PythonSteps(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "functions.py").write_text(FUNCTIONS)
        self.ledger = self.folder / "x.sqlite"

    def scenario(self, function, more="", before=""):
        path = self.folder / "it.yaml"
        path.write_text(
            f"scenario: It\nregister_account: waived\nsteps:\n{before}  - python: mine\n    function: functions.py:{function}\n{more}"
        )
        return path

    def run_it(self, function, more="", *options, before="", meter="focus-ax-2s-cl200"):
        return subprocess.run(
            [os.environ["METERBENCH_PROGRAM"], "run", self.scenario(function, more, before), "--meter", meter,
             "--ledger", self.ledger, *options], capture_output=True, text=True, cwd=self.folder,
        )  # fmt: skip

    def result(self, function, more="", **keys):
        """Exit code, decision and what the events say, of the last point."""
        done = self.run_it(function, more, **keys)
        point = meterbench.Ledger(self.ledger).records()[-1]
        return done.returncode, point.decision, " ".join(event.text for event in point.events)

    def test_answers(self):
        self.assertEqual(self.result("yes"), (0, "pass", ""))
        self.assertEqual(self.result("nothing"), (0, "pass", ""))
        self.assertEqual(self.result("no"), (1, "fail", "the function says no"))
        self.assertEqual(self.result("maybe"), (1, "inconclusive", "the magnet is away"))
        told = self.result("told", "    arguments: {limit: 1.5, words: two words, flag: true}\n")
        self.assertEqual(told, (0, "pass", "2.5 two words True"))

    def test_answers_by_position(self):
        done = self.run_it("by_position", meter="A=focus-ax-2s-cl200,B=focus-ax-2s-cl200")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([p.decision for p in meterbench.Ledger(self.ledger).records()], ["pass", "fail"])
        done = self.run_it("half", meter="A=focus-ax-2s-cl200,B=focus-ax-2s-cl200")
        self.assertEqual([p.decision for p in meterbench.Ledger(self.ledger).records()], ["pass", "inconclusive"])

    def test_what_is_no_answer_is_no_verdict(self):
        for function, why in {
            "elsewhere": "where no meter is", "odd": "answers 42", "leaves": "ended without a word",
            "babbles": "no message", "breaks": "ZeroDivisionError: oh", "absent": "has no function absent",
        }.items():  # fmt: skip
            code, decision, text = self.result(function)
            self.assertEqual((code, decision), (1, "inconclusive"), function)
            self.assertIn(why, text)

    def test_is_ended_at_its_time_limit_with_all_that_it_has_started(self):
        begun = time.monotonic()
        child = self.folder / "child"
        more = f"    time_limit: 2 s\n    arguments: {{file: {child}}}\n"
        code, decision, text = self.result("begets", more)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertEqual((code, decision), (1, "inconclusive"))
        self.assertIn("ended after 2 s", text)
        stat = Path(f"/proc/{child.read_text()}/stat")
        self.assertTrue(not stat.exists() or stat.read_text().split()[2] == "Z")

    def test_puts_loads_on(self):
        self.assertEqual(self.result("loads")[:2], (0, "pass"))
        text = self.result("loads")[2].split()
        self.assertAlmostEqual(int(text[0]), 12000, delta=30)
        self.assertAlmostEqual(int(text[1]), -24000, delta=60)

    def test_hears_of_its_own_slips(self):
        self.assertIn("position A can bear", self.result("too_much")[2])
        self.assertIn("sideways", self.result("wrong_words")[2])

    def test_leaves_no_load_behind(self):
        for function, more in ("left_on", ""), ("sleeps_under_load", "    time_limit: 2 s\n"):
            done = self.run_it(function, more)
            self.assertIn(done.returncode, (0, 1))
            self.assertNotIn("not off", done.stderr)
        with meterbench.Station.open("virtual", ledger=self.ledger) as bench:
            bench.run(self.scenario("left_on")).finish()
            self.assertAlmostEqual(bench.reference.read().active.value, 0, delta=1)

    def test_a_fault_of_the_bench_ends_the_run(self):
        lab = self.folder / "lab.yaml"
        shipped = Path(os.environ["METERBENCH_SOURCES"], "config/labs/default.yaml").read_text()
        lab.write_text(shipped + "\nfaults: [{at_s: 300, of: source, do: trip}]\n")
        done = self.run_it("waits_for_trip", "", "--lab", str(lab))
        self.assertEqual(done.returncode, 3)
        self.assertIn("trip", done.stderr)

    def test_sees_and_presses(self):
        self.assertEqual(self.result("looks"), (0, "pass", "2S"))

    def test_finds_what_the_run_has_measured(self):
        before = (
            "  - accuracy: load-performance\n    current: 50 %\n    power_factor: 1\n    direction: delivered\n"
            "    target_uncertainty: 0.05 %\n    limits: bench\n"
        )
        self.assertEqual(self.result("reads_ledger", before=before)[2], "1 before")

    def test_prints_do_not_disturb(self):
        done = self.run_it("prints", "", "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_stop_ends_it(self):
        run = subprocess.Popen(
            [os.environ["METERBENCH_PROGRAM"], "run", self.scenario("sleeps"), "--meter", "focus-ax-2s-cl200",
             "--ledger", self.ledger], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        time.sleep(3)
        begun = time.monotonic()
        run.terminate()
        run.communicate(timeout=20)
        self.assertEqual(run.returncode, 130)
        self.assertLess(time.monotonic() - begun, 5)

    def test_a_file_that_changes_is_another_plan(self):
        def plan():
            with meterbench.Station.open("virtual") as bench:
                return bench.plan(self.scenario("yes")).sha256

        first = plan()
        self.assertEqual(plan(), first)
        (self.folder / "functions.py").write_text(FUNCTIONS + "# changed\n")
        self.assertNotEqual(plan(), first)

    def checked(self):
        """What `check` says of the scenario."""
        done = subprocess.run(
            [os.environ["METERBENCH_PROGRAM"], "check", self.folder / "it.yaml"], capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    def test_mistakes_are_told_at_their_place(self):
        path = self.scenario("yes")
        self.assertEqual(self.checked()[0], 0)
        path.write_text(path.read_text().replace("functions.py:yes", "yes"))
        code, text = self.checked()
        self.assertEqual(code, 2)
        self.assertRegex(text, r"it\.yaml:5:15: 'yes' names no function")
        self.scenario("yes")
        (self.folder / "functions.py").unlink()
        self.assertRegex(self.checked()[1], r"it\.yaml:5:15: .*functions\.py cannot be read")

    def test_the_example(self):
        done = subprocess.run(
            [os.environ["METERBENCH_PROGRAM"], "run", "examples/python", "--meter",
             "A=focus-ax-2s-cl200,B=focus-ax-2s-cl200", "--ledger", self.ledger], capture_output=True, text=True,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        texts = [event.text for point in meterbench.Ledger(self.ledger).records() for event in point.events]
        self.assertEqual(sum("the register gained" in text for text in texts), 2)


if __name__ == "__main__":
    unittest.main()
