#!/usr/bin/python3
"""Rules for every text file: no path of somebody's machine, no tabs, a newline at the end; scripts can be
started and nothing else is executable."""

import os
import re

import tree

# `lab` is the made-up user of examples.
_MACHINE_PATH = re.compile(rb"(?<![\w.])/(?:work|root|home(?!/lab/))/")
_TAB = re.compile(rb"\t")


def check(root):
    mistakes = []
    for path in tree.files(root):
        file = root / path
        content = file.read_bytes()
        if b"\0" in content:  # no text
            continue
        for pattern, what in ((_MACHINE_PATH, "a path of one machine"), (_TAB, "a tab")):
            for match in pattern.finditer(content):
                mistakes.append(f"{path}:{content.count(10, 0, match.start()) + 1}: {what}")
        if content and not content.endswith(b"\n"):
            mistakes.append(f"{path}:{content.count(10) + 1}: no newline at the end")
        executable = os.access(file, os.X_OK)
        if executable != content.startswith(b"#!"):
            mistakes.append(f"{path}:1: " + ("executable, but no script" if executable
                                             else "a script that is not executable"))
    return mistakes


if __name__ == "__main__":
    tree.main(check)
