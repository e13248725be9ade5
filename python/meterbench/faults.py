"""What can go wrong, as exceptions.

A fault of the bench is a :class:`BenchFault`: what the world did, with the device, the command and what came back.
What kind it is stands in its class, so that a script can tell an instrument that is silent from one that refuses.
After a fault the load is off.
"""

from __future__ import annotations


class BenchFault(Exception):
    """A fault of an instrument, a link or the bench as a whole.

    ``device`` is the role or name in the station file, ``command`` what was asked, ``reply`` what came back or what
    is wrong with it (and the cure where it is known), ``elapsed_s`` the time since the command was given, in s.
    """

    code = "unknown"

    def __init__(self, device: str, command: str, reply: str, elapsed_s: float = 0.0) -> None:
        super().__init__(device, command, reply, elapsed_s)
        self.device = device
        self.command = command
        self.reply = reply
        self.elapsed_s = elapsed_s

    def __str__(self) -> str:
        after = f" after {self.elapsed_s:.3f} s" if self.elapsed_s > 0 else ""
        return f"{self.device}: {self.command}: {self.reply} ({self.code}{after})"


class TimeoutFault(BenchFault):
    """No complete answer in time; the link is closed."""

    code = "timeout"


class DisconnectedFault(BenchFault):
    """The link is not there."""

    code = "disconnected"


class RefusedFault(BenchFault):
    """The device answered that it will not."""

    code = "refused"


class GarbledFault(BenchFault):
    """The answer is not one that the protocol knows."""

    code = "garbled"


class OutOfRangeFault(BenchFault):
    """More was asked for than the device, its limits or a meter allow; nothing was sent."""

    code = "out of range"


class TrippedFault(BenchFault):
    """The device protects itself: its output is off by its own doing."""

    code = "tripped"


class ImplausibleFault(BenchFault):
    """Two instruments contradict each other, or a reading its set point."""

    code = "implausible"


class StoppedFault(BenchFault):
    """Somebody asked to stop."""

    code = "stopped"


class InvalidInput(ValueError):
    """A file or an argument with mistakes, all of them: ``file:line:column: text`` a line."""


class LedgerError(OSError):
    """A ledger that cannot be opened, is none, is newer than this package, or cannot be written."""


_BY_CODE: dict[str, type[BenchFault]] = {kind.code: kind for kind in BenchFault.__subclasses__()}


def of(code: str, device: str, command: str, reply: str, elapsed_s: float) -> BenchFault:
    """The exception of a fault as the engine tells it."""
    return _BY_CODE.get(code, BenchFault)(device, command, reply, elapsed_s)
