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
    "station": "config/stations/*.yaml",
    "scenario": "scenarios/**/*.yaml",
}
# Keys that a file may do without.
OPTIONAL = {"description", "latency_s", "options", "module", "decision_rule", "voltage", "frequency", "profile",
            "maximum_voltage", "room_temperature", "lab", "photo_head", "switches", "demand_reset", "test_mode", "display_scroll",
            "disconnect", "optical_port", "chamber", "interlock", "pickups", "counter", "reference_input", "led_input",
            "reference_reading", "method"}
OPTIONAL_OF_A_SOAK = {"band", "at_least", "limit", "check_load", "power_factor"}
QUANTITY = re.compile(r"^[0-9.]+ (V|A|Wh|Hz|us|s|%)$")


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
    """Each map, list and value of a document with its path."""
    yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def changed(document, path, change):
    """A copy with change(map or list, key) done at a path."""
    result = copy.deepcopy(document)
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return result


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
                if path[-2:-1] in (("positions",), ("switches",)):  # the keys are names of positions
                    continue
                of_a_soak = path[0] == "steps" and len(path) > 2 and "soak" in document["steps"][path[1]]
                if of_a_soak and path[-1] in OPTIONAL_OF_A_SOAK:
                    continue
                if name == "bench.yaml" and path[-1] == "power_factor":  # without it: at any power factor
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
            step = next(step for step in document["steps"] if "accuracy" in step)
            step["pulses"] = 20
            self.assertFalse(check.is_valid(document))
            del step["target_uncertainty"]
            self.assertTrue(check.is_valid(document))

    def test_a_quoted_limit_needs_clause_and_edition(self):
        check = validator("limits")
        for _, document in documents("limits"):
            document["limits"][0]["mark"] = "read"
            self.assertFalse(check.is_valid(document))
            document["limits"][0].update({"clause": "1", "edition": "2020"})
            self.assertTrue(check.is_valid(document))


if __name__ == "__main__":
    unittest.main()
