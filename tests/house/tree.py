"""The files of the project and the text of its C++ sources, for the tests of this folder."""

import fnmatch
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE_FOLDERS = ("bench", "drivers", "python", "tests")


def files(root):
    """All files that belong to the tree, relative to `root`: those git would take, or, where there is no
    clone, all that .gitignore does not name."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "-co", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout
        names = sorted(set(filter(None, listed.split("\0"))))
        return [name for name in map(pathlib.PurePosixPath, names) if (root / name).exists()]
    ignore = root / ".gitignore"
    patterns = [".git", *(ignore.read_text().split() if ignore.exists() else [])]

    def ignored(path):
        return any(fnmatch.fnmatch(f"/{path}" if "/" in pattern.rstrip("/") else path.name, pattern.rstrip("/"))
                   for pattern in patterns)

    def walk(folder):
        for entry in sorted(folder.iterdir()):
            path = pathlib.PurePosixPath(entry.relative_to(root).as_posix())
            if ignored(path):
                continue
            if entry.is_dir() and not entry.is_symlink():
                yield from walk(entry)
            else:
                yield path

    return list(walk(root))


def cpp_sources(root):
    return [path for path in files(root) if path.parts[0] in SOURCE_FOLDERS and path.suffix in (".h", ".cpp")]


def is_test(path):
    """Unit tests and benchmarks, which stand beside the sources of their room."""
    return path.stem.endswith(("_test", "_benchmark"))


# Tried in this order, so that a quote within a comment opens no string and the other way round. A number
# takes its digit separators along.
_TOKEN = re.compile(r"""
    (?P<comment> //(?:\\\n|[^\n])* | /\*.*?\*/ )
  | (?P<raw> \bu?8?[LuU]?R"(?P<fence>[^()\\\s]{0,16})\(.*?\)(?P=fence)" )
  | (?P<number> \b\d(?:'?[\w.])* )
  | (?P<string> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+' )
""", re.VERBOSE | re.DOTALL)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    return _TOKEN.sub(lambda m: _blank(m[0]) if m["comment"] else m[0], text)


def code_only(text):
    """`text` with comments and the contents of strings blanked out; every line keeps its number."""
    return _TOKEN.sub(lambda m: m[0] if m["number"] else _blank(m[0]), text)


def strings_only(text):
    """The reverse of code_only: nothing but the strings."""
    result, end = [], 0
    for token in _TOKEN.finditer(text):
        result.append(_blank(text[end:token.start()]))
        result.append(token[0] if token["raw"] or token["string"] else _blank(token[0]))
        end = token.end()
    return "".join(result) + _blank(text[end:])


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def main(check):
    """Runs one test over the tree (or over the folder named on the command line)."""
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    mistakes = check(root)
    for mistake in mistakes:
        print(mistake)
    sys.exit(1 if mistakes else 0)
