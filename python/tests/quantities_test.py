#!/usr/bin/python3
"""Quantities are kinds: what the field does not do with them is an error."""

import pickle
import unittest

from meterbench import (
    ActiveEnergy, ApparentPower, Current, Voltage, amperes, celsius, degrees, hours, kelvins, kilowatt_hours, kilowatts,
    milliamperes, minutes, parts_per_million, percent, seconds, volts, watt_hours, watts,
)  # fmt: skip


class Quantities(unittest.TestCase):
    def test_have_a_unit_and_a_text(self):
        self.assertEqual(str(volts(240)), "240 V")
        self.assertEqual(repr(milliamperes(2.5)), "Current('0.0025 A')")
        self.assertEqual(str(percent(0.05)), "0.05 %")
        self.assertEqual(percent(25).value, 0.25)
        self.assertEqual(volts(1).unit, "V")
        self.assertEqual(str(celsius(-40)), "-40 °C")

    def test_are_read_from_text(self):
        self.assertEqual(Voltage("0.24 kV"), volts(240))
        self.assertEqual(Current("5 A"), amperes(5))
        with self.assertRaisesRegex(ValueError, "V, mV or kV"):
            Voltage("5 A")
        with self.assertRaises(ValueError):
            Voltage("240")

    def test_of_other_units_are_the_same(self):
        self.assertEqual(hours(1), minutes(60))
        self.assertEqual(minutes(1), seconds(60))
        self.assertEqual(kilowatts(1), watts(1000))
        self.assertEqual(kilowatt_hours(1), watt_hours(1000))
        self.assertAlmostEqual(parts_per_million(100).percent, 0.01)
        self.assertEqual(len({hours(1), minutes(60)}), 1)

    def test_add_and_compare_with_their_like_alone(self):
        self.assertEqual(volts(120) + volts(120), volts(240))
        self.assertLess(amperes(1), amperes(2))
        self.assertEqual(volts(240) / volts(120), 2)
        self.assertEqual(2 * volts(120) - volts(20) / 2, volts(230))
        for wrong in (lambda: volts(1) + amperes(1), lambda: volts(1) < amperes(1), lambda: volts(1) + 1,
                      lambda: volts(1) * volts(1), lambda: celsius(1) + kelvins(1)):  # fmt: skip
            with self.assertRaises(TypeError):
                wrong()
        self.assertNotEqual(volts(1), amperes(1))

    def test_multiply_as_the_field_does(self):
        power = volts(240) * amperes(30)
        self.assertIsInstance(power, ApparentPower)
        self.assertAlmostEqual(power.active_part(degrees(60)).value, 3600)
        self.assertAlmostEqual(power.reactive_part(degrees(30)).value, 3600)
        energy = watts(3600) * hours(1)
        self.assertIsInstance(energy, ActiveEnergy)
        self.assertAlmostEqual(energy.watt_hours, 3600)
        self.assertEqual(energy / watts(3600), hours(1))
        self.assertEqual(energy / hours(1), watts(3600))

    def test_survive_a_pickle(self):
        self.assertEqual(pickle.loads(pickle.dumps(volts(240))), volts(240))


if __name__ == "__main__":
    unittest.main()
