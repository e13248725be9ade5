"""A ledger as tables of pandas.

Columns are those of the ledger's views and end in their unit. Reading is all that is done here: rows are written by
runs alone.
"""

from __future__ import annotations

import os
from typing import Any, cast

import numpy as np
import pandas as pd

from . import _engine

__all__ = ["Ledger"]


class Ledger:
    """A ledger file. ``run`` is a run's id, its beginning, ``last`` or ``unfinished``; None stands for all runs."""

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        """``METERBENCH_LEDGER`` or ``meterbench.sqlite`` in the current folder without a path. Raises
        :class:`~meterbench.LedgerError` when it is read and is none.
        """
        self.path = os.fspath(path or os.environ.get("METERBENCH_LEDGER") or "meterbench.sqlite")

    def runs(self) -> pd.DataFrame:
        """``v_run``, oldest first."""
        table = self.query("SELECT * FROM v_run")
        for column in ("started_utc", "ended_utc"):
            table[column] = pd.to_datetime(table[column].astype(object), utc=True)
        table["simulated"] = table["simulated"].astype(bool)
        return table

    def points(self, run: str | None = "last") -> pd.DataFrame:
        """``v_point``: each attempt by its latest computation."""
        return self._of_run("SELECT * FROM v_point", run)

    def edges(self, run: str | None = "last") -> pd.DataFrame:
        """``v_edge``: every edge of a test LED that was kept, with the reference's count. Its texts are categories."""
        where, parameters = self._where(run)
        points = _engine.columns(
            self.path,
            "SELECT point_row, run_id, point_id, position, attempt FROM point JOIN run USING (run_row) "
            f"WHERE computation = 0{' AND ' + where if where else ''} ORDER BY point_row",
            parameters,
        )
        # Without the join: a million rows repeat what a hundred points say.
        edges = _engine.columns(
            self.path,
            "SELECT point_row, edge, time_ns, edge.reference_count FROM edge "
            f"{'JOIN point USING (point_row) JOIN run USING (run_row) WHERE ' + where if where else ''} "
            "ORDER BY point_row, ordinal",
            parameters,
        )
        rows = np.asarray(points.pop("point_row"), dtype=np.int64)
        place = np.searchsorted(rows, edges["point_row"])
        table = {name: _series(column, place) for name, column in points.items()}
        table["edge"] = edges["edge"]
        table["time_s"] = edges["time_ns"] * 1e-9
        table["reference_count"] = edges["reference_count"]
        return pd.DataFrame(table)

    def budgets(self, run: str | None = "last") -> pd.DataFrame:
        """``v_budget``: every component of every uncertainty, of every computation."""
        return self._of_run("SELECT * FROM v_budget", run)

    def environment(self, run: str | None = "last") -> pd.DataFrame:
        """``v_environment``: what was read during the points; ``quantity`` ends in its unit."""
        return self._of_run("SELECT * FROM v_environment", run)

    def events(self, run: str | None = "last") -> pd.DataFrame:
        """``v_event``: what happened."""
        return self._of_run("SELECT * FROM v_event", run)

    def instruments(self, run: str | None = "last") -> pd.DataFrame:
        """``v_instrument``: who took part, and what stood at the far end of each link."""
        return self._of_run("SELECT * FROM v_instrument", run)

    def meters(self, run: str | None = "last") -> pd.DataFrame:
        """``v_meter``: the meters as they were when the run began."""
        return self._of_run("SELECT * FROM v_meter", run)

    def query(self, sql: str, *parameters: str) -> pd.DataFrame:
        """Any SELECT, with ``?`` for each parameter."""
        return _frame(_engine.columns(self.path, sql, list(parameters)))

    def records(self, run: str = "last") -> list[_engine.Point]:
        """Every attempt as an object, with budget, edges and events."""
        return _engine.points_of(self.path, run)

    def verify(self) -> str | None:
        """Recomputes the SHA-256 links: None when every row is as it was written, else the first that is not."""
        return _engine.verify(self.path)

    def _where(self, run: str | None) -> tuple[str, list[str]]:
        return ("", []) if run is None else ("run_id = ?", [_engine.find_run(self.path, run)])

    def _of_run(self, sql: str, run: str | None) -> pd.DataFrame:
        where, parameters = self._where(run)
        return _frame(_engine.columns(self.path, f"{sql} WHERE {where}" if where else sql, parameters))

    def __repr__(self) -> str:
        return f"<Ledger {self.path}>"

    def _repr_html_(self) -> str:
        return cast(str, self.runs().to_html(index=False, notebook=True))


def _series(column: Any, place: Any) -> Any:
    """A column of the engine at the rows of ``place``."""
    if isinstance(column, tuple):
        codes, texts = column
        return pd.Categorical.from_codes(codes[place], texts)
    return column[place]


def _frame(columns: dict[str, Any]) -> pd.DataFrame:
    def values(column: Any) -> Any:
        if not isinstance(column, tuple):
            return column
        codes, texts = column
        return np.array([*texts, None], dtype=object)[codes]  # -1 is the last: None

    return pd.DataFrame({name: values(column) for name, column in columns.items()})
