#!/usr/bin/python3
"""`meterbench lab --listen`: plain programs reach the lab's instruments over the transports that these have."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

from bench_program import METER, PROGRAM, BenchTest

USB_HOST = PROGRAM.parent / "meterbench-usb-host"
needs_usb = unittest.skipUnless(USB_HOST.exists(), "built without umockdev")

# Finds the counter by the descriptors that its device node carries, as any program would.
FIND_USB = """
import usb.core
for device in usb.core.find(find_all=True):
    print(f"{device.idVendor:04x}:{device.idProduct:04x} {device.serial_number}")
"""


class Listen(BenchTest):
    def listen(self, *arguments, program=PROGRAM):
        """The program, started; its temporary files go where the test can see what is left of them."""
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        process = subprocess.Popen([str(program), "lab", "--listen", *map(str, arguments)], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, "TMPDIR": str(temporary)})
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)

    def addresses(self, process):
        line = process.stdout.readline()
        self.assertTrue(line, process.stderr.read() if process.poll() is not None else "no line")
        return json.loads(line)

    def ask_source(self, addresses, question):
        host, port = re.fullmatch(r"TCPIP0::([0-9.]+)::(\d+)::SOCKET", addresses["source"]).groups()
        with socket.create_connection((host, int(port)), timeout=10) as link:
            link.sendall(question.encode() + b"\n")
            with link.makefile("r") as lines:
                return lines.readline().strip()

    def assert_nothing_left(self):
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])

    def test_a_socket_program_reads_the_identity_of_the_source_and_sigterm_ends_it_cleanly(self):
        for sent in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(sent):
                lab = self.listen("--meter", METER)
                addresses = self.addresses(lab)
                self.assertRegex(self.ask_source(addresses, "*IDN?"), r"^Meterbench,SCPI source,")
                self.assertRegex(addresses["reference"], r"^ASRL/dev/pts/\d+::INSTR$")
                self.assertNotIn("counter", addresses)
                lab.send_signal(sent)
                rest, notes = lab.communicate(timeout=30)
                self.assertEqual((lab.returncode, rest), (0, ""))
                self.assertIn("not served without a command, being on USB: counter", notes)
                self.assertFalse(os.path.exists(addresses["reference"][len("ASRL"):-len("::INSTR")]))
                self.assert_nothing_left()

    @needs_usb
    def test_a_command_sees_the_usb_devices_and_the_addresses_and_gives_the_exit_code(self):
        script = self.folder / "command.py"
        script.write_text(FIND_USB + "import os\nprint(os.environ['METERBENCH_LAB'])\nraise SystemExit(7)\n")
        lab = self.listen("--", "/usr/bin/python3", script)
        out, notes = lab.communicate(timeout=60)
        self.assertEqual(lab.returncode, 7, notes)
        first, device, environment = out.splitlines()
        addresses = json.loads(first)
        self.assertEqual(environment, first)
        vendor, product, serial = re.fullmatch(r"USB0::0x(\w+)::0x(\w+)::(\w+)::RAW", addresses["counter"]).groups()
        self.assertEqual(device.lower(), f"{vendor}:{product} {serial}".lower())
        self.assert_nothing_left()

    @needs_usb
    def test_a_command_is_asked_to_end_with_the_lab(self):
        lab = self.listen("--", "sh", "-c", "trap 'echo ending; exit 5' TERM; echo ready; while :; do sleep 0.1; done")
        self.addresses(lab)
        self.assertEqual(lab.stdout.readline(), "ready\n")
        lab.terminate()
        rest, _ = lab.communicate(timeout=30)
        self.assertEqual((rest, lab.returncode), ("ending\n", 5))
        self.assert_nothing_left()

    @needs_usb
    def test_a_command_does_not_outlive_a_lab_that_was_killed(self):
        lab = self.listen("--", "sh", "-c", "echo $$; exec sleep 60")
        self.addresses(lab)
        child = int(lab.stdout.readline())
        lab.kill()
        lab.wait(timeout=30)
        lab.stdout.read()  # until the child, which has it too, is gone
        self.assertFalse(pathlib.Path(f"/proc/{child}/cmdline").exists()
                         and b"sleep" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes())

    @needs_usb
    def test_a_command_that_is_not_there_is_a_fault(self):
        lab = self.listen("--", "no-such-program")
        _, notes = lab.communicate(timeout=30)
        self.assertEqual(lab.returncode, 3)
        self.assertIn("no-such-program", notes)
        self.assert_nothing_left()

    @needs_usb
    def test_a_station_file_is_written_with_the_addresses_that_are_served(self):
        lab = self.listen("--write-station", "virtual=served.yaml", "--", sys.executable, "-c", "pass")
        out, notes = lab.communicate(timeout=60)
        self.assertEqual(lab.returncode, 0, notes)
        text = (self.folder / "served.yaml").read_text(encoding="utf-8")
        for role in ("source", "reference", "counter"):
            self.assertIn(f'address: "{json.loads(out)[role]}"', text)
        self.assertIn("\nsimulated: true\n", text)
        checked = self.bench("check", self.folder / "served.yaml")
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_forty_optical_ports_are_served(self):
        lab = self.listen("--lab", "forty", "--meter", f"*={METER}")
        addresses = self.addresses(lab)
        ports = {address for role, address in addresses.items() if role.startswith("optical.")}
        self.assertEqual(len(ports), 40)
        for address in ports:
            self.assertRegex(address, r"^ASRL/dev/pts/\d+::INSTR$")
        self.assertRegex(self.ask_source(addresses, "*IDN?"), r"^Meterbench,SCPI source,")
        lab.terminate()
        lab.communicate(timeout=30)
        self.assertEqual(lab.returncode, 0)
        self.assert_nothing_left()

    @needs_usb
    def test_six_counters_are_told_apart_by_their_serial_numbers(self):
        script = self.folder / "command.py"
        script.write_text(FIND_USB)
        lab = self.listen("--lab", "forty", "--write-station", "virtual-40=served.yaml", "--", "/usr/bin/python3", script)
        out, notes = lab.communicate(timeout=60)
        self.assertEqual(lab.returncode, 0, notes)
        first, *devices = out.splitlines()
        self.assertEqual(len(set(devices)), 6, devices)
        counters = {a for role, a in json.loads(first).items() if role.startswith("counter")}
        self.assertEqual(len(counters), 6)
        checked = self.bench("check", self.folder / "served.yaml")
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_without_the_program_that_emulates_usb_it_says_what_to_install(self):
        alone = self.folder / "meterbench"
        shutil.copy2(PROGRAM, alone)
        lab = self.listen("--", "true", program=alone)
        _, notes = lab.communicate(timeout=30)
        self.assertEqual(lab.returncode, 2)
        self.assertIn("libumockdev-dev", notes)

    def test_usage_mistakes_are_2(self):
        for arguments in (["lab"], ["lab", "--listen", "--scale", "0"], ["lab", "--listen", "--lab", "defualt"],
                          ["lab", "--listen", "--meter", "B=focus"], ["lab", "--listen", "--meter", f"K={METER}"],
                          ["lab", "--listen", "--write-station", "virtual"]):
            done = self.bench(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr, arguments)


if __name__ == "__main__":
    unittest.main()
