"""A station with the meters on it.

The instruments live on a thread of their own; every call waits for it, without the interpreter's lock. Ctrl-C asks the
bench to stop: what is under way ends, the source goes off, then :class:`KeyboardInterrupt` is raised.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any

from . import _engine
from .faults import BenchFault, InvalidInput
from .quantities import Angle, Current, Frequency, Ratio, Temperature, Time, Voltage, seconds
from .scenario import Scenario, step

Plan = _engine.Plan
Point = _engine.Point


class Station:
    """An open station: ``with Station.open("virtual") as bench: …``. Its end takes every load off."""

    def __init__(self, engine: _engine.Bench) -> None:
        """See :meth:`open`."""
        self._engine = engine
        self.source = Source(self)
        self.reference = Reference(self)
        self.chamber = Chamber(self)

    @classmethod
    def open(
        cls,
        station: str | os.PathLike[str] = "virtual",
        *,
        meters: str | Mapping[str, str] = "focus-ax-2s-cl200",
        lab: str | os.PathLike[str] = "",
        seed: int = 1,
        firmware: str | os.PathLike[str] = "",
        ledger: str | os.PathLike[str] | None = None,
    ) -> Station:
        """Opens a station by name (of ``config/stations``) or file.

        ``meters``: a type for the first position, or types by position: ``{"A": "focus-ax-2s-cl200"}``, ``"*"`` for all
        others. ``lab``, ``seed`` and ``firmware`` (an image, a version or ``host``) are those of a virtual lab; the
        station's own lab without. ``ledger``: the SQLite file of the results, ``METERBENCH_LEDGER`` or
        ``meterbench.sqlite`` in the current folder without. Opens no link yet. Raises :class:`InvalidInput`.
        """
        types = meters if isinstance(meters, str) else ",".join(f"{at}={name}" for at, name in meters.items())
        return cls(
            _engine.Bench(
                os.fspath(station),
                types,
                os.fspath(lab),
                seed,
                os.fspath(firmware),
                None if ledger is None else os.fspath(ledger),
            )
        )

    def close(self) -> None:
        """Stops a run, takes a load off and lets the instruments go. Any number of times."""
        self._engine.close()

    def __enter__(self) -> Station:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What it is.

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def simulated(self) -> bool:
        """Whether anything at the far end of a link is. Its results are no evidence about any FOCUS AX."""
        return self._engine.simulated

    @property
    def ledger(self) -> str:
        """Path of the SQLite file of its results."""
        return self._engine.ledger

    @property
    def meters(self) -> dict[str, str]:
        """Types by position."""
        return self._engine.meters

    @property
    def instruments(self) -> list[dict[str, Any]]:
        """Role, driver, address, far end and certificate of each; the identity once it was asked."""
        return self._engine.instruments()

    @property
    def time(self) -> Time:
        """Bench time, real or simulated, since the station was opened."""
        return seconds(self._engine.now_s())

    @property
    def utc(self) -> str:
        """Label of the present moment; in a virtual lab the lab's own."""
        return self._engine.utc()

    def meter(self, position: str | None = None) -> Meter:
        """The meter at ``position``; the first one without. Raises :class:`KeyError` where there is none."""
        at = next(iter(self.meters)) if position is None else position
        if at not in self.meters:
            raise KeyError(f"no meter at position {at}; there are meters at {', '.join(self.meters)}")
        return Meter(self, at)

    # What it does.

    def wait(self, time: Time) -> None:
        """Lets bench time pass, under the load that stands or without one. Raises what goes wrong meanwhile; the load
        is off then.
        """
        self._engine.stand(time)

    def plan(self, scenario: Scenario | str | os.PathLike[str]) -> Plan:
        """The points of a scenario for these meters on this station, in running order; no link is opened. Raises
        :class:`InvalidInput` with every mistake.
        """
        return self._engine.plan(_file_of(scenario))

    def run(self, plan: Plan | Scenario | str | os.PathLike[str]) -> Run:
        """Begins a run and answers it; iterate over it to see its points as they end. Takes a load put on by hand off
        first, and ends with the source off.
        """
        prepared = plan if isinstance(plan, Plan) else self.plan(plan)
        return Run(self._engine.run(prepared), prepared, self)

    def measure(self, one_step: Mapping[str, Any], *, name: str = "by-hand") -> list[Point]:
        """Carries one step out, as a run of its own, and answers the last attempt of each result. Its passes are
        unverified, since LED and registers are not compared over so little energy.
        """
        scenario = Scenario(name, title="Measured by hand", register_account="waived", steps=[one_step])
        run = self.run(scenario)
        run.finish()
        return run.points

    def measure_error(
        self,
        *,
        target_uncertainty: Ratio | None = None,
        pulses: int | None = None,
        position: str | None = None,
        test: str = "load-performance",
        limits: str = "bench",
    ) -> Point:
        """The percent error of one meter's test LED at the load that :meth:`Source.apply` was given last, as a run of
        its own: same plan, same budget, same record. ``target_uncertainty`` is the expanded one (95.45 %); or a number
        of ``pulses``. ``limits`` and ``test`` find what it is held against. The source is off afterwards. Raises
        :class:`InvalidInput` where the target is below what the station can reach.
        """
        load = self.source.set_point
        if load is None:
            raise InvalidInput("no load was applied yet: source.apply(volts(240), amperes(30))")
        aim: dict[str, Any] = {"pulses": pulses} if pulses is not None else {"target_uncertainty": target_uncertainty}
        if (pulses is None) == (target_uncertainty is None):
            raise InvalidInput("either target_uncertainty or pulses is needed")
        at = position if position is not None else next(iter(self.meters))
        for point in self.measure(step("accuracy", test, **load, **aim, limits=limits), name="measure-error"):
            if point.position == at:
                return point
        raise InvalidInput(f"position {at} has no meter; there are meters at {', '.join(self.meters)}")

    def __repr__(self) -> str:
        return f"<Station {self.name}>" if self._engine.is_open else "<Station, closed>"


class Source:
    """The programmable source, by hand: hardware limits are set, the interlock is armed and the load is watched as in a
    run. Whatever goes wrong takes it off, and the next call raises what it was.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self.set_point: dict[str, Any] | None = None
        """What :meth:`apply` was given last, as a scenario says it; None before."""

    def apply(
        self,
        voltage: Voltage,
        current: Current,
        *,
        lag: Angle | None = None,
        power_factor: str | float | None = None,
        direction: str = "delivered",
        circuit: str = "series",
        frequency: Frequency | None = None,
    ) -> None:
        """Puts a load on and waits until the reference sees it there.

        ``lag``: angle by which the current lags the voltage, below 90° either way; or ``power_factor``: ``1``,
        ``"0.5 lag"``, ``"0.8 lead"``. ``direction``: ``delivered`` or ``received``. ``circuit``: ``series``, ``coil_1``,
        ``coil_2``, ``opposed``. ``frequency``: the meter's nominal without. Raises :class:`OutOfRangeFault` before a byte
        leaves where station, source or a meter cannot bear it.
        """
        factor = power_factor_text(lag, power_factor)
        engine = self._station._engine
        self.set_point = {
            "voltage": voltage,
            "current": current,
            "power_factor": factor,
            "direction": direction,
            "circuit": circuit,
            **({} if frequency is None else {"frequency": frequency}),
        }
        engine.apply(voltage, current, factor, direction, circuit, frequency)

    def off(self) -> None:
        """All off, confirmed by reading the source's state back. In any state, any number of times."""
        self._station._engine.off()

    @property
    def is_on(self) -> bool:
        """Whether a load that was put on by hand stands."""
        return self._station._engine.is_on()


class Reference:
    """The reference standard."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def read(self) -> _engine.ReferenceReading:
        """What it sees now."""
        return self._station._engine.read()


class Chamber:
    """The temperature chamber. Scenarios soak by themselves; this is for by hand."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def read(self) -> _engine.ChamberReading:
        """Air, body where a sensor is on it, set point."""
        return self._station._engine.chamber_read()

    def condition(self, target: Temperature) -> None:
        """Towards ``target``; done once the controller has it, not once the meters are there."""
        self._station._engine.chamber_condition(target)

    def stop(self) -> None:
        """No heating or cooling."""
        self._station._engine.chamber_stop()


class Meter:
    """One meter: over its optical port, and by the fingers and eyes of the bench. Dictionaries have keys that end in
    their unit, as ``meterbench meter … --format json``.
    """

    def __init__(self, station: Station, position: str) -> None:
        self._engine = station._engine
        self.position = position

    @property
    def type(self) -> dict[str, Any]:
        """Form, rating and constants by its file: ``form``, ``class_amperes``, ``nominal_voltage``, ``kt``, …"""
        return self._engine.meter_type(self.position)

    def identity(self) -> _engine.MeterIdentity:
        return self._engine.meter_identity(self.position)

    def registers(self) -> _engine.MeterRegisters:
        """Energy delivered and received."""
        return self._engine.meter_registers(self.position)

    def billing(self) -> dict[str, Any]:
        """All registers: energies and demands, of this period and of those before."""
        return self._engine.meter_billing(self.position)

    def present(self) -> dict[str, Any]:
        """Present values: voltages, currents, powers, the demand of the interval under way."""
        return self._engine.meter_present(self.position)

    def status(self) -> dict[str, Any]:
        """Mode, flags, disconnect, seal."""
        return self._engine.meter_status(self.position)

    def log(self) -> dict[str, Any]:
        """Event log and history."""
        return self._engine.meter_log(self.position)

    def profile(self) -> dict[str, Any]:
        """What it records in intervals."""
        return self._engine.meter_profile(self.position)

    def clock(self, *, utc_offset_h: float = 0.0) -> dict[str, Any]:
        """Its clock against the bench's, whose local time is ``utc_offset_h`` ahead of UTC."""
        return self._engine.meter_clock(self.position, utc_offset_h)

    def set_clock(self, local_time: datetime) -> None:
        """To whole seconds. Takes a password that may (``METERBENCH_METER_PASSWORD`` or the station file)."""
        self.procedure("set-clock", local_time.strftime("%Y-%m-%d %H:%M:%S"))

    def tables(self, *numbers: int) -> dict[int, bytes]:
        """Tables of ANSI C12.19 as they are on the wire; the manufacturer's have 2048 added."""
        return self._engine.meter_tables(self.position, list(numbers))

    def procedure(self, name: str, parameter: str = "") -> None:
        """``demand-reset``, ``test-mode`` with ``on`` or ``off``, ``disconnect`` with ``open`` or ``close``, ``self-read``,
        … Raises :class:`RefusedFault`, in words, where the meter refuses. What wipes a meter is not among them: see
        :meth:`cold_start`.
        """
        if name == "cold-start":
            raise InvalidInput("a cold start wipes a meter that is not secured: cold_start(serial_number) says it twice")
        self._engine.meter_procedure(self.position, name, parameter)

    def cold_start(self, serial_number: str) -> None:
        """Program and registers of a meter that is not secured are lost. ``serial_number``: its own, so that it is this
        meter that is meant.
        """
        if not serial_number or self.identity().serial_number != serial_number:
            raise InvalidInput(f"the meter at {self.position} has another serial number: nothing was written to it")
        self._engine.meter_procedure(self.position, "cold-start", "")

    def press(self, switch: str, duration: Time | None = None) -> None:
        """``demand_reset``, ``test_mode``, ``display_scroll``, ``disconnect``: held for ``duration`` (0.5 s without)."""
        self._engine.press(self.position, switch, seconds(0.5) if duration is None else duration)

    def display(self) -> str:
        """What it shows; empty when it is dark."""
        return self._engine.display(self.position)

    def __repr__(self) -> str:
        return f"<Meter at {self.position}>"


class Run:
    """A run under way: an iterator of its results as they end.

    On a virtual station it waits for whoever iterates, so that what is decided upon a point holds from the next; on a
    real one it goes on. A fault of the bench is raised where the next result would have come, with the source off.
    Leaving a ``with`` block stops it. What it has measured is in the ledger, whatever happens.
    """

    def __init__(self, engine: _engine.EngineRun, plan: Plan, station: Station) -> None:
        self._engine = engine
        self.plan = plan
        self.station = station

    def __iter__(self) -> Iterator[Point]:
        return self

    def __next__(self) -> Point:
        return self._engine.next()

    def pause(self) -> None:
        """After the point at hand, with the load off, until :meth:`continue_`."""
        self._engine.pause()

    def continue_(self) -> None:
        """Its name ends in an underscore since ``continue`` is a word of Python."""
        self._engine.go_on()

    def skip(self) -> None:
        """Gives the point (or soak) at hand up: inconclusive."""
        self._engine.skip()

    def stop(self) -> None:
        """Ends it, the source off; ``meterbench resume`` can go on with it. Waits."""
        self._engine.stop()

    def finish(self) -> None:
        """Waits for its end, whoever has seen its results. Raises the fault that ended it."""
        self._engine.finish()

    @property
    def is_over(self) -> bool:
        return self._engine.over

    @property
    def run_id(self) -> str:
        """Empty before its record begins."""
        return self._engine.run_id

    @property
    def progress(self) -> str:
        """``[12/144, 3 h left] 2.5 A, 240 V, …``"""
        return self._engine.progress

    @property
    def points(self) -> list[Point]:
        """Once it is over: the last attempt of each result, comparisons among them, with what later findings have made
        of their decisions.
        """
        return self._engine.points

    @property
    def exit_code(self) -> int:
        """Once it is over, as that of the command: 0 all passed, 1 not, 3 bench fault, 130 interrupted."""
        return self._engine.exit_code

    @property
    def passed(self) -> bool:
        """Whether every decision is a pass and nothing was out of reach."""
        return self.exit_code == 0

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.is_over:
            self.stop()

    def __repr__(self) -> str:
        return f"<Run {self.run_id or 'that begins'}: {self.progress}>"


def power_factor_text(lag: Angle | None, power_factor: str | float | None) -> str:
    """``1``, ``0.5 lag``, ``0.8 lead``: of the one that is given; 1 where none is."""
    if lag is not None and power_factor is not None:
        raise InvalidInput("either lag or power_factor, not both")
    if lag is None:
        return str(1 if power_factor is None else power_factor)
    if not abs(lag.degrees) < 90:
        raise InvalidInput(f"a lag of {lag} is none of a load: below 90°, and direction='received' turns the current")
    # Twelve digits, so that the cosine of 60° is the 0.5 of a limit's condition.
    magnitude = round(math.cos(lag.value), 12)
    if magnitude == 1:
        return "1"
    return f"{magnitude!r} {'lag' if lag.value > 0 else 'lead'}"


def _file_of(scenario: Scenario | str | os.PathLike[str]) -> _engine.ScenarioFile:
    return (scenario if isinstance(scenario, Scenario) else Scenario.load(scenario))._file


__all__ = ["BenchFault", "Chamber", "Meter", "Plan", "Point", "Reference", "Run", "Source", "Station"]
