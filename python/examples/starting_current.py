#!/usr/bin/python3
"""The smallest current at which a meter starts, by bisection: is it 0.5 % of Imax, or a tenth of that?"""

import meterbench
from meterbench import amperes, step

RESOLUTION = 1.15  # ratio of the two ends when the search is over

with meterbench.Station.open("virtual") as bench:
    highest = bench.meter().type["maximum_current"]
    starts, does_not = 0.004 * highest.value, 0.00005 * highest.value
    while starts / does_not > RESOLUTION:
        tried = amperes(float(f"{(starts * does_not) ** 0.5:.3g}"))
        (point,) = bench.measure(step("starting", "starting", current=tried, power_factor=1, direction="delivered"))
        print(f"{tried}: {'starts' if point.decision == 'pass' else 'does not start'} ({point.pulses} pulses)")
        if point.decision == "pass":
            starts = tried.value
        else:
            does_not = tried.value
    print(f"starts at {starts:g} A, {100 * starts / highest.value:.3g} % of Imax, not at {does_not:g} A")
print(meterbench.SIMULATED_NOTICE)
