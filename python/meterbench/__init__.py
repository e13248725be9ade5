"""Meterbench: a hardware-in-the-loop test bench for electricity meters.

The engine that the command ``meterbench`` runs, for scripts::

    import meterbench
    from meterbench import amperes, degrees, percent, volts

    with meterbench.Station.open("virtual") as bench:
        bench.source.apply(volts(240), amperes(30), lag=degrees(60))
        print(bench.measure_error(target_uncertainty=percent(0.05)))

Results go to the same ledger; :class:`Ledger` gives it as tables of pandas.
"""

from __future__ import annotations

import os as _os
from pathlib import Path as _Path

_DATA = _Path(__file__).parent / "data"
if _DATA.is_dir():  # installed: scenarios and configuration came with the package
    _os.environ.setdefault("METERBENCH_HOME", str(_DATA))

from . import _engine, faults, notebook  # noqa: E402
from ._engine import Budget, Component, Event, Limit, MeterIdentity, MeterRegisters, ReferenceReading  # noqa: E402
from .curves import plot_errors  # noqa: E402
from .faults import (  # noqa: E402
    BenchFault,
    DisconnectedFault,
    GarbledFault,
    ImplausibleFault,
    InvalidInput,
    LedgerError,
    OutOfRangeFault,
    RefusedFault,
    StoppedFault,
    TimeoutFault,
    TrippedFault,
)
from .ledger import Ledger  # noqa: E402
from .quantities import *  # noqa: E402,F403
from .quantities import __all__ as _quantities  # noqa: E402
from .scenario import Scenario, step  # noqa: E402
from .station import Chamber, Meter, Plan, Point, Reference, Run, Source, Station  # noqa: E402

SIMULATED_NOTICE = _engine.SIMULATED_NOTICE
__version__ = _engine.version

notebook.install()

__all__ = [
    "BenchFault", "Budget", "Chamber", "Component", "DisconnectedFault", "Event", "GarbledFault", "ImplausibleFault",
    "InvalidInput", "Ledger", "LedgerError", "Limit", "Meter", "MeterIdentity", "MeterRegisters", "OutOfRangeFault",
    "Plan", "Point", "Reference", "ReferenceReading", "RefusedFault", "Run", "SIMULATED_NOTICE", "Scenario", "Source",
    "Station", "StoppedFault", "TimeoutFault", "TrippedFault", "faults", "plot_errors", "step",
    *_quantities,
]  # fmt: skip
