"""A test plan as tests: `python3 -m pytest test_meter.py --bench-meter focus-ax-2s-cl200 --junit-xml report.xml`."""

import pytest

from meterbench import amperes, percent, seconds, volts


@pytest.mark.scenario("ae-1641/load-performance-23c")
def test_load_performance(point):
    """Each point at each position is a test case."""
    assert point.decision == "pass", point
    assert point.verified, point.basis


@pytest.mark.rating("CL200")
def test_error_at_three_times_the_test_current(bench, meter):
    bench.source.apply(volts(240), 3 * meter.type["test_amperes"])
    point = bench.measure_error(target_uncertainty=percent(0.05))
    assert abs(point.error) < percent(0.2), point


@pytest.mark.form("2S", "4S")
def test_registers_follow_the_load(bench, meter):
    before = meter.registers().delivered
    bench.source.apply(volts(240), amperes(100))
    bench.wait(seconds(360))
    bench.source.off()
    assert abs((meter.registers().delivered - before).watt_hours - 2400) < 60


@pytest.mark.form("1S")
def test_two_wires(bench):
    """Skipped: no such meter stands on the bench."""
    bench.source.apply(volts(120), amperes(15))
