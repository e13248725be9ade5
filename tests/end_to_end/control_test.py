#!/usr/bin/python3
"""A run that people pause, skip, stop and resume from another terminal."""

import getpass
import os
import pathlib
import signal
import socket
import stat
import subprocess
import time
import unittest

import junitparser

from bench_program import METER, PROGRAM, ROOT, BenchTest

SHORT = "scenarios/ae-1641/load-performance-23c.yaml"
POINTS = 24


class Control(BenchTest):
    def setUp(self):
        super().setUp()
        self.control = pathlib.Path(f"{self.ledger}.control")

    def short_run(self, ledger=None):
        return self.bench("run", SHORT, "--meter", METER, "--ledger", ledger or self.ledger)

    def say(self, verb, *arguments):
        done = self.bench(verb, "--ledger", self.ledger, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def ask(self, command):
        """The socket itself, without the time that a program takes to start."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(10)
            wire.connect(str(self.control))
            wire.sendall(command.encode() + b"\n")
            return wire.makefile().readline().strip()

    def paused_run(self):
        """A run that rests after one of its first points, within the reach of this test."""
        run = subprocess.Popen([str(PROGRAM), "run", SHORT, "--meter", METER, "--ledger", str(self.ledger)],
                               cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(run.stdout.close)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        for line in run.stdout:
            if line.startswith("002 "):
                break
        self.assertRegex(self.ask("pause"), r"^paused: after point \d{3}$")
        self.await_rest()
        return run

    def await_rest(self):
        """Until the ledger grows no more: the pause has taken hold."""
        size = -1
        for _ in range(100):
            before, size = size, len(self.shown()["points"])
            if size == before:
                return
            time.sleep(0.2)
        self.fail("the run goes on though it is paused")

    def junit_counts(self):
        """Tests, failures, errors and skipped as a reader of such files counts them."""
        out = self.folder / "run.xml"
        self.say("export", "last", "--format", "junit", "-o", str(out))
        cases = [case for suite in junitparser.JUnitXml.fromfile(str(out)) for case in suite]
        count = lambda kind: sum(isinstance(result, kind) for case in cases for result in case.result)
        return len(cases), count(junitparser.Failure), count(junitparser.Error), count(junitparser.Skipped)

    def events(self, kind):
        shown = self.shown()
        return [e for e in shown["events"] + [e for p in shown["points"] for e in p["events"]] if e["kind"] == kind]

    @staticmethod
    def finished(shown):
        """Points with an error, by place: each must be there once."""
        return sorted((p["point_id"], p["position"]) for p in shown["points"] if p["error_percent"] is not None)

    def assert_same_as_unbroken(self):
        whole = self.folder / "whole.sqlite"
        self.assertEqual(self.short_run(whole).returncode, 0)
        unbroken, resumed = self.shown(ledger=whole), self.shown()
        self.assertEqual(self.finished(resumed), self.finished(unbroken))
        last = {p["point_id"]: p for p in resumed["points"]}
        for point in unbroken["points"]:
            other = last[point["point_id"]]
            self.assertEqual(other["decision"], point["decision"], point["point_id"])
            self.assertEqual(other["basis"], point["basis"], point["point_id"])
            self.assertLessEqual(abs(other["error_percent"] - point["error_percent"]), point["u_percent"])
        self.assertEqual(self.bench("verify", self.ledger).returncode, 0)

    def test_a_run_is_paused_asked_skipped_and_continued(self):
        run = self.paused_run()
        begun = len(self.shown()["points"])
        self.assertRegex(self.say("status"), rf"^paused: \[\d+/{POINTS}, .+ left\] ")
        self.assertEqual(self.say("skip"), "skipped: what comes next")
        self.assertEqual(self.say("continue"), "continued")
        rest = run.stdout.read()
        self.assertEqual(run.wait(timeout=60), 1, rest)
        shown = self.shown()
        self.assertEqual(len(shown["points"]), POINTS)
        skipped = [p for p in shown["points"] if any(e["kind"] == "skipped" for e in p["events"])]
        self.assertEqual([p["decision"] for p in skipped], ["inconclusive"])
        self.assertEqual(skipped[0]["point_id"], f"{begun + 1:03}")
        self.assertTrue(all(getpass.getuser() in e["text"] for e in self.events("skipped")))
        told = "\n".join(e["text"] for e in shown["events"])
        self.assertIn(f"paused by {getpass.getuser()}", told)
        self.assertIn(f"continued by {getpass.getuser()}", told)
        self.assertFalse(self.control.exists(), "the socket is gone with the run")
        self.assertEqual(self.junit_counts(), (POINTS + 1, 0, 1, 1), "what a person skipped; the run has not passed")

    def test_the_socket_is_its_owners_alone(self):
        run = self.paused_run()
        mode = os.stat(self.control).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        self.say("stop")
        run.wait(timeout=60)

    def test_a_stopped_run_is_130_and_goes_on_as_if_unbroken(self):
        run = self.paused_run()
        self.say("stop")
        rest = run.stdout.read()
        self.assertEqual(run.wait(timeout=60), 130, rest)
        self.assertIn("The source is off.", rest)
        before = self.finished(self.shown())
        self.assertLess(len(before), POINTS)
        tests, failures, errors, skipped = self.junit_counts()
        self.assertEqual((failures, skipped), (0, 0))
        self.assertEqual(errors, 1 + tests - 1 - len(before), "the run, and the point that was stopped")
        done = self.bench("resume", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"{POINTS - len(before)} of {POINTS} points are left", done.stdout)
        self.assertEqual(done.stdout.strip().splitlines()[-1], f"{POINTS} passes, 0 of them unverified")
        self.assertEqual(len(self.bench("runs", "--ledger", self.ledger, "--format", "json").stdout.split("run_id")), 2)
        self.assert_same_as_unbroken()

    def test_a_killed_run_goes_on_as_if_unbroken(self):
        run = self.paused_run()
        run.send_signal(signal.SIGKILL)
        run.wait(timeout=60)
        self.assertTrue(self.control.exists(), "nobody was left to take it away")
        before = len(self.finished(self.shown()))
        done = self.bench("resume", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"{POINTS - before} of {POINTS} points are left", done.stdout)
        self.assert_same_as_unbroken()

    def test_a_run_that_a_bench_fault_has_ended_goes_on(self):
        lab = self.lab("tripping", lambda text: text + "\nfaults: [{at_s: 300, of: source, do: trip}]\n")
        done = self.bench("run", SHORT, "--meter", METER, "--ledger", self.ledger, "--lab", lab)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("meterbench resume ", done.stderr)
        tests, failures, errors, skipped = self.junit_counts()
        self.assertEqual((failures, errors, skipped), (0, 2, 0), "the run, and the point that was under way")
        self.assertLess(tests, POINTS)
        done = self.bench("resume", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        points = self.shown()["points"]
        again = [p for p in points if p["attempt"] == 2]
        self.assertEqual(len(again), 1)
        self.assertEqual(self.finished(self.shown()), [(f"{i + 1:03}", "A") for i in range(POINTS)])

    def test_nothing_to_resume_is_2(self):
        self.assertEqual(self.short_run().returncode, 0)
        done = self.bench("resume", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no run is unfinished", done.stderr)
        self.assertIn("has come to its end", self.bench("resume", "last", "--ledger", self.ledger).stderr)

    def test_a_plan_that_has_changed_is_refused_with_both_hashes(self):
        scenario = self.folder / "mine.yaml"
        scenario.write_text((ROOT / SHORT).read_text(encoding="utf-8"), encoding="utf-8")
        lab = self.lab("tripping", lambda text: text + "\nfaults: [{at_s: 100, of: source, do: trip}]\n")
        done = self.bench("run", scenario, "--meter", METER, "--ledger", self.ledger, "--lab", lab)
        self.assertEqual(done.returncode, 3, done.stdout)
        text = scenario.read_text(encoding="utf-8")
        scenario.write_text(text.replace("scenario: ", "scenario: Another ", 1), encoding="utf-8")
        done = self.bench("resume", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"plan [0-9a-f]{64} then, [0-9a-f]{64} now")

    def test_a_run_under_way_is_not_resumed_a_second_time(self):
        run = self.paused_run()
        done = self.bench("resume", "--ledger", self.ledger)
        self.assertEqual(done.returncode, 2)
        self.assertIn("another program listens there", done.stderr)
        self.say("stop")
        run.wait(timeout=60)

    def test_verbs_without_a_run_are_2_and_name_the_place(self):
        for verb in ("pause", "continue", "skip", "stop", "status"):
            done = self.bench(verb, "--ledger", self.ledger)
            self.assertEqual(done.returncode, 2, verb)
            self.assertIn(str(self.control), done.stderr)
        done = self.bench("pause", "--control", self.folder / "elsewhere")
        self.assertIn("elsewhere", done.stderr)


if __name__ == "__main__":
    unittest.main()
