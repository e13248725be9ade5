#!/usr/bin/python3
"""Plants violations in a temporary tree: every test of the house must see them, and nothing else."""

import os
import pathlib
import tempfile
import unittest

import includes
import text
import top_level
import tree
import waiting


class PlantedTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def plant(self, name, content="", mode=0o644):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.chmod(path, mode)

    def including(self, name, *targets):
        """A file that includes `targets`, which are made if they are not there."""
        for target in targets:
            if not (self.root / target).exists():
                self.plant(target)
        self.plant(name, "".join(f'#include "{target}"\n' for target in targets))

    def assert_only(self, mistakes, *beginnings):
        self.assertEqual(len(mistakes), len(beginnings), mistakes)
        for mistake, beginning in zip(mistakes, beginnings):
            self.assertTrue(mistake.startswith(beginning), mistake)


class Includes(PlantedTree):
    def test_the_table_itself_has_no_circle_and_names_no_unknown_room(self):
        self.assertEqual(includes.table_mistakes(includes.load_rooms()), [])

    def test_a_circle_or_an_unknown_room_in_the_table_is_found(self):
        row = lambda name, *may: includes.Room({"name": name, "files": name, "may_include": list(may)})
        self.assert_only(includes.table_mistakes([row("a", "b"), row("b", "a")]), "rooms.toml: a circle: a > b > a")
        self.assert_only(includes.table_mistakes([row("a", "attic")]), "rooms.toml: a may include attic")

    def test_an_allowed_include_is_no_mistake(self):
        self.including("bench/model/load.h", "bench/core/quantity.h", "bench/model/circuit.h")
        self.including("bench/cli/main.cpp", "drivers/registry/registry.h", "bench/runner/runner.h")
        self.including("drivers/registry/registry.cpp", "drivers/acme_one/driver.h",
                       "drivers/acme_one/simulator.h", "drivers/virtual_lab/lab/lab.h", "bench/station/meter.h")
        self.assert_only(includes.check(self.root))

    def test_a_forbidden_include_is_found_with_its_line(self):
        self.plant("bench/ledger/ledger.h")
        self.plant("bench/model/load.h", '// a comment\n  #  include "bench/ledger/ledger.h"\n')
        self.assert_only(includes.check(self.root), "bench/model/load.h:2: bench/model may not include bench/ledger")

    def test_nobody_includes_the_command_line_or_a_test(self):
        self.including("bench/runner/a.cpp", "bench/cli/options.h", "tests/support/fake.h")
        self.assert_only(includes.check(self.root), "bench/runner/a.cpp:1: ", "bench/runner/a.cpp:2: ")

    def test_a_commented_include_is_none(self):
        self.plant("bench/core/a.h", '// #include "bench/cli/x.h"\n/*\n#include "bench/cli/x.h"\n*/\n')
        self.assert_only(includes.check(self.root))

    def test_a_comment_sign_in_a_string_hides_no_include(self):
        self.plant("bench/cli/x.h")
        self.plant("bench/core/a.h", 'auto a = "/*";\n#include "bench/cli/x.h"\n')
        self.assert_only(includes.check(self.root), "bench/core/a.h:2: ")

    def test_an_unlisted_folder_is_found(self):
        self.plant("bench/attic/old.h")
        self.plant("drivers/virtual_lab/attic/old.h")
        self.including("bench/core/a.h", "bench/attic/old.h")
        self.assert_only(includes.check(self.root), "bench/attic/old.h:1: stands in no room",
                         'bench/core/a.h:1: "bench/attic/old.h" stands in no room',
                         "drivers/virtual_lab/attic/old.h:1: stands in no room")

    def test_includes_count_from_the_top_and_must_exist(self):
        self.plant("bench/core/b.h")
        self.plant("bench/core/a.h", '#include "b.h"\n#include "bench/core/../core/b.h"\n#include NAME\n')
        self.assert_only(includes.check(self.root), "bench/core/a.h:1: ", "bench/core/a.h:2: ",
                         "bench/core/a.h:3: an include must name its file")

    def test_a_circle_within_a_room_is_found_once(self):
        self.including("bench/core/a.h", "bench/core/b.h")
        self.including("bench/core/b.h", "bench/core/a.h")
        self.assert_only(includes.check(self.root),
                         "bench/core/a.h:1: includes in a circle: bench/core/a.h > bench/core/b.h > bench/core/a.h")

    def test_a_simulator_knows_neither_driver_nor_profile_nor_link(self):
        self.including("drivers/acme_one/simulator.cpp", "drivers/acme_one/simulator.h",
                       "drivers/protocol/scpi/framing.h", "drivers/virtual_lab/world/world.h",
                       "drivers/acme_one/driver.h", "drivers/acme_one/profile.h", "drivers/link/byte_link.h",
                       "drivers/protocol/scpi/parser.h")
        self.assert_only(includes.check(self.root), *(f"drivers/acme_one/simulator.cpp:{line}: " for line in (4, 5, 6, 7)))

    def test_a_driver_knows_neither_a_simulator_nor_another_instrument(self):
        self.including("drivers/acme_one/driver.cpp", "drivers/acme_one/profile.h", "drivers/link/byte_link.h",
                       "drivers/acme_one/simulator.h", "drivers/acme_two/driver.h")
        self.assert_only(includes.check(self.root), "drivers/acme_one/driver.cpp:3: ", "drivers/acme_one/driver.cpp:4: ")

    def test_an_instruments_test_may_set_driver_and_simulator_against_each_other(self):
        self.including("drivers/acme_one/driver_test.cpp", "drivers/acme_one/driver.h",
                       "drivers/acme_one/simulator.h", "drivers/link/memory_link.h",
                       "drivers/virtual_lab/world/world.h", "tests/support/fake.h", "bench/runner/runner.h")
        self.assert_only(includes.check(self.root), "drivers/acme_one/driver_test.cpp:6: ")

    def test_only_tests_include_googletest(self):
        self.plant("bench/core/a.cpp", "#include <gtest/gtest.h>\n")
        self.plant("bench/core/a_test.cpp", "#include <gtest/gtest.h>\n")
        self.plant("tests/end_to_end/b.cpp", "#include <gmock/gmock.h>\n")
        self.assert_only(includes.check(self.root), "bench/core/a.cpp:1: only tests include <gtest/gtest.h>")

    def test_the_firmware_is_freestanding_and_knows_only_itself(self):
        firmware = "drivers/virtual_lab/meter/firmware"
        self.plant("bench/core/time.h")
        self.plant(f"{firmware}/board.h", "#include <cstdint>\n")
        self.plant(f"{firmware}/metering.cpp",
                   f'#include "{firmware}/board.h"\n#include <string>\n#include "bench/core/time.h"\n')
        self.assert_only(includes.check(self.root), f"{firmware}/metering.cpp:2: <string> is no freestanding header",
                         f"{firmware}/metering.cpp:3: ")


class Waiting(PlantedTree):
    def test_every_way_to_wait_or_to_read_a_clock_is_found(self):
        for line in ("sleep(1);", "::usleep(5);", "std::this_thread::sleep_for(d);", "this_thread::sleep_until (t);",
                     "nanosleep(&a, nullptr);", "clock_gettime(CLOCK_MONOTONIC, &t);", "gettimeofday(&t, nullptr);",
                     "auto t = std::time(nullptr);", "time_t t = time(nullptr);", "time(&t);", "::time(p);",
                     "auto t = std::chrono::steady_clock::now();", "using Clock = std::chrono::system_clock;",
                     "::poll(fds, 1, 100);", "poll(fds.data(), fds.size(), 0);", "select(n, &r, &w, nullptr, &t);",
                     "epoll_wait(fd, e, 1, 10);", "std::condition_variable changed;", "f.wait_for(d);",
                     "#include <poll.h>", "#include <sys/epoll.h>", "#include <condition_variable>",
                     'db.exec("INSERT INTO run VALUES (CURRENT_TIMESTAMP)");', "db.exec(\"SELECT datetime('now')\");"):
            with self.subTest(line):
                self.plant("drivers/acme_one/driver.cpp", "\n" + line + "\n")
                self.assertRegex("".join(waiting.check(self.root)), r"^drivers/acme_one/driver.cpp:2: ")

    def test_comments_strings_and_a_classs_own_names_are_no_waiting(self):
        self.plant("bench/runner/hold.cpp", """
            // sleep(1) would be wrong; so would steady_clock::now()
            /* poll(fds, 1, 0) */ const char* text = "usleep(5) \\" gettimeofday(0)";
            const char* raw = R"x(sleep(1) " nanosleep(a))x"; int large = 1'000'000; char quote = '"';
            reactor.wait_until(deadline); Seconds time() const; link.poll(); point.time(0); poll(); select(range);
            auto oversleep(int); void poll_bulk(int, int, int); double time_s = record.time_s(0);
            """)
        self.assert_only(waiting.check(self.root))

    def test_a_quote_or_a_digit_separator_hides_nothing_behind_it(self):
        self.plant("bench/runner/hold.cpp", "int a = 1'000; sleep(1);\nchar b = '\"'; sleep(2);\n/* \" */ sleep(3);\n")
        self.assert_only(waiting.check(self.root), *(f"bench/runner/hold.cpp:{line}: sleep" for line in (1, 2, 3)))

    def test_core_links_and_the_listed_exceptions_may(self):
        for name in ("bench/core/real_reactor.cpp", "drivers/link/tcp_link.cpp", "bench/ledger/ledger_benchmark.cpp",
                     "tests/campaign/coverage.cpp"):
            self.plant(name, "#include <poll.h>\nauto t = std::chrono::steady_clock::now();\n")
        self.assert_only(waiting.check(self.root))

    def test_a_unit_test_has_no_licence(self):
        self.plant("bench/runner/runner_test.cpp", "std::this_thread::sleep_for(d);\n")
        self.assert_only(waiting.check(self.root), "bench/runner/runner_test.cpp:1: ")


class TopLevel(PlantedTree):
    def test_strangers_are_found(self):
        for name in ("README.md", ".clang-format", ".ci/run", "bench/core/a.h", "config/labs/default.yaml",
                     "notes.txt", "scripts/deploy", "bench.md"):
            self.plant(name)
        self.assert_only(top_level.check(self.root), "bench.md:1: ", "notes.txt:1: ", "scripts:1: ")

    def test_what_gitignore_names_does_not_count(self):
        self.plant(".gitignore", "/build/\n*.sqlite\n")
        self.plant("build/meterbench")
        self.plant("meterbench.sqlite")
        self.plant("bench/build/kept.h")
        self.assertEqual([str(path) for path in tree.files(self.root)], [".gitignore", "bench/build/kept.h"])
        self.assert_only(top_level.check(self.root))


class Text(PlantedTree):
    def test_paths_of_one_machine_are_found(self):
        for folder in ("work", "root", "home"):
            self.plant(f"{folder}.md", f"see\n`/{folder}/bench`\n")
        self.plant("fine.md", "see https://example.org/work/x, a/home/b, work/root/c and /home/lab/sweep.yaml\n")
        self.assert_only(text.check(self.root), "home.md:2: a path", "root.md:2: a path", "work.md:2: a path")

    def test_tabs_and_a_missing_newline_are_found(self):
        self.plant("bench/a.cpp", "int a;\n\tint b;")
        self.assert_only(text.check(self.root), "bench/a.cpp:2: a tab", "bench/a.cpp:2: no newline at the end")

    def test_scripts_and_only_scripts_are_executable(self):
        self.plant("tests/run", "#!/bin/sh\n")
        self.plant("tests/walk", "#!/bin/sh\n", 0o755)
        self.plant("tests/a.cpp", "int a;\n", 0o755)
        self.assert_only(text.check(self.root), "tests/a.cpp:1: executable", "tests/run:1: a script")

    def test_bytes_that_are_no_text_are_left_alone(self):
        self.plant("tests/old.bin", "\0\t")
        self.assert_only(text.check(self.root))


if __name__ == "__main__":
    unittest.main()
