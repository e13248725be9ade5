"""Error curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from . import _engine
from .ledger import Ledger

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_errors"]


def plot_errors(
    results: Ledger | pd.DataFrame | list[_engine.Point], run: str = "last", *, axes: Axes | None = None
) -> Axes:
    """Percent errors over current, with U as bars and the limits as steps: a curve for each position, temperature,
    power factor and direction. ``results``: a ledger (then of ``run``), its table of points, or points. Answers the
    axes; ``axes.figure.savefig("errors.png")`` keeps them.
    """
    import matplotlib.pyplot as plt

    simulated = True
    if isinstance(results, Ledger):
        runs = results.runs().set_index("run_id")
        table = results.points(run)
        simulated = bool(runs.loc[table["run_id"].unique(), "simulated"].any())
    elif isinstance(results, pd.DataFrame):
        table = results
    else:
        table = pd.DataFrame([_row(point) for point in results])
    table = table[table["result"] == "percent_error"].dropna(subset=["error_percent"])
    table = table.groupby(["run_id", "point_id", "position"], sort=False).tail(1) if "run_id" in table else table
    if axes is None:
        axes = plt.subplots(figsize=(9, 5), layout="constrained")[1]
    names = ["position", "temperature_c", "voltage_v", "power_factor", "direction"]
    varying = [name for name in names if table[name].nunique() > 1]
    for key, curve in table.groupby(varying or ["result"], sort=True):
        curve = curve.sort_values("current_a")
        label = ", ".join(_said(name, value) for name, value in zip(varying, key if isinstance(key, tuple) else (key,)))
        line = axes.errorbar(
            curve["current_a"], curve["error_percent"], curve["u_percent"],
            marker="o", markersize=4, linewidth=1.2, capsize=2.5, label=label or None,
        )  # fmt: skip
        for sign in (1, -1):
            axes.plot(curve["current_a"], sign * curve["limit_percent"], color=line.lines[0].get_color(),
                      linestyle=(0, (4, 3)), linewidth=0.8)  # fmt: skip
    axes.set_xscale("log")
    measured = sorted(table["current_a"].unique())
    if 1 < len(measured) <= 12:
        axes.set_xticks(measured, [f"{current:g}" for current in measured])
        axes.set_xticks([], minor=True)
    axes.set_xlabel("current in A")
    axes.set_ylabel("error in %")
    axes.grid(True, linewidth=0.3)
    if varying:
        axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.01, 1))
    if simulated:
        axes.set_title(_engine.SIMULATED_NOTICE, fontsize="small", color="#b00020")
    return axes


def _said(name: str, value: Any) -> str:
    if name == "temperature_c":
        return f"{value:g} °C"
    if name == "voltage_v":
        return f"{value:g} V"
    return f"PF {value}" if name == "power_factor" else str(value)


def _row(point: _engine.Point) -> dict[str, Any]:
    row = point.as_dict()
    return {name: row[name] for name in (
        "point_id", "position", "attempt", "result", "temperature_c", "voltage_v", "current_a", "power_factor",
        "direction", "error_percent", "u_percent", "limit_percent",
    )}  # fmt: skip
