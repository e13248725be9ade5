"""Called by python.yaml: does the register go on as the reference says that energy flows?"""

from meterbench import amperes, minutes, volts
from meterbench.steps import Outcome


def follows(bench, current_a, **arguments):
    """One outcome for each position."""
    time = minutes(arguments["minutes"])
    before = {at: bench.registers(at).delivered for at in bench.positions}
    bench.apply(volts(240), amperes(current_a))
    bench.wait(time)
    expected = bench.reference().active * time
    bench.off()
    outcomes = {}
    for at in bench.positions:
        gained = bench.registers(at).delivered - before[at]
        # The load stood for some seconds more, until it was in band and after it was read.
        close = abs(gained / expected - 1) < 0.1
        text = f"the register gained {gained}, the reference saw {expected}"
        outcomes[at] = Outcome("pass" if close else "fail", text)
    return outcomes
