"""config/schemas/lab.schema.json against the labs that are shipped, and against labs made wrong.

Usage: lab_schema_test.py ROOT
"""

import copy
import pathlib
import sys
import unittest

import jsonschema
import yaml

ROOT = pathlib.Path(sys.argv.pop(1))


class Loader(yaml.SafeLoader):
    """YAML as editors read it: a date is a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def validator():
    schema = yaml.safe_load((ROOT / "config/schemas/lab.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def labs():
    return {path.stem: yaml.load(path.read_text(encoding="utf-8"), Loader)
            for path in sorted((ROOT / "config/labs").glob("*.yaml"))}


class LabSchema(unittest.TestCase):
    def test_shipped_labs_are_valid(self):
        self.assertLessEqual({"default", "ideal", "drawn"}, set(labs()))
        for name, lab in labs().items():
            self.assertEqual([error.message for error in validator().iter_errors(lab)], [], name)

    def test_the_ideal_lab_has_no_error_and_no_distribution(self):
        ideal = labs()["ideal"]
        for numbers in (ideal["meter"], ideal["standard"], ideal["positions"], ideal.get("pickup", {}),
                        *ideal["instruments"].values()):
            for key, value in numbers.items():
                if key not in ("model", "inputs", "outputs"):
                    self.assertEqual(value, 0, key)

    def test_the_default_lab_has_no_distribution(self):
        default = labs()["default"]
        for numbers in (default["meter"], default["standard"], default["positions"], default["pickup"],
                        default["room"], *default["instruments"].values()):
            for key, value in numbers.items():
                self.assertTrue(key in ("inputs", "outputs") or not isinstance(value, dict), key)

    def test_slips_are_invalid(self):
        def meter(key, value):
            return lambda lab: lab["meter"].update({key: value})

        def fault(**keys):
            return lambda lab: lab.update({"faults": [keys]})

        def counter_input(name, signal):
            return lambda lab: lab["instruments"]["counter"]["inputs"].update({name: signal})

        normal = {"normal": {"mean": 0, "sd": 1}}
        slips = {
            "unknown key": lambda lab: lab.update({"metre": {}}),
            "unknown number": meter("gain", 0),
            "text for a number": meter("gain_percent", "0.1 %"),
            "beyond its bounds": meter("gain_percent", 80),
            "unknown distribution": meter("gain_percent", {"norml": {"mean": 0, "sd": 1}}),
            "two distributions": meter("gain_percent", {**normal, "uniform": {"low": 0, "high": 1}}),
            "normal without sd": meter("gain_percent", {"normal": {"mean": 0}}),
            "sd below 0": meter("gain_percent", {"normal": {"mean": 0, "sd": -1}}),
            "empty sum": meter("gain_percent", {"sum": []}),
            "no start": lambda lab: lab.pop("starts_utc"),
            "start that is no time": lambda lab: lab.update({"starts_utc": "today"}),
            "unknown model": lambda lab: lab["instruments"]["source"].update({"model": "scpi_sorce"}),
            "number of another model": lambda lab: lab["instruments"]["source"].update({"gain_percent": 0}),
            "input that there is not": counter_input("input_8", "led.A"),
            "signal that there is not": counter_input("input_0", "pulses"),
            "fault at no time": fault(of="source", do="trip"),
            "fault at two times": fault(at_s=1, command=1, of="source", do="trip"),
            "fault of nobody": fault(at_s=1, do="trip"),
        }
        for name, slip in slips.items():
            lab = copy.deepcopy(labs()["default"])
            slip(lab)
            self.assertFalse(validator().is_valid(lab), name)

    def test_what_the_design_shows_is_valid(self):
        lab = labs()["default"]
        lab["meter"]["gain_percent"] = {"normal": {"mean": 0.05, "sd": 0.02}}
        lab["meter"]["clock_ppm"] = {"sum": [{"uniform": {"low": -5, "high": 5}}, 1]}
        lab["faults"] = [{"at_s": 300, "of": "source", "do": "trip"},
                         {"command": 12, "of": "reference", "do": "bad_checksum"}]
        self.assertEqual([error.message for error in validator().iter_errors(lab)], [])


if __name__ == "__main__":
    unittest.main()
