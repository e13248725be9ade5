#!/usr/bin/python3
"""A test plan built in Python: denser points where the last sweep was worst, and a stop as soon as a meter fails."""

import meterbench
from meterbench import Scenario, amperes, percent, step

survey = Scenario(
    "survey",
    title="Survey over the current range",
    register_account="waived",  # a survey decides nothing
    steps=[
        step(
            "accuracy", "load-performance",
            current=[percent(share) for share in (1, 2.5, 10, 50, 100)], power_factor=[1, "0.5 lag"],
            direction="delivered", target_uncertainty=percent(0.05), limits="bench",
        ),
    ],
)  # fmt: skip

with meterbench.Station.open("virtual") as bench:
    found = [point for point in bench.run(survey) if point.error is not None]
    worst = max(found, key=lambda point: abs(point.error.percent))
    print("worst of the survey:", worst)

    around = [amperes(round(worst.current.value * factor, 3)) for factor in (0.8, 0.9, 1, 1.1, 1.25)]
    closer = Scenario(
        "closer",
        title="Around the worst point",
        register_account="waived",
        steps=[
            step(
                "accuracy", "load-performance",
                current=[current for current in around if current <= bench.meter().type["maximum_current"]],
                power_factor=worst.power_factor, direction="delivered", target_uncertainty=percent(0.04),
                limits="bench",
            ),
        ],
    )  # fmt: skip
    print(closer.to_yaml())
    with bench.run(closer) as run:
        for point in run:
            print(point)
            if point.decision == "fail":
                run.stop()  # the source goes off; `meterbench resume` could go on
                break
