"""The JSON Schemas of config/schemas against the files that are shipped, and against files made wrong.

Usage: schemas_test.py ROOT
"""

import copy
import pathlib
import re
import sys
import unittest

import jsonschema
import yaml

ROOT = pathlib.Path(sys.argv.pop(1))

SHIPPED = {
    "meter": "config/meters/*.yaml",
    "limits": "config/limits/*.yaml",
    "waveform": "config/waveforms/*.yaml",
    "station": "config/stations/**/*.yaml",
    "scenario": "scenarios/**/*.yaml",
}
# Keys that a file may do without.
OPTIONAL = {"description", "latency_s", "options", "module", "decision_rule", "voltage", "frequency", "profile",
            "maximum_voltage", "room_temperature", "lab", "photo_head", "switches", "demand_reset", "test_mode", "display_scroll",
            "disconnect", "supply", "optical_port", "log_on", "user_id", "user_name", "password", "filler", "chamber", "interlock", "pickups", "counter", "reference_input", "led_input",
            "reference_reading", "reference_harmonics", "isolation", "source_accuracy", "angle", "stability", "wiring", "interim_checks", "weekly", "yearly",
            *(f"counter_{n}" for n in range(2, 7)), "method", "rated_voltages", "voltage_burden", "current_impedance",
            "check", "register_account", "label", "circuit", "leg_2", "service", "voltage_split", "recovery", "time",
            "intervals", "clock_change", "reversals", "power_cut", "influence_coefficients", "temperature_percent_per_k", "voltage_percent_per_percent", "current_percent_per_percent", "angle_percent_per_degree",
            "frequency_percent_per_percent", "waveform", "source_distortion", "thermometer", "room", "reference_correlation", "isolation_correlation", "retry", "direct_current", "peak_voltage", "peak_current",
            "isolation_transformers",
            "repeat", "every", "rest", "varies", "times", "pause", "dips", "time_limit", "gate", "margins", "runs", "baseline", "candidate"}
FREE = {"arguments"}  # of a step `python`: any keys, its function's own
CONDITIONS_OF_A_LIMIT = {"current", "power_factor", "temperature", "voltage", "connection", "at_least", "above", "at_most",
                         "below"}
OPTIONAL_OF_A_HARMONIC = {"voltage", "voltage_phase", "current", "current_phase"}
OPTIONAL_OF_A_SOAK = {"band", "at_least", "limit", "check_load", "power_factor"}
QUANTITY = re.compile(r"^[0-9.]+ (V|A|VA|Wh|Hz|us|s|min|h|°|°C|K|mΩ|%)$")


class Loader(yaml.SafeLoader):
    """YAML as editors read it: a date is a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def documents(kind):
    for path in sorted(ROOT.glob(SHIPPED[kind])):
        yield path, yaml.load(path.read_text(encoding="utf-8"), Loader)


def validator(kind):
    schema = yaml.safe_load((ROOT / f"config/schemas/{kind}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def places(node, path=()):
    """Each map, list and value of a document that a schema rules over, with its path; of many positions, all alike,
    the first few."""
    yield path, node
    if path == ("positions",):
        node = dict(list(node.items())[:8])
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key not in FREE:
            yield from places(child, (*path, key))


def changed(document, path, change):
    """A copy with change(map or list, key) done at a path."""
    result = copy.deepcopy(document)
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return result


def of_soak_conditions(document, path):
    """Whether a path lies in the conditions of a soak: in a step `soak` or beside the steps of `at_temperatures`."""
    if path[0] != "steps" or len(path) < 3:
        return False
    return not {"soak", "at_temperatures"}.isdisjoint(document["steps"][path[1]]) and path[2] != "steps"


def of_own_criterion(document, path):
    """Whether a path lies in a step that has a criterion in itself where it names no limits."""
    step = document
    for key in path[:-1]:
        step = step[key]
    return path[0] == "steps" and not {"starting", "no_load"}.isdisjoint(step)


def accuracy_steps(document):
    """All steps `accuracy`, those below `at_temperatures` too."""
    for step in document["steps"]:
        yield from (one for one in (step, *step.get("steps", ())) if "accuracy" in one)


class Schemas(unittest.TestCase):
    def each(self):
        for kind in SHIPPED:
            check = validator(kind)
            files = list(documents(kind))
            self.assertTrue(files, f"no file of kind {kind}")
            for path, document in files:
                yield check, path.name, document

    def test_shipped_files_are_valid(self):
        for check, name, document in self.each():
            self.assertEqual([e.message for e in check.iter_errors(document)], [], name)

    def test_an_unknown_key_is_invalid_at_any_depth(self):
        for check, name, document in self.each():
            for path, node in places(document):
                if isinstance(node, dict):
                    wrong = changed({"root": document}, ("root", *path, "unknown_key"), lambda m, k: m.update({k: 0}))
                    self.assertFalse(check.is_valid(wrong["root"]), f"{name}: {path}")

    def test_a_missing_key_is_invalid(self):
        for check, name, document in self.each():
            for path, _ in places(document):
                if not path or isinstance(path[-1], int) or path[-1] in OPTIONAL:
                    continue
                if path[-2:-1] in (("positions",), ("switches",), ("margins",)):  # the keys are names
                    continue
                if of_soak_conditions(document, path) and path[-1] in OPTIONAL_OF_A_SOAK:
                    continue
                if path[0] == "harmonics" and path[-1] in OPTIONAL_OF_A_HARMONIC:
                    continue
                if path[0] == "limits" and path[-1] in CONDITIONS_OF_A_LIMIT:  # without it: whatever the load
                    continue
                if path[-1] == "limits" and of_own_criterion(document, path):
                    continue
                if path[0] == "steps" and path[-1] == "waveform":  # without it: a sine
                    continue
                if path == ("certificate",):  # of a meter: a certified standard's
                    continue
                wrong = changed(document, path, lambda m, k: m.pop(k))
                self.assertFalse(check.is_valid(wrong), f"{name}: {path}")

    def test_a_quantity_without_its_unit_is_invalid(self):
        for check, name, document in self.each():
            for path, node in places(document):
                if isinstance(node, str) and QUANTITY.match(node):
                    for text in (node.split()[0], node + "x", "nan " + node.split()[1]):
                        wrong = changed(document, path, lambda m, k, text=text: m.__setitem__(k, text))
                        self.assertFalse(check.is_valid(wrong), f"{name}: {path}: {text}")

    def test_a_scenario_has_either_a_target_or_pulses(self):
        check = validator("scenario")
        for _, document in documents("scenario"):
            for step in accuracy_steps(document):
                aim = {key: step.pop(key) for key in ("target_uncertainty", "pulses") if key in step}
                self.assertFalse(check.is_valid(document))
                step.update({"target_uncertainty": "0.1 %", "pulses": 20})
                self.assertFalse(check.is_valid(document))
                for other in ("target_uncertainty", "pulses"):
                    value = step.pop(other)
                    self.assertTrue(check.is_valid(document))
                    step[other] = value
                del step["target_uncertainty"], step["pulses"]
                step.update(aim)

    def test_leg_2_belongs_to_legs_alone(self):
        check = validator("scenario")
        load = {"current": "50 %", "power_factor": 1, "direction": "received"}
        for circuit, right in (("legs", True), (["series", "legs"], True), ("series", False), (["coil_1"], False)):
            step = {"accuracy": "a", "current": "1 A", "power_factor": 1, "direction": "delivered", "pulses": 1,
                    "limits": "b", "circuit": circuit}
            document = {"scenario": "x", "steps": [step]}
            self.assertEqual(check.is_valid(document), not right, circuit)
            step["leg_2"] = load
            self.assertEqual(check.is_valid(document), right, circuit)

    def test_a_comparison_is_of_two_steps_or_of_the_time_under_one(self):
        check = validator("scenario")
        two, one = {"first": "a", "second": "b"}, {"of": "a"}
        for varies, right, wrong in (({}, two, one), ({"varies": "voltage"}, two, one), ({"varies": "time"}, one, two)):
            for labels, valid in ((right, True), (wrong, False), ({**one, **two}, False), ({}, False)):
                step = {"compare": "x", "limits": "b", **varies, **labels}
                self.assertEqual(check.is_valid({"scenario": "x", "steps": [step]}), valid, step)

    def test_voltages_of_legs_are_a_pair(self):
        check = validator("scenario")
        for text, right in (("122 V / 118 V", True), ("122V/118V", True), ("122 V", False), ("122 / 118 V", False)):
            step = {"accuracy": "a", "current": "1 A", "power_factor": 1, "direction": "delivered", "pulses": 1,
                    "limits": "b", "voltage_split": text}
            self.assertEqual(check.is_valid({"scenario": "x", "steps": [step]}), right, text)

    def test_harmonics_are_those_that_the_virtual_meter_can_see(self):
        check = validator("waveform")
        for _, document in documents("waveform"):
            for order in (-1, 0, 1, 32, 101) if "harmonics" in document else ():
                document["harmonics"][0]["order"] = order
                self.assertFalse(check.is_valid(document), order)

    def test_a_waveform_has_one_shape(self):
        shapes = {"harmonics": [{"order": 3, "current": "5 %"}], "conducts": ["90 °..180 °"], "burst": {"periods": 2, "pause": 2}}
        check = validator("waveform")
        for one, shape in shapes.items():
            document = {"waveform": "a", "source": "b", "mark": "criterion", one: shape}
            self.assertTrue(check.is_valid(document), one)
            for other in shapes.keys() - {one}:
                self.assertFalse(check.is_valid({**document, other: shapes[other]}), (one, other))

    def test_a_part_of_a_period_has_two_ends_with_their_units(self):
        check = validator("waveform")
        for text, right in (("90 °..180 °", True), ("0°..3.14 rad", True), ("90..180", False), ("90 °", False), ("-9 °..1 °", False)):
            document = {"waveform": "a", "source": "b", "mark": "criterion", "conducts": [text]}
            self.assertEqual(check.is_valid(document), right, text)

    def test_what_harmonics_do_to_a_reference_is_stated_with_its_origin(self):
        check = validator("station")
        for _, document in documents("station"):
            document["uncertainty"]["reference_harmonics"] = {"half_width": "0.03 %", "origin": "a certificate"}
            self.assertTrue(check.is_valid(document))
            del document["uncertainty"]["reference_harmonics"]["origin"]
            self.assertFalse(check.is_valid(document))

    def test_a_quoted_limit_needs_clause_and_edition(self):
        check = validator("limits")
        for _, document in documents("limits"):
            for limit in (limit for limit in document["limits"] if limit["mark"] == "criterion"):
                limit["mark"] = "read"
                self.assertFalse(check.is_valid(document))
                limit.update({"clause": "1", "edition": "2020"})
                self.assertTrue(check.is_valid(document))

    def limits_with(self, **fields):
        row = {"test": "a", "limit": "1 %", "source": "b", "mark": "criterion", **fields}
        return validator("limits").is_valid({"limits": [row]})

    def test_a_limit_is_one_of_five_kinds(self):
        for text in ("0.5 %", "+2 % / -3 %", "0.05 %/K", "1 pulse", "3 pulses", "starts"):
            self.assertTrue(self.limits_with(limit=text), text)
        for text in ("0.5", "0.05/K", "2 % / 3", "1.5 pulses", "pulse", "begins", "0.05 %/h"):
            self.assertFalse(self.limits_with(limit=text), text)

    def test_a_condition_is_a_value_or_a_range(self):
        for current in ("Imax", "10 % of Ib", {"at_least": "5 % of In", "below": "Itr"}, {"above": "CL"}):
            self.assertTrue(self.limits_with(current=current), current)
        for current in ("5 A", "10 %", "10 % of Ix", {}, {"at_least": "In", "above": "In"}, {"from": "In"}):
            self.assertFalse(self.limits_with(current=current), current)
        self.assertTrue(self.limits_with(power_factor={"from": "0.5 lag", "to": "0.8 lead"}))
        self.assertFalse(self.limits_with(power_factor={"from": "0.5 lag"}))
        self.assertTrue(self.limits_with(temperature={"above": "-25 °C", "at_most": "-10 °C"}))
        self.assertFalse(self.limits_with(temperature={"above": "-25"}))
        self.assertFalse(self.limits_with(connection="series"))

    def test_a_figure_of_uncertain_digits_cannot_be_written(self):
        quoted = {"clause": "1", "edition": "2020"}
        self.assertTrue(self.limits_with(mark="knowledge", **quoted))
        self.assertFalse(self.limits_with(mark="knowledge-low", **quoted))


if __name__ == "__main__":
    unittest.main()
