#!/usr/bin/python3
"""An outside C12.18 client, Debian's termineter, at the optical port of the virtual lab's meter."""

import json
import subprocess
import struct
import unittest

from c1218.connection import Connection
from c1218.errors import C1218ReadTableError, C1218WriteTableError
from c1219.access.general import C1219GeneralAccess

from bench_program import METER, PROGRAM, BenchTest

SERIAL = {"parity": "N", "baudrate": 9600, "bytesize": 8, "xonxoff": False, "interCharTimeout": None, "rtscts": False,
          "timeout": 5, "stopbits": 1, "dsrdtr": False, "writeTimeout": None}
NOT_CLEARED, NOT_POSSIBLE, INAPPROPRIATE = 3, 4, 5  # response codes
DONE, NO_AUTHORIZATION, UNKNOWN = 0, 5, 6           # results of procedures


class Termineter(BenchTest):
    def setUp(self):
        super().setUp()
        self.listen()

    def listen(self, *arguments):
        process = subprocess.Popen([str(PROGRAM), "lab", "--listen", "--meter", METER, *map(str, arguments)],
                                   cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        port = json.loads(process.stdout.readline())["optical.A"]
        self.device = port[len("ASRL"):-len("::INSTR")]

    def end(self, process):
        process.terminate()
        process.communicate(timeout=30)

    def session(self, password=None):
        connection = Connection(self.device, c1218_settings={"nbrpkts": 2, "pktsize": 512}, serial_settings=SERIAL)
        self.assertTrue(connection.start())
        self.assertTrue(connection.login("BENCH", 2, password))
        self.addCleanup(connection.serial_h.close)
        return connection

    def refused(self, code, call, *arguments):
        with self.assertRaises((C1218ReadTableError, C1218WriteTableError)) as caught:
            call(*arguments)
        self.assertEqual(caught.exception.code, code)

    def test_it_reads_configuration_identity_status_and_device_id(self):
        meter = C1219GeneralAccess(self.session())
        self.assertEqual(meter.nameplate_type, "Electric")
        self.assertEqual(meter.manufacturer, "MTBN")
        self.assertEqual(meter.ed_model, "VIRTUAL")
        self.assertEqual(meter.mfg_serial_no.strip(), "VIRTUAL-A")
        self.assertEqual(meter.device_id.strip(), "METERBENCH SOCKET A")
        # termineter 1.0.4 looks at 7 of the 8 bits of each byte of a set.
        self.assertLessEqual({0, 1, 2, 3, 4, 5, 6, 21, 22, 42}, set(meter.std_tbls_used))
        self.assertEqual(meter.mfg_tbls_used, [1, 2, 3, 13])
        self.assertEqual(meter.mfg_proc_used, [0, 1, 2])

    def test_it_reads_registers_slices_and_the_clock(self):
        connection = self.session()
        registers = connection.get_table_data(23)
        self.assertEqual(connection.get_table_data(23, 25, 0), registers[:25])
        self.assertEqual(struct.unpack("<3d", registers[1:25]), (0, 0, 0))
        self.assertEqual(len(connection.get_table_data(52)), 6)  # minutes, seconds, qualifier

    def test_it_writes_where_its_password_lets_it(self):
        name = b"WRITTEN OUTSIDE     "
        self.refused(NOT_CLEARED, self.session().set_table_data, 5, name)
        self.refused(NOT_CLEARED, self.session("SHOP").set_table_data, 5, name)
        master = self.session("MASTER")
        master.set_table_data(5, name)
        master.set_table_data(5, b"INSIDE", 8)
        self.assertEqual(bytes(master.get_table_data(5)), b"WRITTEN INSIDEE     ")
        self.refused(INAPPROPRIATE, master.set_table_data, 1, b"A")
        self.refused(NOT_POSSIBLE, master.set_table_data, 99, b"A")

    def test_it_is_refused_secrets_and_what_is_not_there(self):
        connection = self.session("SHOP")
        self.refused(NOT_CLEARED, connection.get_table_data, 42)
        self.refused(NOT_POSSIBLE, connection.get_table_data, 99)
        self.assertIn(b"READER", bytes(self.session("MASTER").get_table_data(42)))

    def test_a_wrong_password_opens_nothing(self):
        connection = Connection(self.device, c1218_settings={"nbrpkts": 2, "pktsize": 512}, serial_settings=SERIAL)
        self.addCleanup(connection.serial_h.close)
        self.assertTrue(connection.start())
        self.assertFalse(connection.login("BENCH", 2, "SESAME"))
        self.assertEqual(connection.run_procedure(9, False, b"\x01"), (NO_AUTHORIZATION, b""))

    def test_a_sealed_meter_refuses_programming_and_a_cold_start_to_everybody(self):
        self.listen("--lab", self.lab("sealed", lambda text: text.replace("\nmeter:\n", "\nmeter:\n  sealed: 1\n")))
        master = self.session("MASTER")
        self.refused(NOT_CLEARED, master.set_table_data, 5, b"WRITTEN OUTSIDE     ")
        self.refused(NOT_CLEARED, master.run_procedure, 0, False, b"")
        self.assertEqual(master.run_procedure(9, False, b"\x01"), (DONE, b"\x01"))  # what reads the bill goes on

    def test_it_runs_procedures_with_their_results(self):
        self.assertEqual(self.session().run_procedure(9, False, b"\x01"), (NO_AUTHORIZATION, b""))
        shop = self.session("SHOP")
        self.assertEqual(shop.run_procedure(9, False, b"\x03"), (DONE, b"\x03"))  # self read, demand reset
        self.assertEqual(shop.get_table_data(23)[0], 1)
        self.assertEqual(shop.run_procedure(6, False, b"\x02"), (DONE, b""))  # test mode
        self.assertEqual(shop.get_table_data(3)[0], 2)
        self.assertEqual(shop.run_procedure(6, False, b"\x01"), (DONE, b""))
        self.assertEqual(shop.run_procedure(0, True, b"\x05"), (DONE, b""))  # five pulses of the LED
        self.assertEqual(shop.run_procedure(2, False, b""), (UNKNOWN, b""))
        self.assertEqual(shop.run_procedure(0, False, b""), (NO_AUTHORIZATION, b""))  # cold start


if __name__ == "__main__":
    unittest.main()
