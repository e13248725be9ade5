#!/usr/bin/python3
"""Scenarios that are built say, and hash, what their YAML says."""

import tempfile
import unittest
from pathlib import Path

from meterbench import InvalidInput, Scenario, amperes, celsius, hours, kelvins, minutes, percent, step

YAML = """\
# an evening's check
scenario: Evening check
decision_rule: guarded
retry: {inconclusive: 1}
steps:
  - soak: 30 °C
    band: 2 K
    at_least: 90 min
  - accuracy: load-performance
    current: [2 A, 25 %]   # of Imax
    power_factor: ["1", 0.5 lag]
    direction: delivered
    target_uncertainty: 0.05 %
    limits: bench
"""


def built(**changes):
    accuracy = {
        "current": [amperes(2), percent(25)], "power_factor": [1, "0.5 lag"], "direction": "delivered",
        "target_uncertainty": percent(0.05), "limits": "bench", **changes,
    }  # fmt: skip
    return Scenario(
        "evening",
        title="Evening check",
        decision_rule="guarded",
        retry={"inconclusive": 1},
        steps=[
            {"soak": celsius(30), "band": kelvins(2), "at_least": hours(1.5)},
            step("accuracy", "load-performance", **accuracy),
        ],
    )


class BuiltScenario(unittest.TestCase):
    def test_has_the_hash_of_its_yaml(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "evening.yaml")
            path.write_text(YAML)
            self.assertEqual(built().sha256, Scenario.load(path).sha256)
            path.write_text(built().to_yaml())
            self.assertEqual(built().sha256, Scenario.load(path).sha256)
        self.assertEqual(built().sha256, Scenario.read(YAML, "x").sha256)

    def test_has_another_hash_when_it_says_something_else(self):
        self.assertNotEqual(built().sha256, built(current=[amperes(2), percent(26)]).sha256)

    def test_is_one_with_its_yaml_in_which_values_are_replaced(self):
        changed = Scenario.read(YAML, "x", {"steps.1.target_uncertainty": percent(0.1), "steps.0.at_least": minutes(60)})
        self.assertNotEqual(changed.sha256, built().sha256)
        again = Scenario.read(YAML.replace("0.05 %", "0.1 %").replace("90 min", "1 h"), "x")
        self.assertEqual(changed.sha256, again.sha256)
        of_a_list = Scenario.read(YAML, "x", {"steps.1.current": [amperes(2), percent(25)]})
        self.assertEqual(of_a_list.sha256, built().sha256)

    def test_tells_all_mistakes_at_once(self):
        with self.assertRaises(InvalidInput) as caught:
            built(current="2 V", direction="sideways", curent=1)
        message = str(caught.exception)
        self.assertRegex(message, r"(?m)^evening:\d+:\d+: ")
        self.assertIn("sideways", message)
        self.assertIn("did you mean 'current'", message)
        self.assertGreaterEqual(len(message.strip().splitlines()), 3)

    def test_of_no_file_is_told(self):
        with self.assertRaisesRegex(InvalidInput, "no scenario 'nowhere'"):
            Scenario.load("nowhere")


if __name__ == "__main__":
    unittest.main()
