"""What a notebook shows of results: tables in place of one-line texts."""

from __future__ import annotations

from html import escape

from . import _engine
from .station import Run

_COLOURS = {"pass": "#1b7f3b", "fail": "#b00020", "inconclusive": "#9a6700"}


def _table(head: list[str], rows: list[list[str]]) -> str:
    def cells(tag: str, texts: list[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in texts) + "</tr>"

    return f"<table><thead>{cells('th', head)}</thead><tbody>{''.join(cells('td', row) for row in rows)}</tbody></table>"


def _decision(point: _engine.Point) -> str:
    mark = "" if point.verified else " (unverified)"
    return f'<b style="color:{_COLOURS[point.decision]}">{point.decision}</b>{mark}'


def _error(point: _engine.Point) -> list[str]:
    if point.error is None:
        return ["–", "–"]
    if point.expanded_uncertainty is None:
        return [f"{point.error.percent:+.4f}", "–"]
    decimals = _engine.decimals_for(point.expanded_uncertainty.percent)
    return [f"{point.error.percent:+.{decimals}f}", f"{point.expanded_uncertainty.percent:.{decimals}f}"]


def _points(points: list[_engine.Point]) -> str:
    head = ["point", "at", "test", "temperature", "voltage", "current", "PF", "direction", "error in %", "U in %",
            "limit", "decision"]  # fmt: skip
    rows = [
        [
            point.point_id, escape(point.position), escape(point.step), str(point.temperature), str(point.voltage),
            str(point.current), point.power_factor, point.direction, *_error(point), escape(str(point.limit)),
            _decision(point),
        ]
        for point in points
    ]  # fmt: skip
    return _table(head, rows)


def budget_html(budget: _engine.Budget) -> str:
    """Its components and what they come to."""
    combined = budget.combined_percent
    rows = [
        [
            escape(c.name), c.distribution, f"{c.standard_uncertainty:.3g} {escape(c.unit)}", f"{c.sensitivity:.3g}",
            f"{c.contribution_percent:.2g}", f"{100 * (c.contribution_percent / combined) ** 2:.1f}" if combined else "0",
            "∞" if c.degrees_of_freedom == float("inf") else f"{c.degrees_of_freedom:.0f}", escape(c.origin),
        ]
        for c in budget.components
    ]  # fmt: skip
    head = ["component", "distribution", "u", "sensitivity", "contribution in %", "share in %", "ν", "origin"]
    total = f"<p>u<sub>c</sub> = {combined:.2g} %, k = {budget.k:.2f}, U = {budget.u_percent:.2g} %</p>"
    return _table(head, rows) + total


def point_html(point: _engine.Point) -> str:
    """One result with its budget."""
    budget = "" if point.budget is None else budget_html(point.budget)
    reason = "" if point.verified else f"<p>{escape(point.basis)}</p>"
    return _points([point]) + reason + budget


def plan_html(plan: _engine.Plan) -> str:
    """Its points in running order."""
    rows = [
        [
            p.point_id, escape(p.step), str(p.temperature), str(p.voltage), str(p.current), p.power_factor, p.direction,
            escape(str(p.limit)), f"{p.expected_time.value:.0f} s",
        ]
        for p in plan.points
    ]  # fmt: skip
    head = ["point", "test", "temperature", "voltage", "current", "PF", "direction", "limit", "expected time"]
    return f"<p>{escape(plan.title)}: {len(plan)} points</p>" + _table(head, rows)


def run_html(run: Run) -> str:
    """Its results, once it is over."""
    notice = f"<p><b>{escape(_engine.SIMULATED_NOTICE)}</b></p>" if run.station.simulated else ""
    if not run.is_over:
        return f"{notice}<p>{escape(run.progress)}</p>"
    return f"<p>{escape(run.plan.title)}, run {run.run_id}</p>{notice}" + _points(run.points)


def install() -> None:
    """Gives the engine's classes what a notebook asks them for."""
    for shown, html in ((_engine.Point, point_html), (_engine.Budget, budget_html), (_engine.Plan, plan_html)):
        setattr(shown, "_repr_html_", html)
    setattr(Run, "_repr_html_", run_html)
