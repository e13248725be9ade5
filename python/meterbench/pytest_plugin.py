"""Test plans as tests of pytest.

Fixtures: ``bench`` (the open station, every load off after each test), ``meter`` (its first meter), ``point``
(one result of the scenario that the test is marked with). Marks: ``scenario(path, **set)`` makes a test case of each
point at each position, all measured in one run before the first case is told; ``form("2S", …)`` and ``rating("CL200", …)`` skip a test
where no such meter stands on the bench. Options: ``--station``, ``--meter``, ``--lab``, ``--seed``, ``--ledger``, all with
``bench-`` before.
"""

from __future__ import annotations

from collections.abc import Iterator
import pytest

from ._engine import PlannedPoint
from .faults import BenchFault
from .scenario import Scenario
from .station import Meter, Plan, Point, Station

_RUNS: pytest.StashKey[dict[tuple[str, str], _PointsOfARun]] = pytest.StashKey()
_STATION = pytest.StashKey[Station]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("meterbench", "the bench that test plans run on")
    group.addoption("--bench-station", default="virtual", help="station by name or file (virtual)")
    group.addoption("--bench-meter", default="focus-ax-2s-cl200", help="M, A=M,B=M2 or *=M (focus-ax-2s-cl200)")
    group.addoption("--bench-lab", default="", help="lab of a virtual station; the station's own without")
    group.addoption("--bench-seed", default=1, type=int, help="seed of the lab (1)")
    group.addoption("--bench-ledger", default=None, help="SQLite file of the results")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "scenario(path, **set): a test case for each point of a scenario")
    config.addinivalue_line("markers", "form(*names): only where a meter of such a form stands on the bench: '2S'")
    config.addinivalue_line("markers", "rating(*names): only where a meter of such a class does: 'CL200'")


def _station(config: pytest.Config) -> Station:
    """One for the whole session: instruments are not opened twice. Its links open when they are needed."""
    if _STATION not in config.stash:
        config.stash[_STATION] = Station.open(
            config.getoption("bench_station"),
            meters=config.getoption("bench_meter"),
            lab=config.getoption("bench_lab"),
            seed=config.getoption("bench_seed"),
            ledger=config.getoption("bench_ledger"),
        )
    return config.stash[_STATION]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _STATION in config.stash:
        config.stash[_STATION].close()


class _PointsOfARun:
    """Results of a scenario, which is run when the first of them is asked for: to its end, since only then is known what
    its decisions are worth (LED and registers are compared last).
    """

    def __init__(self, bench: Station, plan: Plan) -> None:
        self._bench = bench
        self._plan = plan
        self._results: dict[tuple[str, str], Point] | None = None
        self._fault: BenchFault | None = None

    def result(self, point_id: str, position: str) -> Point:
        """By its last attempt. Raises the fault that ended the run before it."""
        if self._results is None:
            run = self._bench.run(self._plan)
            try:
                run.finish()
            except BenchFault as fault:
                self._fault = fault
            self._results = {(point.point_id, point.position): point for point in run.points}
        point = self._results.get((point_id, position))
        cut_short = point is None or any(event.kind == "fault" for event in point.events)
        if self._fault is not None and cut_short:
            raise self._fault
        if point is None:
            raise RuntimeError("the run has no result at this point")
        return point


def _meters_that(config: pytest.Config, key: str, names: tuple[str, ...]) -> bool:
    bench = _station(config)
    wanted = {str(name).upper() for name in names}
    return any(_said(bench.meter(at), key).upper() in wanted for at in bench.meters)


def _said(meter: Meter, key: str) -> str:
    if key == "form":
        return str(meter.type["form"])
    return f"CL{meter.type['class_amperes'].value:g}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    for key in ("form", "rating"):
        for mark in item.iter_markers(key):
            if not _meters_that(item.config, key, mark.args):
                pytest.skip(f"no meter of {key} {' or '.join(map(str, mark.args))} on the bench")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker("scenario")
    if mark is None or "point" not in metafunc.fixturenames:
        return
    bench = _station(metafunc.config)
    plan = bench.plan(Scenario.load(mark.args[0], mark.kwargs))
    runs = _runs(metafunc.config)
    key = (metafunc.definition.nodeid, plan.sha256)
    runs[key] = _PointsOfARun(bench, plan)
    cases = [
        pytest.param((key, point.point_id, position), id=f"{point.point_id}-{position}-{_case(point)}")
        for point in plan.points
        for position in point.positions
    ] + [
        pytest.param((key, point_id, position), id=f"{point_id}-{position}-comparison")
        for point_id in plan.comparison_ids
        for position in bench.meters
    ]
    metafunc.parametrize("point", cases, indirect=True)


def _runs(config: pytest.Config) -> dict[tuple[str, str], _PointsOfARun]:
    if _RUNS not in config.stash:
        none: dict[tuple[str, str], _PointsOfARun] = {}
        config.stash[_RUNS] = none
    return config.stash[_RUNS]


def _case(point: PlannedPoint) -> str:
    return f"{point.step} {point.voltage} {point.current} PF {point.power_factor} {point.direction}".replace(" ", "_")


@pytest.fixture
def point(request: pytest.FixtureRequest) -> Point:
    """One result of the scenario that the test is marked with."""
    key, point_id, position = request.param
    result: Point = _runs(request.config)[key].result(point_id, position)
    for name in ("decision", "basis"):
        request.node.user_properties.append((name, getattr(result, name)))
    if result.error is not None:
        request.node.user_properties.append(("error_percent", result.error.percent))
    if result.expanded_uncertainty is not None:
        request.node.user_properties.append(("u_percent", result.expanded_uncertainty.percent))
    return result


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Station]:
    """The station, with every load off when the test ends, however it does."""
    station = _station(request.config)
    yield station
    station.source.off()


@pytest.fixture
def meter(bench: Station) -> Meter:
    """The meter at the first position in use."""
    return bench.meter()
