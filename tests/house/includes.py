#!/usr/bin/python3
"""Each room includes only what rooms.toml allows it, and nothing includes in a circle."""

import fnmatch
import pathlib
import re
import tomllib

import tree

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]*)"|<([^>\n]*)>|(\S.*))', re.MULTILINE)
_TEST_LIBRARIES = re.compile(r"(gtest|gmock|benchmark)/")
# ISO C++20 [compliance], table 24, and the C headers behind them.
_FREESTANDING = {
    "atomic", "bit", "cfloat", "climits", "compare", "concepts", "coroutine", "cstdarg", "cstddef", "cstdint",
    "cstdlib", "exception", "initializer_list", "limits", "new", "source_location", "type_traits", "typeinfo",
    "version", "float.h", "limits.h", "stdarg.h", "stddef.h", "stdint.h"}

_INSTRUMENT = ("driver", "simulator")


class Room:
    def __init__(self, row):
        self.name = row["name"]
        self.files = re.compile(row["files"])
        self.may_include = row["may_include"]
        self.freestanding = row.get("freestanding", False)

    def allows(self, other, target):
        """Whether the row lists `target`, a file of the room `other`."""
        for entry in self.may_include:
            name, _, file = entry.partition(":")
            # `drivers/*` is all of drivers; the rooms of the instruments have names of their own.
            fits = fnmatch.fnmatchcase(other.name, name) or name == "drivers/*" and other.name in _INSTRUMENT
            if fits and file in ("", target.name):
                return True
        return False


def load_rooms():
    with open(pathlib.Path(__file__).with_name("rooms.toml"), "rb") as table:
        return [Room(row) for row in tomllib.load(table)["room"]]


def place(rooms, path):
    """(room, owner) of a file; the owner tells the instruments apart."""
    for room in rooms:
        match = room.files.fullmatch(str(path))
        if match:
            return room, match.groupdict().get("own")
    return None


def may_include(rooms, path, target):
    room, owner = place(rooms, path)
    other, other_owner = place(rooms, target)
    if room.name == other.name and owner == other_owner or room.allows(other, target):
        return True
    if not tree.is_test(path):
        return False
    if other.name == "tests/support":
        return True
    # A test in an instrument's folder may set its driver and its simulator against each other.
    halves = [half for half in rooms if half.name in _INSTRUMENT]
    return owner is not None and (owner == other_owner or any(half.allows(other, target) for half in halves))


def circles(edges):
    """Each circle of the graph once, as the list of its files."""
    found, done, stack = [], set(), []

    def visit(node):
        if node in stack:
            found.append(stack[stack.index(node):] + [node])
            return
        if node in done:
            return
        stack.append(node)
        for target in edges.get(node, []):
            visit(target)
        stack.pop()
        done.add(node)

    for node in sorted(edges):
        visit(node)
    return found


def check(root):
    rooms = load_rooms()
    sources = tree.cpp_sources(root)
    mistakes, edges = [], {}
    for path in sources:
        here = place(rooms, path)
        if here is None:
            mistakes.append(f"{path}:1: stands in no room of tests/house/rooms.toml")
            continue
        text = tree.without_comments((root / path).read_text())
        for match in _INCLUDE.finditer(text):
            at = f"{path}:{tree.line_of(text, match.start())}"
            quoted, angled, other = match.groups()
            if other:
                mistakes.append(f"{at}: an include must name its file, not {other}")
            elif angled:
                if _TEST_LIBRARIES.match(angled) and not tree.is_test(path) and path.parts[0] != "tests":
                    mistakes.append(f"{at}: only tests include <{angled}>")
                if here[0].freestanding and not tree.is_test(path) and angled not in _FREESTANDING:
                    mistakes.append(f"{at}: <{angled}> is no freestanding header")
            else:
                target = pathlib.PurePosixPath(quoted)
                if not (root / target).is_file() or ".." in target.parts:
                    mistakes.append(f"{at}: \"{quoted}\" is no file of the tree (paths count from its top)")
                elif place(rooms, target) is None:
                    mistakes.append(f"{at}: \"{quoted}\" stands in no room of tests/house/rooms.toml")
                else:
                    edges.setdefault(path, []).append(target)
                    if not may_include(rooms, path, target):
                        mistakes.append(f"{at}: {here[0].name} may not include {place(rooms, target)[0].name}"
                                        f" (\"{quoted}\")")
    mistakes += [f"{circle[0]}:1: includes in a circle: " + " > ".join(map(str, circle))
                 for circle in circles(edges)]
    return mistakes


def table_mistakes(rooms):
    """Rows that name no room, and circles among the rooms. Rooms that may include everything stand at the
    beginning of all arrows: no row lists them."""
    edges = {room.name: [entry.partition(":")[0] for entry in room.may_include if "*" not in entry]
             for room in rooms}
    mistakes = [f"rooms.toml: {name} may include {listed}, which is no room"
                for name, targets in edges.items() for listed in targets if listed not in edges]
    mistakes += ["rooms.toml: a circle: " + " > ".join(circle) for circle in circles(edges)]
    return mistakes


if __name__ == "__main__":
    tree.main(lambda root: table_mistakes(load_rooms()) + check(root))
