"""Quantities by their units: ``volts(240)``, ``degrees(60)``, ``percent(0.05)``.

A quantity is of its own kind: volts and amperes do not add, ``volts(240) * amperes(30)`` is an apparent power, and only
``.active_part(lag)`` of it is watts. Text with a unit does as well: ``Voltage("240 V")``. Angles are counted positive
where the current lags the voltage (an inductive load).
"""

from __future__ import annotations

from ._engine import (
    ActiveEnergy,
    ActivePower,
    Angle,
    ApparentPower,
    Current,
    Frequency,
    Ratio,
    ReactivePower,
    Resistance,
    Temperature,
    TemperatureDifference,
    Time,
    Voltage,
)

__all__ = [
    "ActiveEnergy", "ActivePower", "Angle", "ApparentPower", "Current", "Frequency", "Ratio", "ReactivePower",
    "Resistance", "Temperature", "TemperatureDifference", "Time", "Voltage",
    "amperes", "celsius", "degrees", "hertz", "hours", "joules", "kelvins", "kilowatt_hours", "kilowatts",
    "milliamperes", "minutes", "ohms", "parts_per_million", "percent", "radians", "seconds", "vars_", "volt_amperes",
    "volts", "watt_hours", "watts",
]  # fmt: skip


def volts(value: float) -> Voltage:
    """V, rms."""
    return Voltage(value)


def amperes(value: float) -> Current:
    """A, rms."""
    return Current(value)


def milliamperes(value: float) -> Current:
    """mA, rms."""
    return Current(f"{float(value)!r} mA")


def degrees(value: float) -> Angle:
    """°."""
    return Angle(f"{float(value)!r} deg")


def radians(value: float) -> Angle:
    """rad."""
    return Angle(value)


def watts(value: float) -> ActivePower:
    """W."""
    return ActivePower(value)


def kilowatts(value: float) -> ActivePower:
    """kW."""
    return ActivePower(f"{float(value)!r} kW")


def vars_(value: float) -> ReactivePower:
    """var; its name ends in an underscore since Python has a function ``vars``."""
    return ReactivePower(value)


def volt_amperes(value: float) -> ApparentPower:
    """VA."""
    return ApparentPower(value)


def joules(value: float) -> ActiveEnergy:
    """J."""
    return ActiveEnergy(value)


def watt_hours(value: float) -> ActiveEnergy:
    """Wh."""
    return ActiveEnergy(f"{float(value)!r} Wh")


def kilowatt_hours(value: float) -> ActiveEnergy:
    """kWh."""
    return ActiveEnergy(f"{float(value)!r} kWh")


def ohms(value: float) -> Resistance:
    """Ω."""
    return Resistance(value)


def hertz(value: float) -> Frequency:
    """Hz."""
    return Frequency(value)


def celsius(value: float) -> Temperature:
    """°C, a point on the scale."""
    return Temperature(value)


def kelvins(value: float) -> TemperatureDifference:
    """K, a difference of temperatures."""
    return TemperatureDifference(value)


def seconds(value: float) -> Time:
    """s."""
    return Time(value)


def minutes(value: float) -> Time:
    """min."""
    return Time(f"{float(value)!r} min")


def hours(value: float) -> Time:
    """h."""
    return Time(f"{float(value)!r} h")


def percent(value: float) -> Ratio:
    """%: of Imax for a current, of nominal for a voltage, of the energy for an error."""
    return Ratio(f"{float(value)!r} %")


def parts_per_million(value: float) -> Ratio:
    """ppm."""
    return Ratio(f"{float(value)!r} ppm")
