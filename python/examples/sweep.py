#!/usr/bin/python3
"""A sweep on the virtual station: every point as it ends, then the curve.

    python3 sweep.py [SCENARIO] [--curve FILE.png]
"""

import argparse

import meterbench

arguments = argparse.ArgumentParser(description="Run a scenario and draw its error curves.")
arguments.add_argument("scenario", nargs="?", default="ae-1641/load-performance-23c")
arguments.add_argument("--meter", default="focus-ax-2s-cl200")
arguments.add_argument("--curve", help="picture of the error curves")
options = arguments.parse_args()

with meterbench.Station.open("virtual", meters=options.meter) as bench:
    plan = bench.plan(options.scenario)
    print(f"{plan.title}: {len(plan)} points, about {plan.expected_time} of bench time")
    run = bench.run(plan)
    for point in run:
        print(point)
    print("all passed" if run.passed else f"exit code {run.exit_code}")

ledger = meterbench.Ledger()
worst = ledger.points().nlargest(3, "u_percent")
print(worst[["current_a", "power_factor", "direction", "error_percent", "u_percent"]].to_string(index=False))
if options.curve:
    meterbench.plot_errors(ledger).figure.savefig(options.curve)
print(meterbench.SIMULATED_NOTICE)
