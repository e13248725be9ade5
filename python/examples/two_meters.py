#!/usr/bin/python3
"""Two meters of one type beside each other, under the same load at the same time: what differs is theirs alone.

The reference and the load are common to both, so their errors cancel in the difference; what each meter's own window
and position bring does not.
"""

import math

import meterbench
from meterbench import percent, step

COMMON = ("reference", "ambient", "voltage", "current", "angle", "frequency")  # of one bench at one moment


def own_u(point: meterbench.Point) -> float:
    """Standard uncertainty of what this meter does not share with its neighbour, in percent."""
    own = [c.contribution_percent for c in point.budget.components if not c.name.startswith(COMMON)]
    return math.hypot(*own)


with meterbench.Station.open("virtual", meters={"A": "focus-ax-2s-cl200", "B": "focus-ax-2s-cl200"}) as bench:
    points = bench.measure(
        step(
            "accuracy", "load-performance", current=[percent(5), percent(25), percent(100)], power_factor=[1, "0.5 lag"],
            direction="delivered", target_uncertainty=percent(0.05), limits="bench",
        )
    )  # fmt: skip
    at = {(p.point_id, p.position): p for p in points}
    for (number, position), a in at.items():
        if position != "A":
            continue
        b = at[number, "B"]
        difference = b.error.percent - a.error.percent
        u = 2 * math.hypot(own_u(a), own_u(b))
        print(f"{a.current}, PF {a.power_factor}: B − A = {difference:+.3f} % ± {u:.3f} %")
print(meterbench.SIMULATED_NOTICE)
