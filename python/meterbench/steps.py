"""What a function of a step ``python`` works with.

In the scenario::

    - python: magnet
      function: magnet.py:try_magnet      # beside the scenario
      arguments: {current_a: 10}
      time_limit: 2 min                   # by the machine's clock; it is ended then

and in ``magnet.py``::

    from meterbench import amperes, minutes, volts

    def try_magnet(bench, current_a):
        bench.apply(volts(240), amperes(current_a))
        ...
        return True

It runs in a process of its own. The load that it puts on is watched as any other; it goes off when the function is over,
however that comes about. What a function answers is ``True`` (or None: nothing is wrong), ``False``, an :class:`Outcome`, or
one of these by position. What it raises, and a time limit that passes, is no verdict: the result is inconclusive, with why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Union

from . import faults
from .quantities import (
    ActiveEnergy,
    ActivePower,
    Angle,
    Current,
    Frequency,
    Time,
    Voltage,
    hertz,
    seconds,
    watt_hours,
    watts,
)
from .station import power_factor_text


class CannotTell(Exception):
    """Raised by a function that cannot decide: the result is inconclusive, with what it says."""


@dataclass(frozen=True)
class Outcome:
    """``decision``: pass, fail or inconclusive; ``text`` tells a person what was seen."""

    decision: str
    text: str = ""


Answer = Union[bool, None, Outcome]


@dataclass(frozen=True)
class Seen:
    """What the reference sees; ``active`` by its own definition."""

    active: ActivePower
    frequency: Frequency
    circuits: list[dict[str, float]]


@dataclass(frozen=True)
class Registers:
    """Of a meter; None where it has no such register."""

    delivered: ActiveEnergy | None
    received: ActiveEnergy | None
    step: ActiveEnergy


class Line(Protocol):
    """To the bench."""

    def send(self, message: dict[str, Any]) -> None: ...

    def receive(self) -> dict[str, Any]: ...


class Bench:
    """The bench, for as long as the function lasts. Calls wait; each fault is an exception as of a station."""

    def __init__(self, line: Line, step: str, meters: dict[str, dict[str, Any]]) -> None:
        self._line = line
        self.step = step
        """Name of the test."""
        self.meters = meters
        """By position: ``type``, ``form``, ``class_amperes_a``, ``nominal_voltage_v``, ``maximum_current_a``, ``kt_wh``."""

    @property
    def positions(self) -> list[str]:
        return list(self.meters)

    def apply(
        self,
        voltage: Voltage,
        current: Current,
        *,
        lag: Angle | None = None,
        power_factor: str | float | None = None,
        direction: str = "delivered",
        circuit: str = "series",
    ) -> None:
        """As :meth:`meterbench.Source.apply`; the load before goes off first."""
        self._ask(
            "apply",
            voltage_v=voltage.value,
            current_a=current.value,
            power_factor=power_factor_text(lag, power_factor),
            direction=direction,
            circuit=circuit,
        )

    def off(self) -> None:
        """The load goes off."""
        self._ask("off")

    def wait(self, time: Time) -> None:
        """Lets bench time pass. Use it in place of ``time.sleep``: simulated time stands still while a function computes."""
        self._ask("wait", time_s=time.value)

    def reference(self) -> Seen:
        """What the reference sees now."""
        seen = self._ask("read_reference")
        return Seen(watts(seen["active_power_w"]), hertz(seen["frequency_hz"]), seen["circuits"])

    def registers(self, position: str) -> Registers:
        """Energy delivered and received, over the optical port."""
        told = self._ask("read_registers", position=position)

        def energy(key: str) -> ActiveEnergy | None:
            return None if told[key] is None else watt_hours(told[key])

        return Registers(energy("delivered_wh"), energy("received_wh"), watt_hours(told["step_wh"]))

    def display(self, position: str) -> str:
        """What the meter shows; empty when it is dark."""
        return str(self._ask("read_display", position=position))

    def press(self, position: str, switch: str, duration: Time | None = None) -> None:
        """``demand_reset``, ``test_mode``, ``display_scroll``, ``disconnect``: held for ``duration`` (0.5 s without)."""
        held = seconds(0.5) if duration is None else duration
        self._ask("press", position=position, switch=switch, duration_s=held.value)

    def _ask(self, what: str, **with_what: Any) -> Any:
        self._line.send({"ask": what, **with_what})
        told = self._line.receive()
        if "fault" in told:
            f = told["fault"]
            raise faults.of(f["code"], f["device"], f["command"], f["reply"], f["elapsed_s"])
        return told["answer"]


def results(answer: Answer | Mapping[str, Answer], positions: list[str]) -> dict[str, dict[str, str]]:
    """What a function answered, for each position. Raises :class:`CannotTell` for what is no answer."""
    by_position = answer if isinstance(answer, Mapping) else {position: answer for position in positions}
    unknown = set(by_position) - set(positions)
    if unknown:
        raise CannotTell(f"the function answers for {', '.join(sorted(map(str, unknown)))}, where no meter is")
    return {position: _said(one) for position, one in by_position.items()}


def _said(answer: Answer) -> dict[str, str]:
    if answer is None or answer is True:
        return {"decision": "pass", "text": ""}
    if answer is False:
        return {"decision": "fail", "text": "the function says no"}
    if isinstance(answer, Outcome) and answer.decision in ("pass", "fail", "inconclusive"):
        return {"decision": answer.decision, "text": answer.text}
    raise CannotTell(f"the function answers {answer!r}: True, False, None or an Outcome of pass, fail or inconclusive")
