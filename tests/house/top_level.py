#!/usr/bin/python3
"""The top of the repository holds its seven folders and a few files, nothing else."""

import tree

FOLDERS = {"bench", "drivers", "python", "scenarios", "config", "reports", "tests"}
FILES = {"CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE"}


def check(root):
    mistakes = set()
    for path in tree.files(root):
        top = path.parts[0]
        if not top.startswith(".") and top not in (FILES if len(path.parts) == 1 else FOLDERS):
            mistakes.add(f"{top}:1: does not belong to the top of the repository")
    return sorted(mistakes)


if __name__ == "__main__":
    tree.main(check)
