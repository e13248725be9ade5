"""Scenarios: of a file, or built.

A built scenario says what a YAML file says, with the same keys, so that the documentation of one holds for the other
and both have the same hash. Quantities may stand wherever YAML has a text with a unit::

    Scenario(
        "evening-check",
        title="Evening check",
        steps=[
            step("accuracy", "load-performance", current=[percent(10), percent(100)], power_factor=[1, "0.5 lag"],
                 direction="delivered", target_uncertainty=percent(0.05), limits="bench"),
        ],
    )
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from . import _engine
from .quantities import (
    ActiveEnergy,
    ActivePower,
    Angle,
    ApparentPower,
    Current,
    Frequency,
    Ratio,
    ReactivePower,
    Resistance,
    Temperature,
    TemperatureDifference,
    Time,
    Voltage,
)

_QUANTITIES = (
    ActiveEnergy, ActivePower, Angle, ApparentPower, Current, Frequency, Ratio, ReactivePower, Resistance, Temperature,
    TemperatureDifference, Time, Voltage,
)  # fmt: skip

Step = Mapping[str, Any]


def step(test: str, name: str, **keys: Any) -> dict[str, Any]:
    """One step: ``test`` is what is done (``accuracy``, ``registers``, ``starting``, ``no_load``, ``compare``, …),
    ``name`` the test's name, which also finds its limit; ``keys`` are those that the step has in YAML.
    """
    return {test: name, **keys}


def _plain(value: Any) -> Any:
    """What YAML can say."""
    if isinstance(value, _QUANTITIES):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return [_plain(item) for item in value]


class Scenario:
    """What is to be done, checked: every mistake is told at once as :class:`~meterbench.InvalidInput`."""

    def __init__(self, name: str, *, title: str, steps: Iterable[Step], **keys: Any) -> None:
        """``keys``: further ones of the file's head, as ``decision_rule`` and ``retry``."""
        content = {"scenario": title, **_plain(keys), "steps": [_plain(one) for one in steps]}
        self._yaml: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
        self._file = _engine.ScenarioFile.read(self._yaml, name)

    @classmethod
    def load(cls, path: str | os.PathLike[str], set: Mapping[str, Any] | None = None) -> Scenario:
        """Of a file, or by its path below ``scenarios/``. ``set`` replaces values by dotted path:
        ``{"steps.0.target_uncertainty": percent(0.1)}``.
        """
        return cls._of(_engine.ScenarioFile.load(os.fspath(path), _settings(set)), "")

    @classmethod
    def read(cls, text: str, name: str, set: Mapping[str, Any] | None = None) -> Scenario:
        """Of YAML text; ``name`` stands for a file in messages."""
        return cls._of(_engine.ScenarioFile.read(text, name, _settings(set)), text)

    @classmethod
    def _of(cls, file: _engine.ScenarioFile, text: str) -> Scenario:
        scenario = cls.__new__(cls)
        scenario._file = file
        scenario._yaml = text
        return scenario

    @property
    def name(self) -> str:
        """Of the file, without its ending."""
        return self._file.name

    @property
    def title(self) -> str:
        return self._file.title

    @property
    def sha256(self) -> str:
        """Of what it says: comments, order of keys and ways of writing do not show."""
        return self._file.sha256

    def to_yaml(self) -> str:
        """The text of a scenario that was built or read from text; empty for one of a file."""
        return self._yaml

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {self.title}>"


def _settings(set: Mapping[str, Any] | None) -> dict[str, str]:
    def text(value: Any) -> str:
        plain = _plain(value)
        if isinstance(plain, str):
            return plain
        return str(yaml.safe_dump(plain, default_flow_style=True, width=10_000)).removesuffix("\n...\n").strip()

    return {key: text(value) for key, value in (set or {}).items()}
